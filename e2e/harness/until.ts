import { setTimeout as wait } from "node:timers/promises";

const pollMs = 25;

/** Waits until `condition` holds. @throws after `timeoutMs`, naming what it waited for */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain until ${what}`);
    await wait(pollMs);
  }
}
