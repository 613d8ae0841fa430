import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Version, writeSpoolRecord } from "@waybill/registry-client";
import { expect, test } from "vitest";
import { publication, useRegistry } from "../../test/registry.ts";
import { scratch } from "../../test/waybill.ts";

const run = useRegistry();

async function shown(artifact: string, version: string): Promise<Version> {
  return JSON.parse((await run(["versions", "show", artifact, version, "--json"])).stdout);
}

test("warns of parents that are not there, and publishes all the same", async () => {
  await run(["publish", "family/base", ...publication("b-1", "us-east-1=ami-1")]);
  const parents = [
    { artifact: "family/base", version: 1 },
    { artifact: "family/base", fingerprint: "b-1" },
    { artifact: "family/base", version: 9 },
    { artifact: "family/gone", fingerprint: "x" },
  ];
  const images = [{ platform: "aws", region: "us-east-1", external_id: "ami-2" }];
  const builds = ["one", "two"].map((name) => ({ name, artifact_type: "amazon.ami", images, parents }));
  const stdin = JSON.stringify({ fingerprint: "c-1", builds });
  const { code, stdout, stderr } = await run(["publish", "family/child", "-"], { stdin });
  expect([code, stdout]).toEqual([0, "published family/child version 1\n"]);
  expect(stderr.match(/the parent .* is not in the registry/g)).toEqual([
    "the parent family/base version 9 is not in the registry",
    "the parent family/gone with fingerprint x is not in the registry",
  ]);
});

test("publishes a version from options, once however often it is said", async () => {
  const cwd = scratch();
  await writeFile(join(cwd, "notes.txt"), "hello");
  const options = [
    "--semver",
    "1.2.3",
    "--description",
    "Web",
    "--label",
    "team=web",
    "--metadata",
    "os=debian=13",
  ];
  const images = publication("sha-1", "us-east-1=ami-1", "eu-west-1=ami-2");
  const args = ["publish", "options/web", ...images, ...options, "--build", "web", "--file", "notes.txt"];
  expect(await run(args, { cwd })).toEqual({
    code: 0,
    stdout: "published options/web version 1 (1.2.3)\n",
    stderr: "Uploading notes.txt (5 B)\nUploaded notes.txt (5 B)\n",
  });
  expect((await run(args, { cwd })).stdout).toBe("options/web version 1 (1.2.3) is complete\n");
  expect(await shown("options/web", "1")).toMatchObject({
    fingerprint: "sha-1",
    semver: "1.2.3",
    description: "Web",
    labels: { team: "web" },
    builds: [
      {
        name: "web",
        artifact_type: "amazon.ami",
        metadata: { os: "debian=13" },
        images: [
          { platform: "aws", region: "us-east-1", external_id: "ami-1" },
          { platform: "aws", region: "eu-west-1", external_id: "ami-2" },
        ],
        files: [
          {
            path: "notes.txt",
            size: 5,
            sha256: createHash("sha256").update("hello").digest("hex"),
            stored: true,
          },
        ],
      },
    ],
  });
});

test.each(["a file", "stdin"])("publishes what JSON in %s says, with options over it", async (where) => {
  const artifact = where === "stdin" ? "json/stdin" : "json/file";
  const images = [{ platform: "docker", region: "", external_id: "web@sha256:1" }];
  const builds = ["a", "b"].map((name) => ({ name, artifact_type: "docker.image", images }));
  const json = JSON.stringify({ fingerprint: "from-json", semver: "1.0.0", builds });
  const path = join(scratch(), "version.json");
  await writeFile(path, json);
  const source = where === "stdin" ? "-" : path;
  const { code } = await run(["publish", artifact, source, "--semver", "2.0.0"], { stdin: json });
  expect(code).toBe(0);
  const { fingerprint, semver, builds: published } = await shown(artifact, "1");
  expect({ fingerprint, semver, names: published.map(({ name }) => name) }).toEqual({
    fingerprint: "from-json",
    semver: "2.0.0",
    names: ["a", "b"],
  });
});

test("leaves a version open for the builds it expects", async () => {
  const env = { WAYBILL_FINGERPRINT: "matrix-1" };
  const expected = ["--expect", "amd64", "--expect", "arm64", "--type", "amazon.ami"];
  const first = await run(["publish", "matrix/web", ...expected, "--build", "amd64", "--image", "=ami-1"], {
    env,
  });
  expect(first.stdout).toBe("matrix/web is open, missing: arm64\n");
  const second = await run(["publish", "matrix/web", ...expected, "--build", "arm64", "--image", "=ami-2"], {
    env,
  });
  expect(second.stdout).toBe("matrix/web version 1 is complete\n");
});

test("keeps a version from becoming latest on request", async () => {
  await run(["publish", "latest/web", ...publication("one", "=ami-1")]);
  await run(["publish", "latest/web", ...publication("two", "=ami-2"), "--latest", "false"]);
  expect((await run(["resolve", "latest/web"])).stdout).toBe("ami-1\n");
});

test("ends with 4 when the fingerprint is taken by other content, and lists the recorded images", async () => {
  await run(["publish", "taken/web", ...publication("one", "us-east-1=ami-1")]);
  const { code, stdout, stderr } = await run([
    "publish",
    "taken/web",
    ...publication("one", "us-east-1=ami-9"),
  ]);
  expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
  expect(stderr).toMatch(/^waybill: Version 1 of "taken\/web" is complete .*\n {2}us-east-1=ami-1\n$/);
});

const sha = "4f2a9c1d8e7b6a5f4c3d2e1f0a9b8c7d6e5f4a3b";
const job = { CIRCLECI: "true", CIRCLE_SHA1: sha, CIRCLE_JOB: "images", CIRCLE_OIDC_TOKEN: "s3cr3t" };

test("records the commit and the CI job it runs in, unless JSON says where a build comes from", async () => {
  const artifact = "origin/web";
  await run(["publish", artifact, ...publication("one", "=ami-1")], { env: job });
  expect((await shown(artifact, "1")).builds[0]?.provenance).toEqual({
    git: { commit: sha },
    ci: { system: "circleci", job: "images" },
  });
  const images = [{ platform: "aws", region: "", external_id: "ami-2" }];
  const elsewhere = { ci: { system: "tekton", job: "made-there" } };
  const builds = [{ name: "web", artifact_type: "amazon.ami", images, provenance: elsewhere }];
  const stdin = JSON.stringify({ fingerprint: "two", builds });
  await run(["publish", artifact, "-"], { env: job, stdin });
  expect((await shown(artifact, "2")).builds[0]?.provenance).toMatchObject(elsewhere);
  // The registry names what is wrong, and not what was added to it.
  const wrong = await run(["publish", artifact, "-"], {
    env: job,
    stdin: JSON.stringify({ fingerprint: "three", builds: [null, "web"] }),
  });
  expect(wrong).toMatchObject({ code: 4, stderr: expect.stringContaining("builds") });
});

test("warns when a semantic version is taken", async () => {
  await run(["publish", "semver/web", ...publication("one", "=ami-1"), "--semver", "1.0.0"]);
  const { code, stderr } = await run([
    "publish",
    "semver/web",
    ...publication("two", "=ami-2"),
    "--semver",
    "1.0.0",
  ]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^warning: .*1\.0\.0/);
});

test("sends what waits in the spool first", async () => {
  const images = [{ platform: "aws", region: "", external_id: "ami-old" }];
  await writeSpoolRecord(run.spool, {
    format: 1,
    address: run.address(),
    artifact: "waiting/web",
    open: { fingerprint: "old", expected_builds: ["web"] },
    build: { name: "web", report: { artifact_type: "amazon.ami", images, ended_at: "2026-01-01T00:00:00Z" } },
    created_at: "2026-01-01T00:00:00Z",
    reason: "away",
  });
  const { stdout, stderr } = await run(["publish", "waiting/web", ...publication("new", "=ami-new")]);
  expect({ stdout, stderr }).toEqual({
    stdout: "published waiting/web version 2\n",
    stderr: "sent 1 builds from the spool first\n",
  });
  expect((await run(["resolve", "waiting/web"])).stdout).toBe("ami-new\n");
});

test.each([
  [[], "--fingerprint is missing"],
  [["--fingerprint", "f"], "nothing to publish"],
  [["--fingerprint", "f", "--image", "=ami-1"], "--type is missing"],
  [["--fingerprint", "f", "--type", "amazon.ami"], "at least one --image or --file"],
  [["--fingerprint", "f", "--type", "custom.thing", "--image", "=x"], "--platform is missing"],
  [["--fingerprint", "f", "--type", "amazon.ami", "--image", "ami-1"], "--image ami-1 is not region=id"],
  [["--fingerprint", "f", "--type", "amazon.ami", "--file", "/no/such"], "/no/such cannot be read: ENOENT"],
  [["-", "--type", "amazon.ami"], "not from both"],
  [["/no/such.json"], "/no/such.json cannot be read: ENOENT"],
  [["-"], "stdin is not JSON"],
])("calls %j a wrong usage", async (args, sentence) => {
  const { code, stderr } = await run(["publish", "wrong/web", ...args]);
  expect(stderr).toContain(sentence);
  expect(code).toBe(2);
});
