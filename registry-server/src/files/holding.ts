/**
 * How an artifact comes to hold bytes: its publisher has sent them, or could have, as they may be read in another
 * artifact. So nobody gets at bytes by knowing their SHA-256, and equal ones are stored once all the same.
 */
import type { ArtifactRow } from "../artifacts/store.ts";
import type { BuildReport } from "../builds/schema.ts";
import { recordEvent } from "../events/store.ts";
import { invalidRequest } from "../http/validation.ts";
import type { Unit } from "../unit.ts";
import { fileMissing, quotaExceeded } from "./problems.ts";
import type { HeldFile } from "./schema.ts";
import { claimBlob, countUsage, findReadable, insertHolding, keepHeld } from "./store.ts";

/**
 * Lets an artifact that this transaction has locked hold bytes that are in the store.
 *
 * @param until when they may be let go; nothing while a build names them
 * @throws Problem `quota_exceeded`
 */
export async function holdAll(
  unit: Unit,
  artifact: ArtifactRow,
  sha256s: string[],
  until: string | null,
): Promise<HeldFile[]> {
  const { tx } = unit;
  const claimed: HeldFile[] = [];
  for (const sha256 of sha256s.toSorted()) {
    const size = await claimBlob(tx, sha256);
    if (size !== undefined) claimed.push({ sha256, size });
  }
  let added = 0;
  for (const file of claimed) {
    const { counted } = await insertHolding(tx, artifact, file, until);
    if (!counted) added += file.size;
    await recordEvent(unit, { action: "file.held", artifact: artifact.path, detail: { after: file } });
  }
  if (added === 0) return claimed;
  const usage = await countUsage(tx, artifact.namespace_id, added);
  if (usage.quota_bytes === null || usage.used_bytes <= usage.quota_bytes) return claimed;
  throw quotaExceeded({ ...usage, used_bytes: usage.used_bytes - added }, added);
}

/** Which of some bytes the artifact holds, or may hold as the caller can read them elsewhere; it holds those then. */
export async function holdReadable(
  unit: Unit,
  artifact: ArtifactRow,
  sha256s: string[],
  until: string | null,
): Promise<HeldFile[]> {
  const held = await keepHeld(unit.tx, artifact.id, sha256s, until);
  if (held.length === new Set(sha256s).size) return held;
  const known = new Set(held.map((file) => file.sha256));
  const lacking = sha256s.filter((sha256) => !known.has(sha256));
  const readable = await findReadable(unit.tx, lacking, unit.caller);
  return [...held, ...(await holdAll(unit, artifact, readable, until))];
}

/**
 * Makes sure that the artifact holds what a report says is stored, for as long as there is the build.
 *
 * @throws Problem `file_missing`, `quota_exceeded`, `invalid_request` when a size is wrong
 */
export async function requireFiles(unit: Unit, artifact: ArtifactRow, report: BuildReport): Promise<void> {
  const files = (report.files ?? []).map((file, index) => ({ ...file, index }));
  const stored = files.filter((file) => file.stored !== false);
  if (stored.length === 0) return;
  const sha256s = stored.map((file) => file.sha256);
  const held = await holdReadable(unit, artifact, sha256s, null);
  const sizes = new Map(held.map((file) => [file.sha256, file.size]));
  const missing = stored.filter((file) => !sizes.has(file.sha256));
  if (missing.length > 0) throw fileMissing(artifact.path, missing);
  const wrong = stored.filter((file) => sizes.get(file.sha256) !== file.size);
  if (wrong.length === 0) return;
  const issues = wrong.map(({ index, sha256 }) => {
    const message = `must be ${sizes.get(sha256)}, as the bytes with this SHA-256 are`;
    return { code: "custom" as const, path: ["files", index, "size"], message, input: undefined };
  });
  throw invalidRequest(issues);
}
