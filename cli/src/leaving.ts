const SIGNALS = ["SIGINT", "SIGTERM"] as const;
/** What shells give for a command that Ctrl-C ended. */
const INTERRUPTED = 130;

/** Ctrl-C ends work at once, in the way that runs what removes unfinished files and gives locks back. */
export async function leavingTidily<T>(work: () => Promise<T>): Promise<T> {
  const end = () => process.exit(INTERRUPTED);
  for (const signal of SIGNALS) process.once(signal, end);
  try {
    return await work();
  } finally {
    for (const signal of SIGNALS) process.off(signal, end);
  }
}
