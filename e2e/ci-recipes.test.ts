import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { claimsOf, Issuer } from "../registry-server/test/issuer.ts";
import { isolatedEnvironment } from "../tools/environment.ts";
import { type RunResult, run } from "../tools/run.ts";
import { useFreshRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { jobsOf, type System, systems } from "./harness/recipes.ts";
import type { Workspace } from "./harness/workspace.ts";

const registry = useFreshRegistry({ WAYBILL_ALLOW_NETWORKS: "127.0.0.0/8" });
const newWorkspace = useWorkspaces();
const issuer = new Issuer();
const audience = "https://waybill.example.com";
const sha = "4f2a9c1d8e7b6a5f4c3d2e1f0a9b8c7d6e5f4a3b";
const stepTimeoutMs = 120_000;
const pipelineTimeoutMs = 600_000;

/** What GitHub Actions offers to a job with `permissions: id-token: write`. */
const github = createServer(async (_request, response) => {
  response.end(JSON.stringify({ value: await identity("github") }));
});

beforeAll(async () => {
  await issuer.start();
  await issuer.addKey("one");
  await new Promise<void>((resolve) => github.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  github.closeAllConnections();
  github.close();
  await issuer.close();
});

type Name = keyof typeof systems;
const identity = (name: Name) => issuer.sign({ ...claimsOf[name], aud: audience }, new Date());

/** What each system sets in a job for one commit. */
const environments: Record<Name, () => NodeJS.ProcessEnv> = {
  github: () => ({
    GITHUB_ACTIONS: "true",
    GITHUB_REPOSITORY: "acme/web",
    GITHUB_SHA: sha,
    GITHUB_REF: "refs/heads/main",
    GITHUB_JOB: "images",
    GITHUB_RUN_ID: "4711",
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(github.address() as AddressInfo).port}/token`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "s3cr3t-of-the-job",
  }),
  gitlab: () => ({
    GITLAB_CI: "true",
    CI_COMMIT_SHA: sha,
    CI_COMMIT_BRANCH: "main",
    CI_JOB_ID: "4711",
    CI_JOB_NAME: "images",
    CI_PROJECT_URL: "https://gitlab.com/acme/infra/web",
    CI_JOB_TOKEN: "s3cr3t-of-the-job",
    GITLAB_USER_LOGIN: "ada",
  }),
  circleci: () => ({
    CIRCLECI: "true",
    CIRCLE_SHA1: sha,
    CIRCLE_BRANCH: "main",
    CIRCLE_JOB: "images",
    CIRCLE_BUILD_URL: "https://circleci.com/gh/acme/web/4711",
    CIRCLE_WORKFLOW_ID: "b3c1",
  }),
};

/** What has to be there once, as examples/ci/README.md says. */
async function prepare(name: Name): Promise<Workspace> {
  const { trust, channels } = registry.client;
  const { sub } = claimsOf[name];
  await trust.put("images", {
    ...{ issuer: issuer.url, audience, claims: { sub } },
    scopes: [
      { scope: "publish", pattern: "hashicorp/base" },
      { scope: "publish", pattern: "hashicorp/web" },
      { scope: "promote", pattern: "hashicorp/web" },
    ],
  });
  await registry.client.putArtifact("hashicorp/web", {});
  for (const channel of ["staging", "production"]) await channels.put("hashicorp/web", channel, {});

  const workspace = await newWorkspace({});
  await workspace.copyExample("packer/base-and-child");
  await mkdir(workspace.path("bin"));
  await symlink(inject("packer"), workspace.path("bin/packer"));
  // The command that CircleCI has in its images.
  await writeFile(workspace.path("bin/circleci"), `#!/bin/sh\ncat "$IDENTITY_FILE"\n`);
  await chmod(workspace.path("bin/circleci"), 0o755);
  return workspace;
}

/** Runs the jobs as the system would: until a script fails. */
async function pipeline(name: Name, system: System, workspace: Workspace): Promise<RunResult> {
  const [command, ...args] = system.shell;
  const ran: RunResult[] = [];
  for (const job of await jobsOf(system)) {
    expect(job.settings.WAYBILL_ADDRESS).toBe("https://waybill.example.com");
    const token = await identity(name);
    await workspace.write("identity", token);
    await workspace.write("bash-env", "");
    const env = isolatedEnvironment(inject("home"), {
      ...workspace.settings,
      ...environments[name](),
      ...job.settings,
      ...(job.audience && { WAYBILL_OIDC_TOKEN: token }),
      WAYBILL_ADDRESS: registry.address,
      IDENTITY_FILE: workspace.path("identity"),
      BASH_ENV: workspace.path("bash-env"),
    });
    env.PATH = [workspace.path("bin"), env.PATH].join(delimiter);
    for (const script of job.scripts) {
      const options = { cwd: workspace.directory, env, timeoutMs: stepTimeoutMs };
      const result = await run(command, [...args, script], options);
      ran.push(result);
      if (result.code !== 0) break;
    }
    if (ran.at(-1)?.code !== 0) break;
  }
  const output = ran.map((one) => one.output).join("");
  return { code: ran.at(-1)?.code ?? null, stdout: output, output };
}

async function versionsOf(artifact: string): Promise<string[]> {
  const { items } = await registry.client.listVersions(artifact);
  return items.map(({ fingerprint }) => fingerprint).reverse();
}

test.for(Object.entries(systems) as [Name, System][])(
  "the recipe for %s builds what is not built, and what its base has left behind, and promotes it",
  { timeout: pipelineTimeoutMs },
  async ([name, system]) => {
    const workspace = await prepare(name);
    const pointsTo = async (channel: string) =>
      (await registry.client.channels.get("hashicorp/web", channel)).version?.number;

    const first = await pipeline(name, system, workspace);
    expect(first.code, first.output).toBe(0);
    expect(first.output).toContain("amazon-ebs.web");
    expect(await versionsOf("hashicorp/base")).toEqual([sha]);
    expect(await versionsOf("hashicorp/web")).toEqual([`${sha}-base-1`]);
    expect([await pointsTo("staging"), await pointsTo("production")]).toEqual([1, 1]);
    const { builds } = await registry.client.getVersion("hashicorp/web", 1);
    expect(builds[0]).toMatchObject({
      parents: [{ artifact: "hashicorp/base", version: 1 }],
      provenance: { git: { commit: sha }, ci: { system: expect.stringContaining(name), job: "images" } },
    });
    expect(first.output).not.toContain("s3cr3t");

    const again = await pipeline(name, system, workspace);
    expect(again.code, again.output).toBe(0);
    expect(again.output).not.toContain("amazon-ebs.");
    expect([...(await versionsOf("hashicorp/base")), ...(await versionsOf("hashicorp/web"))]).toHaveLength(2);

    const images = [{ platform: "aws", region: "us-east-1", external_id: "ami-0moved" }];
    const base = { name: "base", artifact_type: "amazon.ami", images };
    await registry.client.publish("hashicorp/base", { fingerprint: "elsewhere", builds: [base] });
    const moved = await pipeline(name, system, workspace);
    expect(moved.code, moved.output).toBe(0);
    expect(await versionsOf("hashicorp/base")).toEqual([sha, "elsewhere"]);
    expect(await versionsOf("hashicorp/web")).toEqual([`${sha}-base-1`, `${sha}-base-2`]);
    expect(await pointsTo("production")).toBe(2);
    const child = await registry.client.getVersion("hashicorp/web", 2);
    expect(child.builds[0]).toMatchObject({
      images: [{ source_image_id: "ami-0moved" }],
      parents: [{ artifact: "hashicorp/base", version: 2 }],
    });

    // An outage is no reason to build.
    await registry.stop();
    const outage = await pipeline(name, system, workspace);
    expect(outage.code, outage.output).toBe(3);
    expect(outage.output).not.toContain("amazon-ebs.");
  },
);
