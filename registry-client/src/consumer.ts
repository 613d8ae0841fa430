/**
 * Names the reader when nobody did: the Terraform Cloud workspace, then the CI job this process runs in.
 *
 * Each service has its own variable that says "this is me", because names such as `JOB_NAME` alone prove nothing.
 */
export function defaultConsumer(env: NodeJS.ProcessEnv): string | undefined {
  if (env.TFC_WORKSPACE_SLUG) return env.TFC_WORKSPACE_SLUG;
  if (env.GITHUB_ACTIONS) return joined(env.GITHUB_REPOSITORY, env.GITHUB_JOB);
  if (env.GITLAB_CI) return joined(env.CI_PROJECT_PATH, env.CI_JOB_NAME);
  if (env.CIRCLECI) return joined(env.CIRCLE_PROJECT_USERNAME, env.CIRCLE_PROJECT_REPONAME, env.CIRCLE_JOB);
  if (env.JENKINS_URL) return joined(env.JOB_NAME);
  if (env.BUILDKITE) {
    const { BUILDKITE_ORGANIZATION_SLUG, BUILDKITE_PIPELINE_SLUG, BUILDKITE_LABEL } = env;
    return joined(BUILDKITE_ORGANIZATION_SLUG, BUILDKITE_PIPELINE_SLUG, BUILDKITE_LABEL);
  }
  if (env.TF_BUILD) return joined(env.SYSTEM_TEAMPROJECT, env.BUILD_DEFINITIONNAME, env.SYSTEM_JOBNAME);
  return undefined;
}

function joined(...parts: (string | undefined)[]): string | undefined {
  // Job names are free text; what cannot stand in a header or a log line becomes a space.
  const name = parts
    .filter(Boolean)
    .join("/")
    .replace(/\p{Cc}+/gu, " ");
  return name || undefined;
}
