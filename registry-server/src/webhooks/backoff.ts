/** When what could not be delivered is tried again, and when not any more. */

const firstWaitMs = 5_000;
const longestWaitMs = 6 * 3_600_000;
/** With these waits a message is tried for two to three days. */
export const mostTries = 25;
/** So long a webhook that fails is left alone, so that it does not keep others waiting. */
const longestPauseMs = 10 * 60_000;
/** A webhook of which nothing was taken for so long, however often it was tried, is disabled. */
const disableAfterMs = 3 * 86_400_000;
const disableAfterFailures = 20;

/** 5 seconds, doubled each time up to 6 hours, and between half and all of that, so that not all come at once. */
export function waitMs(tries: number, random = Math.random): number {
  const longest = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(30, tries - 1));
  return Math.round(longest * (0.5 + random() / 2));
}

/** When the next try is due; what the receiver asked for counts, up to the longest wait. */
export function nextTry(now: Date, tries: number, retryAfterMs = 0): Date {
  return new Date(now.getTime() + Math.max(waitMs(tries), Math.min(retryAfterMs, longestWaitMs)));
}

/** Until when a webhook is left alone that failed so many times in a row. */
export function pauseUntil(now: Date, failures: number): Date {
  return new Date(now.getTime() + Math.min(longestPauseMs, waitMs(failures)));
}

/** Why a webhook is to be disabled after an attempt that failed; nothing when it is not. */
export function reasonToDisable(
  failing: { failures: number; since: string; status: number | null; error: string | null },
  now: Date,
): string | undefined {
  if (failing.status === 410) return "The receiver answered 410 Gone.";
  const isLong = now.getTime() - Date.parse(failing.since) >= disableAfterMs;
  if (!isLong || failing.failures < disableAfterFailures) return undefined;
  return `Nothing was taken since ${failing.since}, in ${failing.failures} attempts. The last one: ${failing.error}`;
}
