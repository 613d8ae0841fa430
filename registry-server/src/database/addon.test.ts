import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { unpackAddon } from "./addon.ts";
import { StartError } from "./migrate.ts";

const addon = Buffer.from("what the driver is made of");
let home: string;
let dataDir: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "waybill-addon-"));
  dataDir = join(home, "data");
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const modeOf = (path: string) => statSync(path).mode & 0o777;

test("unpacks it under its digest, for its owner only, and once", () => {
  const path = unpackAddon(addon, dataDir);
  expect(path).toBe(
    join(dataDir, "lib", "fb0723b3d14e2902a8cce2af8b7cd326ca59795af075eb49deada77f00febc3b.node"),
  );
  expect([modeOf(dataDir), modeOf(join(dataDir, "lib")), modeOf(path)]).toEqual([0o700, 0o700, 0o500]);
  expect(readFileSync(path)).toEqual(addon);
  const { ino } = statSync(path);
  expect(unpackAddon(addon, dataDir)).toBe(path);
  expect(statSync(path).ino).toBe(ino);
});

test.each<[string, (path: string) => void]>([
  ["was changed", (path) => change(path, Buffer.from("What the driver is made of"))],
  ["was cut short", (path) => change(path, addon.subarray(0, 5))],
  ["may be written by others", (path) => chmodSync(path, 0o777)],
  ["is a link to something else", linkElsewhere],
])("makes it again when what is there %s", (_what, damage) => {
  const path = unpackAddon(addon, dataDir);
  damage(path);
  expect(unpackAddon(addon, dataDir)).toBe(path);
  expect(readFileSync(path)).toEqual(addon);
  expect(modeOf(path)).toBe(0o500);
  expect(readdirSync(join(dataDir, "lib"))).toHaveLength(1);
});

test("keeps what an earlier version unpacked, for servers that still run it", () => {
  unpackAddon(Buffer.from("earlier"), dataDir);
  unpackAddon(addon, dataDir);
  expect(readdirSync(join(dataDir, "lib"))).toHaveLength(2);
});

test("unpacks nothing where others could put something else in its place", () => {
  mkdirSync(join(dataDir, "lib"), { recursive: true });
  chmodSync(join(dataDir, "lib"), 0o770);
  expect(() => unpackAddon(addon, dataDir)).toThrow(StartError);
  expect(() => unpackAddon(addon, dataDir)).toThrow(/others may write there/);
  expect(readdirSync(join(dataDir, "lib"))).toEqual([]);
  chmodSync(join(dataDir, "lib"), 0o700);
  chmodSync(dataDir, 0o777);
  expect(() => unpackAddon(addon, dataDir)).toThrow(/others may write there/);
});

test("root does not load what another user may have put there", (context) => {
  if (process.getuid?.() !== 0) context.skip("only root can give a directory to somebody else");
  mkdirSync(dataDir);
  chownSync(dataDir, 4711, 4711);
  expect(() => unpackAddon(addon, dataDir)).toThrow(/belongs to another user.*sudo -u/);
});

test("follows a link that is the data directory, and none below it", () => {
  const real = join(home, "private");
  mkdirSync(real, { mode: 0o700 });
  symlinkSync(real, dataDir);
  expect(readFileSync(unpackAddon(addon, dataDir))).toEqual(addon);
  rmSync(join(real, "lib"), { recursive: true });
  mkdirSync(join(home, "elsewhere"));
  symlinkSync(join(home, "elsewhere"), join(real, "lib"));
  expect(() => unpackAddon(addon, dataDir)).toThrow(StartError);
});

test("a data directory that cannot be made is told in a sentence", () => {
  writeFileSync(dataDir, "a file");
  expect(() => unpackAddon(addon, dataDir)).toThrow(
    /cannot be unpacked into .*data\/lib: ENOTDIR.*--data-dir/s,
  );
});

function change(path: string, to: Buffer): void {
  chmodSync(path, 0o700);
  writeFileSync(path, to);
  chmodSync(path, 0o500);
}

function linkElsewhere(path: string): void {
  const other = join(home, "other.node");
  writeFileSync(other, addon);
  rmSync(path);
  symlinkSync(other, path);
}
