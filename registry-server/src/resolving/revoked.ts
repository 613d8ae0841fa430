import { Problem } from "../http/problem.ts";
import type { Resolved } from "./schema.ts";
import type { Found } from "./store.ts";

/** A revoked version that was asked for. */
export type Revoked = { path: string; number: number; reason: string; revoked_at: string };

/** Whether the time of a revocation has come; a scheduled one is none yet. */
export function isRevoked({ revoked_from }: Found, now: string): boolean {
  return revoked_from !== null && revoked_from <= now;
}

/** The answer of `on_revoked=warn`. */
export function revokedAnswer(answer: Resolved, revoked: Revoked): Resolved {
  const { reason, revoked_at } = revoked;
  const warning = { code: "revoked", message: `${sentence(revoked)} Replace what was made from it.` };
  return { ...answer, revocation: { reason, revoked_at }, warnings: [...answer.warnings, warning] };
}

/** What the answer of `on_revoked=previous` says of the version that was passed over. */
export function skippedWarning(revoked: Revoked, number: number) {
  const message = `${sentence(revoked)} This is version ${number}, the newest before it that is not revoked.`;
  return { code: "revoked_skipped", message };
}

const advices = {
  on_revoked:
    "Ask with on_revoked=warn to get it nevertheless, or with on_revoked=previous for the newest before it that is not revoked (the latter for channels and constraints).",
  nothing_earlier:
    "There is no earlier one that is not revoked. Ask with on_revoked=warn to get it nevertheless.",
  names_one:
    "There is no previous one for a number or a fingerprint, which name one version. Ask with on_revoked=warn to get it nevertheless.",
};

/** @param why whether a choice is left, `previous` found nothing, or it cannot look as one version was named */
export function revokedProblem(revoked: Revoked, why: keyof typeof advices): Problem {
  const { number, reason, revoked_at } = revoked;
  return new Problem("version_revoked", `${sentence(revoked)} ${advices[why]}`, {
    number,
    reason,
    revoked_at,
  });
}

function sentence({ path, number, reason, revoked_at }: Revoked): string {
  return `Version ${number} of "${path}" is revoked since ${revoked_at}: ${reason.replace(/[.\s]+$/, "")}.`;
}
