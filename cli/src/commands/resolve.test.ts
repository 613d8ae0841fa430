import { beforeAll, expect, test } from "vitest";
import { publication, useRegistry } from "../../test/registry.ts";

const run = useRegistry();

beforeAll(async () => {
  const two = publication("sha-1", "us-east-1=ami-1", "eu-west-1=ami-2");
  await run([
    "publish",
    "acme/web",
    ...two,
    "--semver",
    "1.4.0",
    "--metadata",
    "os=debian",
    "--label",
    "team=web",
  ]);
  await run(["publish", "acme/one", ...publication("sha-1", "us-east-1=ami-7")]);
  await run([
    "publish",
    "acme/box",
    "--fingerprint",
    "sha-1",
    "--type",
    "qemu.image",
    "--file",
    import.meta.filename,
  ]);
  await run([
    "publish",
    "acme/open",
    ...publication("sha-1", "=ami-1"),
    "--expect",
    "amazon.ami",
    "--expect",
    "b",
  ]);
});

const resolve = (...args: string[]) => run(["resolve", ...args]);

test("prints the external id when one image is left", async () => {
  expect(await resolve("acme/one")).toEqual({ code: 0, stdout: "ami-7\n", stderr: "" });
  expect((await resolve("acme/web", "--region", "eu-west-1")).stdout).toBe("ami-2\n");
  expect((await resolve("one", "--namespace", "acme")).stdout).toBe("ami-7\n");
});

test("answers whether a git SHA is built, whatever came of it", async () => {
  expect((await resolve("acme/one", "--fingerprint", "sha-1")).code).toBe(0);
  expect(await resolve("acme/web", "--fingerprint", "sha-1")).toEqual({
    code: 0,
    stdout: "1\n",
    stderr: "version 1 has 2 images (us-east-1=ami-1, eu-west-1=ami-2); this is its number\n",
  });
  expect(await resolve("acme/box", "--fingerprint", "sha-1")).toEqual({
    code: 0,
    stdout: "1\n",
    stderr: "version 1 has no image but 1 files; this is its number\n",
  });
});

test.each([
  ["a fingerprint that was never published", ["acme/web", "--fingerprint", "sha-2"]],
  ["a version that is not complete", ["acme/open", "--fingerprint", "sha-1"]],
  ["an artifact that is not there", ["acme/nothing"]],
  ["an artifact without a complete version", ["acme/open"]],
  ["a number that was not given yet", ["acme/web", "--version", "2"]],
  ["a constraint that nothing fits", ["acme/web", "--constraint", "~> 2.0"]],
  ["a channel that is not there", ["acme/web", "--channel", "production"]],
  ["a region without an image", ["acme/web", "--region", "mars-1"]],
  ["a label that nothing has", ["acme/web", "--label", "team=db"]],
  ["a value that is not there", ["acme/one", "--output", "semver"]],
  ["metadata that is not there", ["acme/web", "--output", "metadata.kernel"]],
  ["an id where there is only a file", ["acme/box", "--output", "external_id"]],
])("ends with 1 and prints nothing for %s", async (_name, args) => {
  const { code, stdout, stderr } = await resolve(...args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^waybill: .+\n$/);
});

test.each([
  [["acme/web", "--output", "external_id"], /us-east-1=ami-1, eu-west-1=ami-2\); choose one/],
  [["acme/web", "--platform", "aws"], /choose one with --platform, --region or --build/],
  [
    ["acme/web", "--build", "amazon.ami"],
    /2 images for these filters.*\n {2}us-east-1=ami-1\n {2}eu-west-1=ami-2\n$/s,
  ],
])("ends with 4 when %j leaves several images", async (args, sentence) => {
  const { code, stdout, stderr } = await resolve(...args);
  expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
  expect(stderr).toMatch(sentence);
});

test("ends with 4 for a token that is not known, and does not show it", async () => {
  const token = `wbl_${"x".repeat(43)}`;
  const { code, stderr } = await run(["resolve", "acme/one"], { env: { WAYBILL_TOKEN: token } });
  expect(code).toBe(4);
  expect(stderr).toMatch(/token/i);
  expect(stderr).not.toContain(token);
});

test.each([
  ["number", "1"],
  ["semver", "1.4.0"],
  ["fingerprint", "sha-1"],
  ["channel", "latest"],
  ["metadata.os", "debian"],
  ["metadata_full.region-us-east-1", "ami-1"],
  ["labels.team", "web"],
  ["images", "aws\tus-east-1\tami-1\tamazon.ami\naws\teu-west-1\tami-2\tamazon.ami"],
])("prints %s on request", async (name, value) => {
  expect(await resolve("acme/web", "--output", name)).toEqual({ code: 0, stdout: `${value}\n`, stderr: "" });
});

test("prints all as JSON", async () => {
  const { code, stdout } = await resolve("acme/web", "--constraint", "~> 1.0", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    artifact: "acme/web",
    number: 1,
    external_id: null,
    images: [{}, {}],
  });
});

test("keeps what is there in the JSON of a failure", async () => {
  const { code, stderr } = await resolve("acme/web", "--region", "mars-1", "--json");
  expect(code).toBe(1);
  expect(JSON.parse(stderr)).toMatchObject({
    code: "no_match",
    means: "none",
    problem: { available: { regions: ["eu-west-1", "us-east-1"] } },
  });
});

test("does not know an output of another name", async () => {
  const { code, stderr } = await resolve("acme/one", "--output", "ami");
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: 'waybill: --output does not know "ami"; see waybill resolve --help\n',
  });
});
