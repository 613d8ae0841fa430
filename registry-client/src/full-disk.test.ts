import { execFileSync } from "node:child_process";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { record } from "../test/record.ts";
import { scratch } from "../test/scratch.ts";
import { withLock } from "./lock.ts";
import { listSpool, scanSpool, writeSpoolRecord } from "./spool.ts";

/** A file system of 64 KiB and 20 files; undefined where this person may not mount one. */
async function smallDisk(): Promise<string | undefined> {
  const directory = await scratch();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k,nr_inodes=20", "waybill-test", directory], {
      stdio: "pipe",
    });
  } catch {
    return undefined;
  }
  onTestFinished(() => {
    execFileSync("umount", [directory]);
  });
  return directory;
}

test("a full disk takes a whole record or none, says so, and takes records again when there is room", async ({
  skip,
}) => {
  const disk = await smallDisk();
  if (!disk) {
    console.log("skipped the spool on a full disk: only root may mount one");
    return skip();
  }
  const ballast = join(disk, "ballast");
  await writeFile(ballast, Buffer.alloc(16 * 1024));
  const large = record("web", { metadata: { notes: "x".repeat(10_000) } });
  const stored: string[] = [];
  const failed = await (async () => {
    for (;;) stored.push(await writeSpoolRecord(disk, large));
  })().catch((error) => error);
  expect(failed).toMatchObject({ code: "ENOSPC" });
  expect(stored.length).toBeGreaterThan(0);
  expect((await scanSpool(disk)).map(({ path }) => path).sort()).toEqual(stored.sort());
  expect(await listSpool(disk)).toHaveLength(stored.length);
  expect((await readdir(disk)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  await rm(ballast);
  await writeSpoolRecord(disk, large);
});

test("a disk so full that it takes no lock lets the spool be sent, which makes room", async ({ skip }) => {
  const disk = await smallDisk();
  if (!disk) {
    console.log("skipped a lock on a full disk: only root may mount one");
    return skip();
  }
  const full = await (async () => {
    for (let count = 0; ; count++) await writeFile(join(disk, `${count}`), "");
  })().catch((error) => error);
  expect(full).toMatchObject({ code: "ENOSPC" });
  expect(await withLock(join(disk, "lock"), async () => "sent")).toBe("sent");
});
