/** What makes order by time doubtful; identity tokens of CI jobs are refused beyond some more. */
const clockWarningMs = 2_000;
const clockWrongMs = 30_000;
const certificateWarningMs = 21 * 86_400_000;

/** What the doctor says of one thing, and what to do about it when it is not as it should be. */
export type Diagnosis = {
  subject: string;
  state: "right" | "warning" | "wrong";
  says: string;
  advice?: string;
};

/** Makes what is said of one thing. */
export const right = (subject: string, says: string): Diagnosis => ({ subject, state: "right", says });
export const warning = (subject: string, says: string, advice: string): Diagnosis => ({
  subject,
  state: "warning",
  says,
  advice,
});
export const wrong = (subject: string, says: string, advice = ""): Diagnosis => ({
  subject,
  state: "wrong",
  says,
  ...(advice && { advice }),
});

/** @param off by how many milliseconds the other clock is ahead */
export function clockOff(subject: string, off: number): Diagnosis {
  const seconds = `${(Math.abs(off) / 1_000).toFixed(1)} s ${off < 0 ? "behind" : "ahead of"} this machine's`;
  const advice = "Let both follow a time server (chrony, systemd-timesyncd).";
  if (Math.abs(off) >= clockWrongMs) return wrong(subject, seconds, advice);
  return Math.abs(off) >= clockWarningMs
    ? warning(subject, seconds, advice)
    : right(subject, "agrees with this machine's");
}

/** How long a certificate still holds. */
export function certificateUntil(subject: string, expiresAt: Date, now: Date): Diagnosis {
  const left = expiresAt.getTime() - now.getTime();
  const day = expiresAt.toISOString().slice(0, 10);
  if (left <= 0) return wrong(subject, `expired on ${day}`, "Renew it; the server reads it again by itself.");
  if (left < certificateWarningMs)
    return warning(subject, `expires on ${day}`, "Renew it; the server reads it again by itself.");
  return right(subject, `holds until ${day}`);
}
