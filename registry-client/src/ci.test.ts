import fc from "fast-check";
import { expect, test } from "vitest";
import { ciFacts, ciJob, remoteOf } from "./ci.ts";

const sha = "4f2a9c1d8e7b6a5f4c3d2e1f0a9b8c7d6e5f4a3b";
type Case = { env: NodeJS.ProcessEnv; git: Record<string, string>; ci: Record<string, string> };

const jobs: Record<string, Case> = {
  "GitHub Actions": {
    env: {
      GITHUB_ACTIONS: "true",
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_REPOSITORY: "acme/web",
      GITHUB_REF: "refs/heads/feature/nginx",
      GITHUB_SHA: sha,
      GITHUB_JOB: "images",
      GITHUB_RUN_ID: "4711",
    },
    git: { commit: sha, branch: "feature/nginx", remote: "https://github.com/acme/web" },
    ci: { system: "github-actions", job: "images", url: "https://github.com/acme/web/actions/runs/4711" },
  },
  "a pull request in GitHub Actions": {
    env: {
      GITHUB_ACTIONS: "true",
      GITHUB_REPOSITORY: "acme/web",
      GITHUB_REF: "refs/pull/7/merge",
      GITHUB_HEAD_REF: "nginx",
      GITHUB_SHA: sha,
    },
    git: { commit: sha, branch: "nginx", remote: "https://github.com/acme/web" },
    ci: { system: "github-actions" },
  },
  GitLab: {
    env: {
      GITLAB_CI: "true",
      CI_COMMIT_SHA: sha,
      CI_COMMIT_BRANCH: "main",
      CI_PROJECT_URL: "https://gitlab.com/acme/web",
      CI_REPOSITORY_URL: "https://gitlab-ci-token:s3cr3t@gitlab.com/acme/web.git",
      CI_JOB_NAME: "images: [eu]",
      CI_JOB_URL: "https://gitlab.com/acme/web/-/jobs/4711",
    },
    git: { commit: sha, branch: "main", remote: "https://gitlab.com/acme/web" },
    ci: { system: "gitlab", job: "images: [eu]", url: "https://gitlab.com/acme/web/-/jobs/4711" },
  },
  CircleCI: {
    env: {
      CIRCLECI: "true",
      CIRCLE_SHA1: sha,
      CIRCLE_BRANCH: "main",
      CIRCLE_REPOSITORY_URL: "git@github.com:acme/web.git",
      CIRCLE_JOB: "images",
      CIRCLE_BUILD_URL: "https://circleci.com/gh/acme/web/4711",
    },
    git: { commit: sha, branch: "main", remote: "git@github.com:acme/web.git" },
    ci: { system: "circleci", job: "images", url: "https://circleci.com/gh/acme/web/4711" },
  },
  Jenkins: {
    env: {
      JENKINS_URL: "https://ci.example.com/",
      GIT_COMMIT: sha.toUpperCase(),
      GIT_BRANCH: "origin/main",
      GIT_URL: "https://jenkins:s3cr3t@git.example.com/web.git",
      JOB_NAME: "acme/web",
      BUILD_URL: "https://jenkins:s3cr3t@ci.example.com/job/acme/job/web/4711/",
    },
    git: { commit: sha, branch: "main", remote: "https://git.example.com/web.git" },
    ci: { system: "jenkins", job: "acme/web", url: "https://ci.example.com/job/acme/job/web/4711/" },
  },
  Buildkite: {
    env: {
      BUILDKITE: "true",
      BUILDKITE_COMMIT: "HEAD",
      BUILDKITE_BRANCH: "main",
      BUILDKITE_REPO: "ssh://git@git.example.com/acme/web.git",
      BUILDKITE_LABEL: ":packer:\timages",
      BUILDKITE_BUILD_URL: "https://buildkite.com/acme/web/builds/4711",
      BUILDKITE_JOB_ID: "0190-42",
    },
    git: { branch: "main", remote: "ssh://git@git.example.com/acme/web.git" },
    ci: {
      system: "buildkite",
      job: ":packer: images",
      url: "https://buildkite.com/acme/web/builds/4711#0190-42",
    },
  },
  "Azure Pipelines": {
    env: {
      TF_BUILD: "True",
      BUILD_SOURCEVERSION: sha,
      BUILD_SOURCEBRANCH: "refs/heads/main",
      BUILD_REPOSITORY_URI: "https://acme@dev.azure.com/acme/Our%20Web/_git/web",
      BUILD_DEFINITIONNAME: "images",
      SYSTEM_JOBNAME: "packer",
      SYSTEM_TEAMFOUNDATIONCOLLECTIONURI: "https://dev.azure.com/acme/",
      SYSTEM_TEAMPROJECT: "Our Web",
      BUILD_BUILDID: "4711",
    },
    git: { commit: sha, branch: "main", remote: "https://dev.azure.com/acme/Our%20Web/_git/web" },
    ci: {
      system: "azure-pipelines",
      job: "images/packer",
      url: "https://dev.azure.com/acme/Our%20Web/_build/results?buildId=4711",
    },
  },
};

/** What such jobs have beside: none of it may be looked at. */
const secrets = {
  GITHUB_TOKEN: "s3cr3t",
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: "s3cr3t",
  CI_JOB_TOKEN: "s3cr3t",
  CIRCLE_OIDC_TOKEN: "s3cr3t",
  BUILDKITE_AGENT_ACCESS_TOKEN: "s3cr3t",
  SYSTEM_ACCESSTOKEN: "s3cr3t",
  WAYBILL_TOKEN: "s3cr3t",
  AWS_SECRET_ACCESS_KEY: "s3cr3t",
};

test.for(Object.entries(jobs))("knows a job in %s, and tells none of its secrets", ([, { env, git, ci }]) => {
  const read = new Set<string>();
  const watched = new Proxy<NodeJS.ProcessEnv>(
    { ...secrets, ...env },
    {
      get(all, name) {
        read.add(String(name));
        return all[String(name)];
      },
    },
  );
  const facts = ciFacts(watched);
  expect(facts).toEqual({ git, ci });
  expect(JSON.stringify(facts)).not.toContain("s3cr3t");
  expect([...read].filter((name) => name in secrets || name === "CI_REPOSITORY_URL")).toEqual([]);
});

test("knows nothing outside of a job, and of one that tells nothing only the system", () => {
  expect(ciFacts({ GITHUB_SHA: sha, CI: "true", JOB_NAME: "mine" })).toEqual({});
  expect(ciJob({ JOB_NAME: "mine" })).toBeUndefined();
  for (const marker of ["GITHUB_ACTIONS", "GITLAB_CI", "CIRCLECI", "JENKINS_URL", "BUILDKITE", "TF_BUILD"]) {
    expect(ciFacts({ [marker]: "1" }), marker).toEqual({ ci: { system: expect.any(String) } });
  }
});

test("a tag is no branch", () => {
  const env = { GITHUB_ACTIONS: "true", GITHUB_REF: "refs/tags/v1", GITHUB_SHA: sha };
  expect(ciFacts(env).git).toEqual({ commit: sha });
});

test("what a registry would refuse is left out, whatever the variables hold", () => {
  const names = Object.values(jobs).flatMap(({ env }) => Object.keys(env));
  const values = fc.oneof(fc.string({ unit: "binary" }), fc.webUrl(), fc.constant("x".repeat(5000)));
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), values), (env) => {
      const { git = {}, ci = {} } = ciFacts(env);
      const { commit, branch, remote } = git ?? {};
      for (const text of [branch, ci?.job, ci?.system]) {
        if (text) expect(text).toMatch(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]{1,256}$/u);
      }
      if (commit) expect(commit).toMatch(/^[0-9a-f]{40,64}$/);
      for (const address of [remote, ci?.url]) expect(address?.length ?? 0).toBeLessThanOrEqual(2048);
      if (ci?.url) expect(ci.url).toMatch(/^https?:/);
    }),
  );
});

test.for<[given: string, recorded: string | undefined]>([
  ["https://token@git.example.com:8443/a/b.git?access_token=x", "https://git.example.com:8443/a/b.git"],
  ["ssh://git:pw@git.example.com/a/b.git", "ssh://git.example.com/a/b.git"],
  ["../b.git", "../b.git"],
  ["https://user:p/w@git.example.com/a/b.git", undefined],
  ["user:pw@git.example.com:a/b.git", undefined],
  ["ghp_0123456789abcdefghij@git.example.com:a/b.git", undefined],
  ["", undefined],
])("the remote %j is recorded as %j", ([given, recorded]) => {
  expect(remoteOf(given)).toBe(recorded);
});
