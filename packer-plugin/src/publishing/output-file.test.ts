import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Image, Publication } from "@waybill/registry-client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeOutputFile } from "./output-file.ts";

let dir: string;
let warnings: string[];
const tell = { warn: (sentence: string) => warnings.push(sentence), progress: () => {} };

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "waybill-output-"));
  warnings = [];
});
afterEach(() => rm(dir, { recursive: true }));

const image = (region: string, external_id: string, platform = "aws"): Image => ({
  platform,
  region,
  external_id,
});

function build(name: string, images: Image[], fingerprint = "f", artifact = "hashicorp/web"): Publication {
  return {
    artifact,
    open: { fingerprint },
    build: { name, report: { artifact_type: "amazon.ami", images } },
  };
}

async function read(name: string): Promise<unknown> {
  return JSON.parse(await readFile(join(dir, name), "utf8"));
}

test("every build of a version is there, and its number once it has one", async () => {
  const path = join(dir, "images.json");
  await writeOutputFile(build("a", [image("us-east-1", "ami-a")]), null, path, tell);
  await writeOutputFile(build("b", [image("us-east-1", "ami-b")]), 7, path, tell);
  await writeOutputFile(build("a", [image("us-east-1", "ami-a")]), null, path, tell);
  await writeOutputFile(build("a", [], "f", "hashicorp/db"), null, path, tell);
  const made = (id: string) => ({
    artifact_type: "amazon.ami",
    images: [image("us-east-1", id)],
    files: [],
  });
  expect(await read("images.json")).toEqual({
    "hashicorp/web": { fingerprint: "f", version: 7, builds: { a: made("ami-a"), b: made("ami-b") } },
    "hashicorp/db": {
      fingerprint: "f",
      version: null,
      builds: { a: { artifact_type: "amazon.ami", images: [], files: [] } },
    },
  });
  expect(await readdir(dir)).toEqual(["images.json"]);
});

test("a new version takes the place of the one before, and what is not ours stays", async () => {
  const path = join(dir, "web.auto.tfvars.json");
  await writeFile(path, '{"instance_type": "t3.small"}');
  await writeOutputFile(build("a", [image("us-east-1", "ami-1")], "old"), 1, path, tell);
  await writeOutputFile(build("b", [image("", "images/b.img", "file")], "new"), 2, path, tell);
  expect(await read("web.auto.tfvars.json")).toEqual({
    instance_type: "t3.small",
    hashicorp_web: { fingerprint: "new", version: 2, images: { b: { file: "images/b.img" } } },
  });
});

test("a region with several images is left out of Terraform's variables, and said", async () => {
  const images = [image("us-east-1", "vol-1"), image("us-east-1", "vol-2"), image("eu-west-1", "vol-3")];
  await writeOutputFile(build("a", images), 1, join(dir, "x.tfvars.json"), tell);
  expect(await read("x.tfvars.json")).toMatchObject({
    hashicorp_web: { images: { a: { "eu-west-1": "vol-3" } } },
  });
  expect(warnings).toEqual(["output: us-east-1 has several images and was left out"]);
});

test("a variable is named so that Terraform takes it", async () => {
  await writeOutputFile(build("a", [], "f", "7up/web.eu-1"), 1, join(dir, "x.tfvars.json"), tell);
  expect(await read("x.tfvars.json")).toHaveProperty("_7up_web_eu-1");
});

test.each(["[1]", "not JSON"])("%s is not overwritten, and the build goes on", async (content) => {
  const path = join(dir, "images.json");
  await writeFile(path, content);
  await writeOutputFile(build("a", []), 1, path, tell);
  expect(await readFile(path, "utf8")).toBe(content);
  expect(warnings).toEqual([expect.stringMatching(/images\.json was not written: .*no JSON object/)]);
});

test("a directory that is not there is made, and others may read the file", async () => {
  await writeOutputFile(build("a", []), 1, join(dir, "deep/er/images.json"), tell);
  expect((await stat(join(dir, "deep/er/images.json"))).mode & 0o400).toBe(0o400);
  expect((await stat(join(dir, "deep/er/images.json"))).mode & 0o111).toBe(0);
});

test("many processes at once lose no entry, and whoever reads finds whole JSON", async () => {
  const path = join(dir, "images.json");
  const program = join(dir, "write.mjs");
  await writeFile(
    program,
    `import { writeOutputFile } from ${JSON.stringify(import.meta.resolve("./output-file.ts"))};
     const tell = { warn: (sentence) => { throw new Error(sentence); }, progress() {} };
     for (let each = 0; each < 5; each++) {
       const build = { name: process.argv[2] + "-" + each, report: { artifact_type: "t", images: [] } };
       const publication = { artifact: "hashicorp/web", open: { fingerprint: "f" }, build };
       await writeOutputFile(publication, null, ${JSON.stringify(path)}, tell);
     }`,
  );
  const processes = ["a", "b", "c", "d", "e", "f"].map((name) => fork(program, [name]));
  const ended = Promise.all(processes.map((each) => once(each, "exit")));
  const done = ended.then(() => true);
  do {
    const text = await readFile(path, "utf8").catch(() => "{}");
    expect(JSON.parse(text)).toBeTypeOf("object");
  } while (!(await Promise.race([done, false])));
  for (const [code] of await ended) expect(code).toBe(0);
  const content = (await read("images.json")) as { "hashicorp/web": { builds: object } };
  expect(Object.keys(content["hashicorp/web"].builds)).toHaveLength(30);
  expect((await readdir(dir)).sort()).toEqual(["images.json", "write.mjs"]);
});
