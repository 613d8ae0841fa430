import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withLock } from "./lock.ts";

let directory: string;
let lock: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "waybill-lock-"));
  lock = join(directory, "tool.lock");
});
afterEach(() => rm(directory, { recursive: true, force: true }));

test("one works while the other waits and says so", async () => {
  const events: string[] = [];
  const { promise: secondWaits, resolve: secondIsWaiting } = Promise.withResolvers<void>();
  const first = withLock(
    lock,
    () => {},
    async () => {
      events.push("first in");
      await secondWaits;
      events.push("first out");
    },
  );
  const second = withLock(lock, secondIsWaiting, async () => {
    events.push("second in");
  });
  await Promise.all([first, second]);
  expect(events).toEqual(["first in", "first out", "second in"]);
});

test("a lock left by a process that is gone is taken over", async () => {
  const noSuchProcess = 2 ** 22 + 1;
  await writeFile(lock, String(noSuchProcess));
  expect(
    await withLock(
      lock,
      () => {},
      async () => "worked",
    ),
  ).toBe("worked");
});

test("the lock is given back when the work fails", async () => {
  const failing = withLock(
    lock,
    () => {},
    () => Promise.reject(new Error("no disk")),
  );
  await expect(failing).rejects.toThrow("no disk");
  expect(await readdir(directory)).toEqual([]);
});
