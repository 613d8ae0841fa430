import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { publication, useRegistry } from "../../test/registry.ts";
import { scratch } from "../../test/waybill.ts";

const run = useRegistry();
const dir = scratch();
const documents = (...args: string[]) => run(["documents", ...args], { cwd: dir });

// No text in any encoding, so that a single wrong byte shows.
const bytes = Buffer.from([...Array(256).keys()]);
const sbom = '{"bomFormat": "CycloneDX"}\r\n';

beforeAll(async () => {
  await writeFile(join(dir, "web.cdx.json"), sbom);
  await writeFile(join(dir, "blob"), bytes);
  await run(["publish", "acme/web", ...publication("one", "us-east-1=ami-1"), "--build", "web"]);
  const builds = ["a", "b"].map((name) => ({
    name,
    artifact_type: "amazon.ami",
    images: [{ platform: "aws", region: "us-east-1", external_id: `ami-${name}` }],
  }));
  await run(["publish", "acme/two", "-"], { stdin: JSON.stringify({ fingerprint: "one", builds }) });
});

test("attaches a file under its name and its type, and gives it back byte for byte", async () => {
  expect(await documents("put", "acme/web", "1", "web.cdx.json")).toEqual({
    code: 0,
    stdout: "attached web.cdx.json (application/vnd.cyclonedx+json, 28 bytes) to web\n",
    stderr: "",
  });
  expect((await documents("get", "acme/web", "1", "web.cdx.json")).stdout).toBe(sbom);
  await documents("put", "acme/web", "one", "blob", "--name", "raw-data", "--type", "application/x-raw");
  expect((await documents("get", "acme/web", "1", "raw-data", "--output", "copy")).code).toBe(0);
  expect(await readFile(join(dir, "copy"))).toEqual(bytes);
  expect(
    (await documents("list", "acme/web", "1")).stdout.split("\n").map((row) => row.split("\t").slice(0, 4)),
  ).toEqual([
    ["web", "raw-data", "application/x-raw", "256"],
    ["web", "web.cdx.json", "application/vnd.cyclonedx+json", "28"],
    [""],
  ]);
});

test("asks for the build where more than one can be meant", async () => {
  const which = await documents("put", "acme/two", "1", "blob");
  expect(which).toMatchObject({ code: 2, stderr: "waybill: choose a build with --build: a, b\n" });
  expect((await documents("put", "acme/two", "1", "blob", "--build", "b")).code).toBe(0);
  // Only one of the builds has it.
  expect((await documents("get", "acme/two", "1", "blob", "--output", "copy")).code).toBe(0);
});

test("removes a document when told so twice, and ends with 1 when there is none", async () => {
  await documents("put", "acme/two", "1", "blob", "--build", "a", "--name", "gone");
  expect((await documents("delete", "acme/two", "1", "gone")).code).toBe(2);
  expect((await documents("delete", "acme/two", "1", "gone", "--yes")).stdout).toBe("deleted gone of a\n");
  expect((await documents("get", "acme/two", "1", "gone")).code).toBe(1);
  expect((await documents("get", "acme/two", "1", "gone", "--build", "a")).code).toBe(1);
  expect((await documents("list", "acme/nothing", "1")).code).toBe(1);
});

test("says when a file cannot be read or written", async () => {
  expect((await documents("put", "acme/web", "1", "nothing")).stderr).toBe(
    "waybill: nothing cannot be read: ENOENT\n",
  );
  await documents("put", "acme/web", "1", "web.cdx.json");
  const { code, stderr } = await documents("get", "acme/web", "1", "web.cdx.json", "--output", "no/such/dir");
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: "waybill: --output no/such/dir cannot be written: ENOENT\n",
  });
});
