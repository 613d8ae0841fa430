import { type ArtifactName, findExisting, lockExisting, pathOf } from "../artifacts/service.ts";
import type { ArtifactRow } from "../artifacts/store.ts";
import type { Consumptions } from "../consumers/consumptions.ts";
import type { Database, Reader } from "../database/database.ts";
import { readJson } from "../database/json.ts";
import { readCursor, writeCursor } from "../http/paging.ts";
import { Problem } from "../http/problem.ts";
import { Service } from "../service.ts";
import { authorize } from "../tokens/scopes.ts";
import type { Caller, Clock, Unit } from "../unit.ts";
import { deleteComplete } from "../versions/deletion.ts";
import type { VersionRow } from "../versions/store.ts";
import { findDescendantNeeds } from "./descendants.ts";
import { findOwnNeeds, readGround } from "./needs.ts";
import type { RetentionDecision, RetentionPolicy, RetentionRequest, RetentionResult } from "./schema.ts";
import { forgetParents, listComplete } from "./store.ts";

type Verdict = { version: VersionRow; keep: boolean; reasons: string[] };

/** Which part of an artifact's versions is looked at: those below a number, newest first, so many. */
type Part = { below: number | undefined; limit: number };

type Judged = { verdicts: Verdict[]; next: number | null };

/** Decides which versions of an artifact need not be kept any longer, and deletes them. */
export class RetentionService extends Service {
  readonly #consumptions: Consumptions;

  constructor(database: Database, clock: Clock, consumptions: Consumptions) {
    super(database, clock);
    this.#consumptions = consumptions;
  }

  /**
   * Judges a part of an artifact's versions, and deletes what goes unless it is a dry run.
   *
   * @throws Problem `artifact_not_found`; `invalid_request` when neither the request nor the artifact has a policy;
   *   `forbidden` when something is to be deleted without the scope `admin`
   */
  async apply(name: ArtifactName, request: RetentionRequest, caller: Caller): Promise<RetentionResult> {
    const path = pathOf(name);
    const part = { below: readCursor(request.cursor, "number"), limit: request.limit };
    if (!request.dry_run) authorize(caller, "admin", path);
    // What was read a moment ago is still in memory. Where other servers run, theirs comes a few seconds later.
    await this.#consumptions.flush();
    const now = this.now();
    if (request.dry_run) {
      const artifact = await findExisting(this.database.reads, name);
      const policy = choosePolicy(artifact, request);
      return view(
        artifact,
        policy,
        true,
        await judge(this.database.reads, artifact, policy, part, now, caller),
      );
    }
    return this.database.write(async (tx) => {
      const unit = { tx, now, caller };
      const artifact = await lockExisting(unit, path);
      const policy = choosePolicy(artifact, request);
      return view(artifact, policy, false, await retain(unit, artifact, policy, part));
    });
  }
}

/** Deletes what goes of a part of an artifact's versions; this transaction has locked the artifact. */
export async function retain(
  unit: Unit,
  artifact: ArtifactRow,
  policy: RetentionPolicy,
  part: Part,
): Promise<Judged> {
  const judged = await judge(unit.tx, artifact, policy, part, unit.now, unit.caller);
  const gone = judged.verdicts.filter((verdict) => !verdict.keep).map((verdict) => verdict.version);
  if (gone.length === 0) return judged;
  await deleteComplete(unit, artifact, gone, `retention: keep ${policy.keep}, days ${policy.days}`);
  // Nothing that stays was built from them, so nobody will look for an ancestor through them.
  await forgetParents(
    unit.tx,
    gone.map((version) => version.id),
  );
  return judged;
}

async function judge(
  db: Reader,
  artifact: ArtifactRow,
  policy: RetentionPolicy,
  part: Part,
  now: string,
  caller: Caller,
): Promise<Judged> {
  const rows = await listComplete(db, artifact.id, part.below, part.limit + 1);
  const versions = rows.slice(0, part.limit);
  const ground = await readGround(db, artifact, policy, now);
  const needs = await findOwnNeeds(db, ground, versions);
  const open = versions.filter((version) => !needs.get(version.id)?.length).map((version) => version.id);
  const below = await findDescendantNeeds(db, ground, open, caller);
  const verdicts = versions.map((version) => {
    const byDescendant = below.get(version.id);
    const reasons = [...(needs.get(version.id) ?? []), ...(byDescendant === undefined ? [] : [byDescendant])];
    return { version, keep: reasons.length > 0, reasons };
  });
  return { verdicts, next: rows.length > part.limit ? (versions.at(-1)?.number ?? null) : null };
}

/** What the request gives, and else what is stored. */
function choosePolicy(artifact: ArtifactRow, request: RetentionRequest): RetentionPolicy {
  const stored = artifact.retention && readJson(artifact.retention);
  const keep = request.keep ?? stored?.keep;
  const days = request.days ?? stored?.days;
  if (keep !== undefined && days !== undefined) return { keep, days };
  const missing = Object.entries({ keep, days }).flatMap(([key, value]) =>
    value === undefined ? [key] : [],
  );
  const detail = `"${artifact.path}" has no retention policy, so the request must give ${missing.join(" and ")}; PUT the artifact with "retention" to store one.`;
  const message = "must be given, because the artifact has no retention policy";
  throw new Problem("invalid_request", detail, { errors: missing.map((path) => ({ path, message })) });
}

function view(
  artifact: ArtifactRow,
  policy: RetentionPolicy,
  dryRun: boolean,
  { verdicts, next }: Judged,
): RetentionResult {
  return {
    artifact: artifact.path,
    dry_run: dryRun,
    ...policy,
    versions: verdicts.map((verdict) => viewVerdict(verdict, policy)),
    next_cursor: next === null ? null : writeCursor(next),
  };
}

function viewVerdict({ version, keep, reasons }: Verdict, policy: RetentionPolicy): RetentionDecision {
  const { number, semver, completed_at, created_at } = version;
  const whyGone = `It is older than ${policy.days} days and not one of the newest ${policy.keep}, and within ${policy.days} days no channel pointed at it and nobody read it; nothing that stays was built from it.`;
  return {
    number: number ?? 0,
    semver,
    completed_at: completed_at ?? created_at,
    keep,
    reasons: keep ? reasons : [whyGone],
  };
}
