import { readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { scratch } from "../test/scratch.ts";
import { withLock } from "./lock.ts";

let path: string;
beforeEach(async () => {
  path = join(await scratch(), "lock");
});

test("one works at a time, and what was held is given back, also after a failure", async () => {
  let working = 0;
  const work = async (index: number) => {
    expect(++working).toBe(1);
    await stat(path);
    working--;
    if (index === 3) throw new Error("no");
    return index;
  };
  const results = await Promise.allSettled([1, 2, 3, 4].map((index) => withLock(path, () => work(index))));
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
  await expect(stat(path)).rejects.toThrow("ENOENT");
});

test("who waits is told so once, and stops when asked to", async () => {
  const interruption = new AbortController();
  let told = 0;
  const onWaiting = () => {
    told++;
    interruption.abort(new Error("enough"));
  };
  const waiting = withLock(path, () =>
    withLock(path, async () => "both", { signal: interruption.signal, onWaiting }),
  );
  await expect(waiting).rejects.toThrow(/enough|aborted/);
  expect(told).toBe(1);
});

test("what a process that is gone left behind is taken over, by one of many", async () => {
  await writeFile(path, "");
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(path, longAgo, longAgo);
  let working = 0;
  const work = async () => {
    expect(++working).toBe(1);
    await readdir(join(path, ".."));
    working--;
  };
  await Promise.all(Array.from({ length: 10 }, () => withLock(path, work)));
  expect(await readdir(join(path, ".."))).toEqual([]);
});

test("who was thought dead does not give back the lock of another", async () => {
  await withLock(path, async () => {
    await rm(path);
    await writeFile(path, "another");
  });
  await stat(path);
});
