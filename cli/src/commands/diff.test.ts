import { beforeAll, expect, test } from "vitest";
import { useRegistry } from "../../test/registry.ts";

const run = useRegistry();

beforeAll(async () => {
  const image = (region: string, external_id: string) => ({ platform: "aws", region, external_id });
  const web = {
    name: "web",
    artifact_type: "amazon.ami",
    images: [image("us-east-1", "ami-1"), image("eu-west-1", "ami-2")],
    metadata: { os: "debian-12", kernel: "6.1" },
    parents: [{ artifact: "acme/base", fingerprint: "old" }],
  };
  const box = {
    name: "box",
    artifact_type: "vagrant.box",
    files: [{ path: "a.box", size: 7, sha256: "a".repeat(64), stored: false }],
  };
  await publish("one", [web, box], { team: "web" });
  const other = {
    ...web,
    images: [image("us-east-1", "ami-3")],
    metadata: { os: "debian-13", arch: "x86_64" },
  };
  await publish("two", [{ ...other, parents: [{ artifact: "acme/base", fingerprint: "new" }] }], {
    team: "sre",
  });
  await publish("three", [{ ...other, parents: [{ artifact: "acme/base", fingerprint: "new" }] }], {
    team: "sre",
  });
});

async function publish(fingerprint: string, builds: object[], labels: Record<string, string>): Promise<void> {
  const stdin = JSON.stringify({ fingerprint, builds, labels });
  expect(await run(["publish", "acme/web", "-"], { stdin })).toMatchObject({ code: 0 });
}

test("prints a line for each difference", async () => {
  const { code, stdout, stderr } = await run(["diff", "acme/web", "1", "two"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.split("\n")).toEqual([
    "- region aws eu-west-1",
    "~ label team=web -> sre",
    "- build box",
    `  - file a.box 7 bytes ${"a".repeat(12)}`,
    "~ build web",
    "  - image aws eu-west-1 ami-2",
    "  ~ image aws us-east-1 ami-1 -> ami-3",
    "  ~ parent acme/base old -> new",
    "  + metadata arch=x86_64",
    "  - metadata kernel=6.1",
    "  ~ metadata os=debian-12 -> debian-13",
    "",
  ]);
});

test("says that there is no difference", async () => {
  expect(await run(["diff", "acme/web", "2", "3"])).toEqual({
    code: 0,
    stdout: "",
    stderr: "no difference\n",
  });
  expect(JSON.parse((await run(["diff", "acme/web", "2", "3", "--json"])).stdout)).toMatchObject({
    equal: true,
  });
});

test("ends with 1 when one of the two is not there, and with 2 when it is not named", async () => {
  expect((await run(["diff", "acme/web", "1", "9"])).code).toBe(1);
  expect((await run(["diff", "acme/web", "1"])).code).toBe(2);
});
