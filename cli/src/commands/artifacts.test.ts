import { expect, test } from "vitest";
import { publication, useRegistry } from "../../test/registry.ts";

const run = useRegistry();

test("says how to begin when there is nothing, and ends with 0", async () => {
  const { code, stdout, stderr } = await run(["artifacts", "list"]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  expect(stderr).toBe(
    "no artifacts yet; publish one with: waybill publish <namespace>/<artifact> --fingerprint ... --image ...\n",
  );
  expect((await run(["artifacts", "list", "--json"])).stdout).toBe("[]\n");
});

test("describes, shows and lists artifacts", async () => {
  const described = await run([
    "artifacts",
    "describe",
    "acme/web",
    "--description",
    "Web\tservers",
    "--label",
    "a=b",
  ]);
  expect(described.code).toBe(0);
  await run(["publish", "acme/web", ...publication("one", "=ami-1")]);
  await run(["artifacts", "describe", "acme/db", "--description", "Databases"]);
  const { stdout } = await run(["artifacts", "show", "acme/web"]);
  expect(stdout).toMatch(/^artifact\tacme\/web\ndescription\tWeb servers\nlatest\t1\nversions\t1\n/);
  expect(stdout).toContain("labels\ta=b\n");
  const rows = (await run(["artifacts", "list"])).stdout.trimEnd().split("\n");
  expect(rows.map((row) => row.split("\t"))).toEqual([
    ["acme/db", "", "0", expect.any(String), "Databases"],
    ["acme/web", "1", "1", expect.any(String), "Web servers"],
  ]);
  expect((await run(["artifacts", "list", "--search", "web"])).stdout).toMatch(/^acme\/web\t[^\n]*\n$/);
  expect((await run(["artifacts", "list", "--namespace", "other"])).stderr).toBe("no artifact fits\n");
});

test("asks for more pages than one, and says when there is more", async () => {
  const names = ["p1", "p2", "p3"].map((name) => `pages/${name}`);
  for (const name of names) await run(["artifacts", "describe", name, "--description", "x"]);
  const { stdout, stderr } = await run(["artifacts", "list", "--namespace", "pages", "--limit", "2"]);
  expect(stdout.trimEnd().split("\n")).toHaveLength(2);
  expect(stderr).toBe("there are more than 2; see them with --limit\n");
});

test("deletes only when told so twice, and ends with 1 when there is none", async () => {
  await run(["artifacts", "describe", "gone/web", "--description", "x"]);
  expect((await run(["artifacts", "delete", "gone/web"])).code).toBe(2);
  expect((await run(["artifacts", "show", "gone/web"])).code).toBe(0);
  expect(await run(["artifacts", "delete", "gone/web", "--yes"])).toEqual({
    code: 0,
    stdout: "deleted gone/web\n",
    stderr: "",
  });
  expect((await run(["artifacts", "show", "gone/web"])).code).toBe(1);
});
