import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import fc from "fast-check";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { record } from "../test/record.ts";
import { scratch } from "../test/scratch.ts";
import { listSpool, type SpoolRecord, scanSpool, spoolDirectory, writeSpoolRecord } from "./spool.ts";

let dir: string;

beforeEach(async () => {
  dir = join(await scratch(), "state", "spool");
});

test("is where WAYBILL_SPOOL_DIR or XDG_STATE_HOME say, or below the home directory", () => {
  expect(spoolDirectory({ WAYBILL_SPOOL_DIR: "/a", XDG_STATE_HOME: "/b" })).toBe("/a");
  expect(spoolDirectory({ XDG_STATE_HOME: "/b" })).toBe("/b/waybill/spool");
  expect(spoolDirectory({ XDG_STATE_HOME: "relative" })).toBe(`${homedir()}/.local/state/waybill/spool`);
});

test("gives back what was written, readable by nobody else", async () => {
  const path = await writeSpoolRecord(dir, record("web"));
  expect(await listSpool(dir)).toEqual([{ path, record: record("web") }]);
  const modes = await Promise.all([path, dir].map(async (each) => (await stat(each)).mode & 0o777));
  expect(modes).toEqual([0o600, 0o700]);
});

test("leaves the mode of a directory that was there as it is", async () => {
  await mkdir(dir, { recursive: true });
  const { mode } = await stat(dir);
  await writeSpoolRecord(dir, record("web"));
  expect((await stat(dir)).mode).toBe(mode);
});

test("is empty where no spool is", async () => {
  expect(await listSpool(dir)).toEqual([]);
});

test("stores a record whatever its times say", async () => {
  await writeSpoolRecord(dir, { ...record("web", { ended_at: "soon" }), created_at: "" });
  expect(await listSpool(dir)).toHaveLength(1);
});

test("stores nothing but the record, and no credentials of an address", async () => {
  const strange = { ...record("web"), address: "http://me:hunter2@host/", token: "hunter2" };
  const path = await writeSpoolRecord(dir, strange);
  expect(await readFile(path, "utf8")).not.toContain("hunter2");
});

test("lists by the time the builds ended, whatever order and zone they were written in", async () => {
  const times = fc.array(fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true }), {
    minLength: 2,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(times, async (ends) => {
      const here = await scratch();
      for (const end of ends) await writeSpoolRecord(here, record("web", { ended_at: end.toISOString() }));
      const listed = (await listSpool(here)).map((entry) =>
        Date.parse(entry.record.build.report.ended_at ?? ""),
      );
      expect(listed).toEqual(ends.map(Number).sort((a, b) => a - b));
    }),
    { numRuns: 20 },
  );
  await writeSpoolRecord(dir, record("later", { ended_at: "2026-01-01T12:00:00+01:00" }));
  await writeSpoolRecord(dir, record("earlier", { ended_at: "2026-01-01T10:59:59Z" }));
  await writeSpoolRecord(dir, { ...record("latest", {}), created_at: "2026-01-01T11:00:01Z" });
  expect((await listSpool(dir)).map((entry) => entry.record.build.name)).toEqual([
    "earlier",
    "later",
    "latest",
  ]);
});

test.each([
  ["a file cut off in the middle", '{"format": 1, "addr', /JSON/],
  ["a format of a later version", '{"format": 2}', /its format is 2, and this version reads format 1/],
  [
    "a record without its build",
    JSON.stringify({ ...record("x"), build: undefined }),
    /lacks one of address/,
  ],
  ["no object", "7", /no JSON object/],
])("lists %s as damaged, and the rest as usual", async (_name, text, damage) => {
  const path = await writeSpoolRecord(dir, record("web"));
  const damaged = join(dir, "0-damaged.json");
  await writeFile(damaged, text);
  await writeFile(join(dir, ".half.tmp"), "{");
  expect(await scanSpool(dir)).toEqual([
    { path: damaged, damage: expect.stringMatching(damage) },
    { path, record: record("web") },
  ]);
  expect(await listSpool(dir)).toHaveLength(1);
});

test("says when a record could not be stored, and leaves no half file", async () => {
  await mkdir(dir, { recursive: true });
  const unstorable = { ...record("web"), reason: 1n } as unknown as SpoolRecord;
  await expect(writeSpoolRecord(dir, unstorable)).rejects.toThrow("BigInt");
  await writeFile(join(dir, "file"), "");
  await expect(writeSpoolRecord(join(dir, "file"), record("web"))).rejects.toThrow(/EEXIST|ENOTDIR/);
  expect(await readdir(dir)).toEqual(["file"]);
});

test("a record is synced before it has its name, and the directory after that", async () => {
  await mkdir(dir, { recursive: true });
  const handle = await open(dir);
  const FileHandle = Object.getPrototypeOf(handle);
  await handle.close();
  const visible: number[] = [];
  const sync = vi.spyOn(FileHandle, "sync").mockImplementation(async () => {
    visible.push((await listSpool(dir)).length);
  });
  onTestFinished(() => sync.mockRestore());
  await writeSpoolRecord(dir, record("web"));
  expect(visible).toEqual([0, 1]);
});

test("what a writer left behind that was killed is removed, what another writes now is not", async () => {
  await mkdir(dir, { recursive: true });
  for (const name of [".left.tmp", ".now.tmp"]) await writeFile(join(dir, name), "{");
  const longAgo = new Date(Date.now() - 2 * 3_600_000);
  await utimes(join(dir, ".left.tmp"), longAgo, longAgo);
  await writeSpoolRecord(dir, record("web"));
  expect((await readdir(dir)).filter((name) => name.endsWith(".tmp"))).toEqual([".now.tmp"]);
});

test("shows whole records only, while another process writes and after that was killed", async () => {
  const program = `
    import { writeSpoolRecord } from ${JSON.stringify(import.meta.resolve("./spool.ts"))};
    const record = ${JSON.stringify(record("web"))};
    record.build.report.metadata = { big: "x".repeat(500_000) };
    for (;;) console.log(await writeSpoolRecord(${JSON.stringify(dir)}, record));`;
  const writer = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void writer.kill("SIGKILL"));
  const acknowledged: string[] = [];
  createInterface(writer.stdout).on("line", (path) => {
    if (acknowledged.push(path) === 20) writer.kill("SIGKILL");
  });
  const gone = once(writer, "close").then(() => true);
  do expect(await damaged(dir)).toEqual([]);
  while (!(await Promise.race([gone, false])));
  expect(acknowledged.length).toBeGreaterThanOrEqual(20);
  expect((await listSpool(dir)).map(({ path }) => path)).toEqual(expect.arrayContaining(acknowledged));
});

async function damaged(spool: string): Promise<unknown[]> {
  return (await scanSpool(spool)).filter((entry) => "damage" in entry);
}
