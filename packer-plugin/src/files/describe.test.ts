import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { describeFiles } from "./describe.ts";

let directory: string;
let warnings: string[];
beforeEach(async () => {
  warnings = [];
  directory = await mkdtemp(join(tmpdir(), "waybill-plugin-test-"));
  await mkdir(join(directory, "out/deep"), { recursive: true });
  await writeFile(join(directory, "out/web.qcow2"), "disk");
  await writeFile(join(directory, "out/deep/b.vmdk"), "other");
  await writeFile(join(directory, "out/empty.txt"), "");
});
afterEach(() => rm(directory, { recursive: true }));

const tell = {
  warn: (sentence: string) => warnings.push(sentence),
  progress: (sentence: string) => warnings.push(sentence),
};
const describeAll = (paths: string[], patterns: string[] = [], upload?: boolean) => {
  const files = patterns.map((pattern) => join(directory, pattern));
  return describeFiles(
    paths.map((path) => join(directory, path)),
    { files, upload },
    tell,
  );
};
const describe = async (paths: string[], patterns?: string[]) => (await describeAll(paths, patterns)).files;
const sum = (text: string) => createHash("sha256").update(text).digest("hex");
const names = (files: { path: string }[]) => files.map(({ path }) => relative(directory, resolve("/", path)));

test("a file is described by path, size and hash", async () => {
  expect(await describe(["out/web.qcow2", "out/empty.txt"])).toEqual([
    { path: join(directory, "out/web.qcow2"), size: 4, sha256: sum("disk"), stored: false },
    { path: join(directory, "out/empty.txt"), size: 0, sha256: sum(""), stored: false },
  ]);
  expect(warnings).toEqual([]);
});

test("paths below the working directory are relative to it", async () => {
  const here = join(process.cwd(), "package.json");
  const { files, uploads } = await describeFiles([], { files: [here] }, tell);
  expect(uploads).toEqual([{ path: relative(process.cwd(), here), source: here }]);
  expect(files[0]?.path).toBe(relative(process.cwd(), here));
});

test("a file elsewhere is kept under a path that leads nobody out of the directory of a download", async () => {
  const { files, uploads } = await describeAll([], ["out/web.qcow2"]);
  const source = join(directory, "out/web.qcow2");
  expect(uploads).toEqual([{ path: source.slice(1), source }]);
  expect(files).toMatchObject([{ path: source.slice(1), stored: true }]);
});

test("globs find files at any depth, each once, and no directories", async () => {
  const files = await describe(["out/web.qcow2"], ["out/**/*", "out/*.qcow2"]);
  expect(names(files)).toEqual(["out/web.qcow2", "out/deep/b.vmdk", "out/empty.txt"]);
});

test("what is missing or matches nothing is left out with a warning", async () => {
  expect(await describe(["out", "gone.img"], ["*.iso"])).toEqual([]);
  expect(warnings.join("\n")).toMatch(/nothing matches ".*\*\.iso"/);
  expect(warnings.join("\n")).toMatch(/out is no regular file/);
  expect(warnings.join("\n")).toMatch(/gone\.img is not there/);
});

test("a file that takes long to read is named first", async () => {
  await truncate(join(directory, "out/empty.txt"), 2 ** 27);
  await describe(["out/empty.txt"]);
  expect(warnings.join()).toMatch(/Hashing .*empty\.txt \(128\.0 MiB\)/);
});

test.each([
  [undefined, [false, true, true]],
  [true, [true, true, true]],
  [false, [false, false, false]],
])(
  "with upload = %s these files are uploaded: of the builder, of both, of the template",
  async (upload, stored) => {
    const { files, uploads } = await describeAll(
      ["out/empty.txt", "out/web.qcow2"],
      ["out/*.qcow2", "out/deep/*"],
      upload,
    );
    expect(files.map((file) => file.stored)).toEqual(stored);
    expect(uploads.map(({ path }) => path)).toEqual(
      files.filter((file) => file.stored).map(({ path }) => path),
    );
  },
);
