import { beforeAll, expect, test } from "vitest";
import { useRegistry, version } from "../../test/registry.ts";
import { drawTree } from "../tree.ts";

const run = useRegistry();
const os = [{ artifact: "acme/os", version: 1 }];
const ancestry = (...args: string[]) => run(["ancestry", ...args]);

beforeAll(async () => {
  const client = run.client();
  await client.publish("acme/os", { ...version("one", "ami-os-1"), semver: "13.0.0" });
  await client.publish("acme/base", version("one", "ami-base-1", os));
  const base = [{ artifact: "acme/base", version: 1, channel: "latest" }];
  await client.publish("acme/web", version("one", "ami-web-1", base));
  await client.publish("acme/db", version("one", "ami-db-1", base));
});

test("draws what the latest version was built from and into", async () => {
  expect(await ancestry("acme/base")).toEqual({
    code: 0,
    stdout: `acme/base 1
├── built from
│   └── acme/os 1 (13.0.0)
└── built into
    ├── acme/db 1  [channel latest]
    └── acme/web 1  [channel latest]
`,
    stderr: "",
  });
});

test("draws one direction, of one version, as deep as wanted", async () => {
  expect((await ancestry("acme/os", "1", "--direction", "down", "--depth", "1")).stdout).toBe(
    "acme/os 1\n└── built into\n    └── acme/base 1\n",
  );
  const up = await ancestry("acme/os", "--direction", "up");
  expect(up).toEqual({ code: 0, stdout: "acme/os 1\n", stderr: "no parents are known\n" });
  expect(JSON.parse((await ancestry("acme/web", "--channel", "latest", "--json")).stdout)).toMatchObject({
    parents: [{ artifact: "acme/base", parents: [{ artifact: "acme/os", depth: 2 }] }],
  });
});

test("lists what to rebuild, and ends with 1 when that is nothing", async () => {
  const nothing = await ancestry("--out-of-date", "--namespace", "acme");
  expect(nothing).toEqual({ code: 1, stdout: "", stderr: "waybill: nothing is out of date\n" });
  await run.client().publish("acme/base", version("two", "ami-base-2", os));
  const { code, stdout } = await ancestry("--out-of-date");
  expect(code).toBe(0);
  expect(stdout).toBe("acme/db\t1\tacme/base 1\t2\tlatest\nacme/web\t1\tacme/base 1\t2\tlatest\n");
  expect((await ancestry("acme/web", "--out-of-date")).stdout).toBe("acme/web\t1\tacme/base 1\t2\tlatest\n");
  expect((await ancestry("acme/web", "--direction", "up", "--depth", "1")).stdout).toContain(
    "acme/base 1  [channel latest; out of date: 2 is there]",
  );
  expect((await ancestry("acme/os", "--out-of-date")).stderr).toBe("waybill: nothing is out of date\n");
  const unknown = await ancestry("acme/nothing", "--out-of-date");
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toContain("acme/nothing");
});

test("ends with 1 where there is nothing to draw", async () => {
  expect((await ancestry("acme/nothing")).code).toBe(1);
  expect((await ancestry("acme/web", "9")).code).toBe(1);
  expect((await ancestry("acme/web", "--channel", "production")).code).toBe(1);
});

test.each([
  [[], "the artifact is missing"],
  [["acme/web", "1", "--channel", "latest"], "cannot be given together"],
  [["acme/web", "1", "--out-of-date"], "the latest version of each artifact"],
  [["acme/web", "--direction", "left"], "Allowed choices are up, down, both"],
])("calls %j a wrong usage and says why", async (args, sentence) => {
  const { code, stderr } = await ancestry(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(sentence);
});

test("draws branches below branches", () => {
  const leaf = (text: string) => ({ text, branches: [] });
  const tree = { text: "a", branches: [{ text: "b", branches: [leaf("c"), leaf("d")] }, leaf("e")] };
  expect(drawTree(tree)).toEqual(["a", "├── b", "│   ├── c", "│   └── d", "└── e"]);
});
