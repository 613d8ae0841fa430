import { ciJob } from "./ci.ts";

/** Names the reader when nobody did: the Terraform Cloud workspace, then the CI job this process runs in. */
export function defaultConsumer(env: NodeJS.ProcessEnv): string | undefined {
  return env.TFC_WORKSPACE_SLUG || ciJob(env);
}
