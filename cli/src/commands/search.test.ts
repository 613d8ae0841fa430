import { beforeAll, expect, test } from "vitest";
import { publication, useRegistry } from "../../test/registry.ts";

const run = useRegistry();
const search = (...args: string[]) => run(["search", ...args]);

beforeAll(async () => {
  const web = ["--semver", "1.4.0", "--description", "Nginx for customers", "--label", "os=debian-13"];
  await run(["publish", "acme/web", ...publication("web-1", "us-east-1=ami-1"), ...web]);
  await run(["publish", "acme/db", ...publication("db-1", "eu-west-1=ami-2"), "--label", "os=debian-13"]);
  await run(["publish", "other/web", ...publication("web-9", "us-east-1=ami-9")]);
  const builds = [
    {
      name: "image",
      artifact_type: "docker.image",
      images: [{ platform: "docker", region: "", external_id: "web@sha256:1" }],
      provenance: { git: { commit: "4f2a9c1d8e7b6a5f4c3d2e1f0a9b8c7d6e5f4a3b" } },
    },
  ];
  await run(["publish", "acme/ci", "-"], { stdin: JSON.stringify({ fingerprint: "ci-1", builds }) });
});

const found = async (...args: string[]) => {
  const { code, stdout, stderr } = await search(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout
    .trimEnd()
    .split("\n")
    .map((row) => row.split("\t").slice(0, 2).join(" "));
};

test.each([
  ["words of a description", ["nginx cust"], ["acme/web 1"]],
  ["the name of an artifact, newest first", ["web"], ["other/web 1", "acme/web 1"]],
  ["a namespace", ["web", "--namespace", "acme"], ["acme/web 1"]],
  ["a label", ["--label", "os=debian-13"], ["acme/db 1", "acme/web 1"]],
  ["a region and a label", ["--region", "eu-west-1", "--label", "os=debian-13"], ["acme/db 1"]],
  ["an image", ["--external-id", "ami-9"], ["other/web 1"]],
  ["a type", ["--type", "docker.image"], ["acme/ci 1"]],
  ["a platform", ["--platform", "docker"], ["acme/ci 1"]],
  ["a fingerprint", ["--fingerprint", "db-1"], ["acme/db 1"]],
  ["the beginning of a commit", ["--commit", "4f2a9c1"], ["acme/ci 1"]],
])("finds by %s", async (_name, args, expected) => {
  expect(await found(...args)).toEqual(expected);
});

test("finds by date", async () => {
  expect(await found("--since", "2020-01-01", "--until", "2099-01-01")).toHaveLength(4);
  expect((await search("--until", "2020-01-01")).code).toBe(1);
});

test("ends with 1 when nothing fits, and shows what fits as JSON", async () => {
  expect(await search("nothing")).toEqual({ code: 1, stdout: "", stderr: "waybill: nothing fits\n" });
  const { stdout } = await search("--fingerprint", "web-1", "--json");
  expect(JSON.parse(stdout)).toMatchObject([{ artifact: "acme/web", number: 1, semver: "1.4.0" }]);
});

test("says when there is more than was asked for", async () => {
  const { stdout, stderr } = await search("--label", "os=debian-13", "--limit", "1");
  expect(stdout).toMatch(/^acme\/db\t[^\n]*\n$/);
  expect(stderr).toBe("there are more than 1; see them with --limit\n");
});

test.each([
  [[], "nothing to look for"],
  [["--since", "yesterday"], "Write a day such as 2026-12-31"],
  [["--since", "2026-13-01"], "Write a day such as 2026-12-31"],
])("calls %j a wrong usage and says why", async (args, sentence) => {
  const { code, stderr } = await search(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(sentence);
});
