const PARENT_POLL_MS = 1_000;

/** Runs the clean-up whichever way the process ends, short of being killed. */
export function onExit(cleanUp: () => void): void {
  process.on("exit", cleanUp);
}

/**
 * Ends the process on the signals that ask for it. Ctrl-C reaches the client too, which then asks running calls to
 * stop and shuts the plugin down when it is done: so it is not for the plugin to act on, unless nobody else would.
 */
export function onSignals({ interruptEnds }: { interruptEnds: boolean }): void {
  const end = () => process.exit(0);
  process.on("SIGTERM", end);
  process.on("SIGHUP", end);
  process.on("SIGINT", interruptEnds ? end : () => {});
}

/** Ends the process soon after the one that started it is gone. */
export function endWithParent(onOrphaned: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    onOrphaned();
    process.exit(0);
  }, PARENT_POLL_MS);
  timer.unref();
}
