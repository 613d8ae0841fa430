import { beforeAll, expect, test } from "vitest";
import { useRegistry, version } from "../../test/registry.ts";

const run = useRegistry();
const retention = (...args: string[]) => run(["retention", ...args]);

beforeAll(async () => {
  for (const fingerprint of ["one", "two", "three"]) {
    await run.client().publish("acme/web", version(fingerprint));
  }
});

test("sets, shows and removes a policy", async () => {
  expect(await retention("show", "acme/web")).toEqual({
    code: 0,
    stdout: "",
    stderr: "acme/web has no policy, so nothing of it is deleted by itself\n",
  });
  const policy = "artifact\tacme/web\nkeep\t20\ndays\t90\n";
  expect((await retention("set", "acme/web", "--keep", "20", "--days", "90")).stdout).toBe(policy);
  expect((await retention("show", "acme/web")).stdout).toBe(policy);
  expect(JSON.parse((await retention("show", "acme/web", "--json")).stdout)).toEqual({ keep: 20, days: 90 });
  expect((await retention("set", "acme/web", "--none", "--json")).stdout).toBe("null\n");
});

test("previews what stays and why, and deletes nothing by that", async () => {
  const { code, stdout, stderr } = await retention("preview", "acme/web", "--keep", "1", "--days", "1");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "0 of 3 versions would go\n" });
  const rows = stdout
    .trimEnd()
    .split("\n")
    .map((row) => row.split("\t"));
  expect(rows.map(([number, , , what]) => [number, what])).toEqual([
    ["3", "stays"],
    ["2", "stays"],
    ["1", "stays"],
  ]);
  for (const row of rows) expect(row[4]).toMatch(/\w/);
});

test("applies only when told so twice", async () => {
  expect((await retention("apply", "acme/web", "--keep", "1", "--days", "1")).code).toBe(2);
  const { code, stderr } = await retention("apply", "acme/web", "--keep", "1", "--days", "1", "--yes");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "0 of 3 versions were deleted\n" });
  expect((await retention("preview", "acme/nothing", "--keep", "1", "--days", "1")).code).toBe(1);
});

test.each([
  [["set", "acme/web", "--keep", "20"], "give --keep and --days, or --none"],
  [["set", "acme/web", "--none", "--keep", "20", "--days", "1"], "give --keep and --days, or --none"],
  [["set", "acme/web", "--keep", "0", "--days", "1"], "Write a whole number from 1 up."],
])("calls %j a wrong usage and says why", async (args, sentence) => {
  const { code, stderr } = await retention(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(sentence);
});
