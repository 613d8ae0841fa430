import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Provenance } from "@waybill/registry-client";
import { ciFacts, commitOf, remoteOf, short } from "@waybill/registry-client/ci";

/** The part of a provenance that says which source a build was made of, and by which job. */
export type Origin = Pick<Provenance, "git" | "ci">;

/** Git is asked about a template of any size; a slow answer is not worth waiting for. */
const GIT_PATIENCE_MS = 3_000;

/**
 * Where a build comes from: what the CI job knows, and of the working directory what git knows beside that.
 *
 * @param directory where Packer was started
 */
export async function originOf(env: NodeJS.ProcessEnv, directory: string): Promise<Origin> {
  const { git, ...rest } = ciFacts(env);
  const here = await gitFacts(env, directory);
  if (!here) return { ...rest, ...(git && { git }) };
  // A job that builds something else than what it is for: then its commit is what was asked for, not what lies here.
  const isOther = git?.commit && git.commit !== here.commit;
  return { ...rest, git: isOther ? git : { ...here, ...git } };
}

async function gitFacts(env: NodeJS.ProcessEnv, directory: string): Promise<Origin["git"] | undefined> {
  const ask = async (...args: string[]) => {
    // A repository may name programs that git is to run for it.
    const { stdout } = await promisify(execFile)("git", ["-c", "core.fsmonitor=false", ...args], {
      cwd: directory,
      env: { ...env, GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" },
      timeout: GIT_PATIENCE_MS,
    });
    return stdout;
  };
  const [status, remote] = await Promise.all([
    ask("status", "--porcelain=v2", "--branch", "--untracked-files=no").catch(() => ""),
    ask("config", "--get", "remote.origin.url").catch(() => ""),
  ]);
  const told = (name: string) => new RegExp(`^# branch\\.${name} (.+)$`, "m").exec(status)?.[1];
  const commit = commitOf(told("oid"));
  if (!commit) return undefined;
  const branch = short(told("head"));
  const address = remoteOf(remote);
  return {
    commit,
    ...(branch && branch !== "(detached)" && { branch }),
    dirty: status.split("\n").some((line) => line !== "" && !line.startsWith("#")),
    ...(address && { remote: address }),
  };
}
