import type { Provenance } from "./types.ts";

type Env = NodeJS.ProcessEnv;
type Texts = (string | undefined)[];

/** What one CI system tells a job in its environment. */
type System = {
  /** As it is recorded. */
  name: string;
  /** Says "this is me", because names such as `JOB_NAME` alone prove nothing. */
  marker: string;
  commit: string;
  branch: (env: Env) => string | undefined;
  remote: (env: Env) => string | undefined;
  job: (env: Env) => string | undefined;
  /** A page that shows the job, or the run it belongs to. */
  url: (env: Env) => string | undefined;
  /** What the job is called among those of all projects. */
  consumer: (env: Env) => Texts;
};

/**
 * The systems, and the variables that are read of each: no other one is, so that no secret of a job is recorded.
 * Names are those of the systems' own documentation.
 */
const SYSTEMS: readonly System[] = [
  {
    name: "github-actions",
    marker: "GITHUB_ACTIONS",
    commit: "GITHUB_SHA",
    branch: (env) => env.GITHUB_HEAD_REF || headOf(env.GITHUB_REF),
    remote: (env) => githubProject(env),
    job: (env) => env.GITHUB_JOB,
    url: (env) => below(githubProject(env), "actions/runs", env.GITHUB_RUN_ID),
    consumer: (env) => [env.GITHUB_REPOSITORY, env.GITHUB_JOB],
  },
  {
    name: "gitlab",
    marker: "GITLAB_CI",
    commit: "CI_COMMIT_SHA",
    branch: (env) => env.CI_MERGE_REQUEST_SOURCE_BRANCH_NAME || env.CI_COMMIT_BRANCH,
    // CI_REPOSITORY_URL has the token of the job in it.
    remote: (env) => env.CI_PROJECT_URL,
    job: (env) => env.CI_JOB_NAME,
    url: (env) => env.CI_JOB_URL,
    consumer: (env) => [env.CI_PROJECT_PATH, env.CI_JOB_NAME],
  },
  {
    name: "circleci",
    marker: "CIRCLECI",
    commit: "CIRCLE_SHA1",
    branch: (env) => env.CIRCLE_BRANCH,
    remote: (env) => env.CIRCLE_REPOSITORY_URL,
    job: (env) => env.CIRCLE_JOB,
    url: (env) => env.CIRCLE_BUILD_URL,
    consumer: (env) => [env.CIRCLE_PROJECT_USERNAME, env.CIRCLE_PROJECT_REPONAME, env.CIRCLE_JOB],
  },
  {
    name: "jenkins",
    marker: "JENKINS_URL",
    commit: "GIT_COMMIT",
    branch: (env) => env.CHANGE_BRANCH || env.BRANCH_NAME || env.GIT_BRANCH?.replace(/^origin\//, ""),
    remote: (env) => env.GIT_URL,
    job: (env) => env.JOB_NAME,
    url: (env) => env.BUILD_URL,
    consumer: (env) => [env.JOB_NAME],
  },
  {
    name: "buildkite",
    marker: "BUILDKITE",
    commit: "BUILDKITE_COMMIT",
    branch: (env) => env.BUILDKITE_BRANCH,
    remote: (env) => env.BUILDKITE_REPO,
    job: (env) => env.BUILDKITE_LABEL || env.BUILDKITE_STEP_KEY,
    url: (env) => [env.BUILDKITE_BUILD_URL, env.BUILDKITE_JOB_ID].filter(Boolean).join("#"),
    consumer: (env) => [env.BUILDKITE_ORGANIZATION_SLUG, env.BUILDKITE_PIPELINE_SLUG, env.BUILDKITE_LABEL],
  },
  {
    name: "azure-pipelines",
    marker: "TF_BUILD",
    commit: "BUILD_SOURCEVERSION",
    branch: (env) => headOf(env.SYSTEM_PULLREQUEST_SOURCEBRANCH) || headOf(env.BUILD_SOURCEBRANCH),
    remote: (env) => env.BUILD_REPOSITORY_URI,
    job: (env) => joined(env.BUILD_DEFINITIONNAME, env.SYSTEM_JOBNAME),
    url: (env) =>
      env.BUILD_BUILDID &&
      below(
        env.SYSTEM_TEAMFOUNDATIONCOLLECTIONURI,
        encodeURIComponent(env.SYSTEM_TEAMPROJECT ?? ""),
        `_build/results?buildId=${env.BUILD_BUILDID}`,
      ),
    consumer: (env) => [env.SYSTEM_TEAMPROJECT, env.BUILD_DEFINITIONNAME, env.SYSTEM_JOBNAME],
  },
];

// What a registry takes: a fact that it would refuse must not cost the whole record.
const LONGEST = 256;
const LONGEST_ADDRESS = 2048;
/** Users of ssh remotes are short (`git`); what is longer may be a token. */
const LONGEST_USER = 16;

/**
 * The part of a provenance that a CI system tells its jobs, from variables that hold no secrets: which commit, branch
 * and remote, which job, and where to look at it. Empty outside of the systems that are known.
 */
export function ciFacts(env: Env): Pick<Provenance, "git" | "ci"> {
  const system = systemOf(env);
  if (!system) return {};
  const git = given({
    commit: commitOf(env[system.commit]),
    branch: short(system.branch(env)),
    remote: remoteOf(system.remote(env)),
  });
  const ci = given({ job: short(system.job(env)), url: pageOf(system.url(env)) });
  return { ...(Object.keys(git).length > 0 && { git }), ci: { system: system.name, ...ci } };
}

/** What the CI job of this process is called among those of all projects; undefined outside of one. */
export function ciJob(env: Env): string | undefined {
  return joined(...(systemOf(env)?.consumer(env) ?? []));
}

/** A commit as a registry takes it: `BUILDKITE_COMMIT` may be `HEAD`. */
export function commitOf(text: string | undefined): string | undefined {
  return text && /^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(text) ? text.toLowerCase() : undefined;
}

/** A text without control characters that is not too long to be recorded. */
export function short(text: string | undefined): string | undefined {
  return joined(text?.slice(0, LONGEST))?.trim() || undefined;
}

/**
 * The address of a remote without credentials and query; nothing when something in it may be a password and it cannot
 * be told where that ends. A registry does the same, but what it does not get, it cannot lose.
 */
export function remoteOf(text: string | undefined): string | undefined {
  const address = text?.trim() ?? "";
  if (address === "" || address.length > LONGEST_ADDRESS || /[\p{Cc}\s]/u.test(address)) return undefined;
  if (address.includes("://")) {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (!url || `${url.pathname}${url.search}${url.hash}`.includes("@")) return undefined;
    const keepsUser = url.protocol.endsWith("ssh:") && !url.password && url.username.length <= LONGEST_USER;
    const user = keepsUser && url.username ? `${url.username}@` : "";
    return `${url.protocol}//${user}${url.host}${url.pathname}`;
  }
  const [, user = "", place] = /^(?:([^@:/]*)@)?([^@?#]+)$/.exec(address) ?? [];
  return place && user.length <= LONGEST_USER ? (user && `${user}@`) + place : undefined;
}

function systemOf(env: Env): System | undefined {
  return SYSTEMS.find(({ marker }) => env[marker]);
}

function pageOf(text: string | undefined): string | undefined {
  if (!text || text.length > LONGEST_ADDRESS || !/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    return undefined;
  }
  const url = new URL(text);
  url.username = "";
  url.password = "";
  return url.href;
}

function githubProject({ GITHUB_SERVER_URL, GITHUB_REPOSITORY }: Env): string | undefined {
  return GITHUB_REPOSITORY && below(GITHUB_SERVER_URL || "https://github.com", GITHUB_REPOSITORY);
}

/** `refs/heads/main` is the branch `main`; `refs/tags/v1` is none. */
function headOf(ref: string | undefined): string | undefined {
  return /^refs\/heads\/(.+)$/.exec(ref ?? "")?.[1];
}

function below(base: string | undefined, ...parts: Texts): string | undefined {
  return base && parts.every(Boolean) ? [base.replace(/\/$/, ""), ...parts].join("/") : undefined;
}

function joined(...parts: Texts): string | undefined {
  // Job names are free text; what cannot stand in a header or a log line becomes a space.
  const name = parts
    .filter(Boolean)
    .join("/")
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu, " ");
  return name || undefined;
}

function given<T extends Record<string, string | undefined>>(facts: T): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined)) as {
    [K in keyof T]?: string;
  };
}
