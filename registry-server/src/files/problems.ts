import { bytesText } from "../bytes.ts";
import { Problem } from "../http/problem.ts";
import type { Usage } from "./store.ts";

/** Enough to see what is wrong; a client that lacks more asks for each file anyway. */
const mostShown = 100;

/** @param more how many bytes more it would have to take */
export function quotaExceeded({ name, used_bytes, quota_bytes }: Usage, more: number): Problem {
  const uses = `uses ${bytesText(used_bytes)} of the ${bytesText(quota_bytes ?? 0)} that it may`;
  const detail = `The namespace "${name}" ${uses}, so it cannot take ${bytesText(more)} more. Delete versions that nobody needs, whose files then go within two days, or let an admin raise its quota.`;
  return new Problem("quota_exceeded", detail, { used_bytes, quota_bytes, needed_bytes: more });
}

export function notHeld(path: string, sha256: string): Problem {
  return new Problem(
    "file_not_found",
    `"${path}" has no bytes with the SHA-256 ${sha256}. Upload them by PUT.`,
  );
}

type Named = { path: string; size: number; sha256: string };

/** A report names bytes that nobody has uploaded, or that were collected meanwhile. */
export function fileMissing(path: string, missing: Named[]): Problem {
  const [first] = missing;
  const more = missing.length > 1 ? ` and ${missing.length - 1} more` : "";
  const detail = `"${path}" lacks the bytes of ${first?.path} (SHA-256 ${first?.sha256})${more}. Upload them first, by PUT to /v1/artifacts/${path}/files/{sha256}, or record them only, with "stored": false.`;
  const files = missing.slice(0, mostShown).map(({ path: at, size, sha256 }) => ({ path: at, size, sha256 }));
  return new Problem("file_missing", detail, { files, missing: missing.length });
}

/** What the store does not take now, although nothing is wrong with what was sent. */
export function storeFailed(error: unknown): Problem {
  const { code, name, message } = error as NodeJS.ErrnoException;
  const why = code === "ENOSPC" || code === "EDQUOT" ? "its disk is full" : `${code ?? name}`;
  const detail = `The file store cannot take the bytes now (${why}). Nothing was stored; try again later, and tell the operator.`;
  const problem = new Problem("unavailable", detail);
  problem.cause = message;
  return problem;
}
