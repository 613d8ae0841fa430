import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { publication, useRegistry } from "../../test/registry.ts";

const run = useRegistry();

beforeAll(async () => {
  await run(["publish", "acme/web", ...publication("one", "us-east-1=ami-1"), "--semver", "1.0.0"]);
  await run(["publish", "acme/web", ...publication("two", "us-east-1=ami-2")]);
  await run([
    "publish",
    "acme/web",
    ...publication("open", "=ami-3"),
    "--expect",
    "amazon.ami",
    "--expect",
    "late",
  ]);
});

const list = async (...args: string[]) => {
  const { stdout } = await run(["versions", "list", "acme/web", ...args]);
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((row) => row.split("\t"));
};

test("lists versions, newest first, with what is missing", async () => {
  expect(await list()).toEqual([
    ["", "incomplete", "", "open", "", "amazon.ami (missing: late)"],
    ["2", "complete", "", "two", expect.any(String), "amazon.ami"],
    ["1", "complete", "1.0.0", "one", expect.any(String), "amazon.ami"],
  ]);
  expect(await list("--state", "incomplete")).toHaveLength(1);
  expect((await run(["versions", "list", "acme/web", "--state", "expired"])).stderr).toBe(
    "no version is expired\n",
  );
});

test.each(["1", "one", "fingerprint:one"])("shows the version %s with its images", async (version) => {
  const { code, stdout } = await run(["versions", "show", "acme/web", version]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^artifact\tacme\/web\nnumber\t1\nstate\tcomplete\nsemver\t1\.0\.0\nfingerprint\tone\n/,
  );
  expect(stdout).toMatch(/\namazon\.ami\tamazon\.ami\taws\tus-east-1\tami-1\n$/);
});

test("completes a version without what is missing", async () => {
  await run([
    "publish",
    "complete/web",
    ...publication("f", "=ami-1"),
    "--expect",
    "amazon.ami",
    "--expect",
    "late",
  ]);
  expect((await run(["versions", "complete", "complete/web", "f"])).stderr).toContain("--reason");
  const { code, stdout } = await run([
    "versions",
    "complete",
    "complete/web",
    "f",
    "--reason",
    "late is broken",
  ]);
  expect(code).toBe(0);
  expect(stdout).toContain("number\t1\nstate\tcomplete\n");
});

test("abandons what is incomplete, and never what is complete", async () => {
  await run([
    "publish",
    "abandon/web",
    ...publication("f", "=ami-1"),
    "--expect",
    "amazon.ami",
    "--expect",
    "late",
  ]);
  const { code, stdout } = await run(["versions", "abandon", "abandon/web", "f", "--reason", "no"]);
  expect(code).toBe(0);
  expect(stdout).toContain("state\tabandoned\n");

  const complete = await run(["versions", "abandon", "acme/web", "2"]);
  expect(complete).toEqual({
    code: 2,
    stdout: "",
    stderr: "waybill: version 2 is complete; to delete it: waybill versions delete acme/web 2\n",
  });
  expect((await run(["versions", "show", "acme/web", "2"])).code).toBe(0);
});

test("deletes a complete version and does not give its number again", async () => {
  await run(["publish", "delete/web", ...publication("one", "=ami-1")]);
  const { code, stdout } = await run(["versions", "delete", "delete/web", "1", "--yes"]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "deleted version 1 of delete/web\n" });
  expect((await run(["versions", "show", "delete/web", "1"])).code).toBe(1);
  expect((await run(["publish", "delete/web", ...publication("two", "=ami-2")])).stdout).toBe(
    "published delete/web version 2\n",
  );
});

test("says how to begin when an artifact has no versions, and ends with 1 when it is not there", async () => {
  await run(["artifacts", "describe", "empty/web", "--description", "x"]);
  const { code, stderr } = await run(["versions", "list", "empty/web"]);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: "no versions yet; publish one with: waybill publish empty/web --fingerprint ... --image ...\n",
  });
  expect((await run(["versions", "list", "empty/nothing"])).code).toBe(1);
});

test("says in one word whether a version is there, and ends with 0 only when the registry said it", async () => {
  const state = async (...args: string[]) => (await run(["versions", "state", ...args])).stdout.trim();
  expect(await state("acme/web", "two")).toBe("complete");
  expect(await state("acme/web", "1")).toBe("complete");
  expect(await state("acme/web", "open")).toBe("incomplete");
  expect(await state("acme/web", "never")).toBe("none");
  expect(await state("acme/nothing", "one")).toBe("none");
  await run(["publish", "gone/web", ...publication("given-up", "=ami-3"), "--expect", "late"]);
  await run(["versions", "abandon", "gone/web", "given-up"]);
  expect(await state("gone/web", "given-up")).toBe("none");
  const { code, stdout } = await run(["versions", "state", "acme/web", "open", "--json"]);
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    { state: "incomplete", number: null, missing_builds: ["late"] },
  ]);
  const away = { WAYBILL_ADDRESS: "http://127.0.0.1:1" };
  expect(await run(["versions", "state", "acme/web", "one"], { env: away })).toMatchObject({
    code: 3,
    stdout: "",
  });
  expect(await run(["versions", "state", "acme/web", "one"], { env: { WAYBILL_TOKEN: "x" } })).toMatchObject({
    code: 4,
    stdout: "",
  });
});

test("does not mind when nobody reads on", async () => {
  const bin = join(import.meta.dirname, "../../bin/waybill.js");
  const script = `set -o pipefail; "${process.execPath}" "${bin}" --help | true`;
  const child = spawn("bash", ["-c", script], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stderr.on("data", (text) => {
    output += text;
  });
  const [code] = await once(child, "close");
  expect({ code, output }).toEqual({ code: 0, output: "" });
});
