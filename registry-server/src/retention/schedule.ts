const day = 86_400_000;

/** When a policy is applied next, after a run that ended now. */
export function nextRun(now: string): string {
  return new Date(Date.parse(now) + day).toISOString();
}

/** The moment that lies so many days before now. */
export function daysBefore(now: string, days: number): string {
  return new Date(Date.parse(now) - days * day).toISOString();
}
