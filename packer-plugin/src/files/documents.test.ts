import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { describeDocuments } from "./documents.ts";

let dir: string;
let warnings: string[];
const tell = { warn: (sentence: string) => warnings.push(sentence) };

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "waybill-documents-"));
  warnings = [];
});
afterEach(() => rm(dir, { recursive: true }));

async function make(name: string, content: string | Buffer = "{}"): Promise<string> {
  const path = join(dir, name);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, content);
  return path;
}

test("finds documents by path and by glob, each once, and knows what they are", async () => {
  const sbom = await make("sbom/web.cdx.json");
  const attestation = await make("web.intoto.jsonl", "x");
  const found = await describeDocuments([join(dir, "sbom/*"), sbom, attestation], tell);
  expect(found).toMatchObject([
    { name: "web.cdx.json", media_type: "application/vnd.cyclonedx+json", size: 2, source: sbom },
    { name: "web.intoto.jsonl", media_type: "application/vnd.in-toto+json", source: attestation },
  ]);
  expect(warnings).toEqual([]);
});

test("one that cannot be attached costs a warning, and not the others", async () => {
  await make("a/web.json");
  await make("b/web.json");
  await make("c/my sbom.json");
  await make("d/large.bin", Buffer.alloc(16 * 1024 * 1024 + 1));
  const found = await describeDocuments([join(dir, "*/*"), join(dir, "none-*.json")], tell);
  expect(found).toMatchObject([{ source: join(dir, "a/web.json") }]);
  expect(warnings).toEqual([
    expect.stringMatching(/b\/web\.json was not attached: .*a\/web\.json has the same name/),
    expect.stringMatching(/my sbom\.json was not attached: .*letters/),
    expect.stringMatching(/large\.bin was not attached: .*16\.0 MiB; name it in "files" instead/),
    expect.stringMatching(/nothing matches ".*none-\*\.json"/),
  ]);
});

test("no more are found than a build may have", async () => {
  for (let number = 0; number < 65; number++) await make(`${number}.json`);
  expect(await describeDocuments([join(dir, "*.json")], tell)).toHaveLength(64);
  expect(warnings).toEqual([expect.stringContaining("a build has at most 64 documents")]);
});
