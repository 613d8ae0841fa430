import { rmSync } from "node:fs";
import { type FileHandle, link, open, rename, rm, stat } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

const POLL_MS = 25;
/** Who holds a lock touches it this often ... */
const BEAT_MS = 2_000;
/** ... so that an older one was left behind by a process that is gone. */
const STALE_MS = 15_000;
/** A full disk takes no lock. Whoever works under one must do no harm without it, and may be about to make room. */
const NO_ROOM = new Set(["ENOSPC", "EDQUOT"]);

export type LockOptions = {
  signal?: AbortSignal | undefined;
  /** Told once, when somebody else holds it. */
  onWaiting?: (() => void) | undefined;
};

/**
 * Does something while no other process of this machine, or of those that share the directory, does it too. A lock that
 * its holder left behind, killed or without power, is taken over after 15 seconds.
 *
 * @param path a file that is made for as long as the work takes; its directory must be there
 * @throws the error of the file system, or of `signal`
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const held = await take(path, options);
  // Who leaves by Ctrl-C keeps nobody waiting.
  const leave = () => held && rmSync(path, { force: true });
  process.once("exit", leave);
  const beat = setInterval(() => touch(held), BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    process.off("exit", leave);
    await giveBack(path, held);
  }
}

async function take(path: string, { signal, onWaiting }: LockOptions): Promise<FileHandle | undefined> {
  for (let isFirst = true; ; isFirst = false) {
    signal?.throwIfAborted();
    try {
      return await open(path, "wx", 0o600);
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (NO_ROOM.has(code)) return undefined;
      if (code !== "EEXIST") throw error;
    }
    if (isFirst) onWaiting?.();
    if (await isStale(path)) await takeAway(path);
    else await wait(POLL_MS, undefined, { signal });
  }
}

async function touch(held: FileHandle | undefined): Promise<void> {
  const now = new Date();
  await held?.utimes(now, now).catch(() => undefined);
}

async function giveBack(path: string, held: FileHandle | undefined): Promise<void> {
  if (!held) return;
  const [ours, theirs] = await Promise.all([held.stat(), stat(path).catch(() => undefined)]);
  await held.close();
  // Somebody who thought us dead may have one of his own there.
  if (ours.ino === theirs?.ino) await rm(path, { force: true });
}

async function isStale(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > STALE_MS;
}

/** Of several that find a stale lock, one may come so late that it takes away the new one of another; it goes back. */
async function takeAway(path: string): Promise<void> {
  const aside = `${path}.${crypto.randomUUID()}`;
  try {
    await rename(path, aside);
    if (!(await isStale(aside))) await link(aside, path);
  } catch {
    // Somebody else was faster.
  }
  await rm(aside, { force: true });
}
