import { deleteChannelsOf, listNames } from "../channels/store.ts";
import type { Reader } from "../database/database.ts";
import { canonicalJson, readJson } from "../database/json.ts";
import { recordEvent } from "../events/store.ts";
import { defaultPageSize, readCursor, toPage } from "../http/paging.ts";
import { nextRun } from "../retention/schedule.ts";
import { Service } from "../service.ts";
import { type Actor, authorize } from "../tokens/scopes.ts";
import type { Caller, Unit } from "../unit.ts";
import { withoutUndefined } from "../values.ts";
import { artifactInUse } from "../versions/problems.ts";
import { deleteVersionsOf } from "../versions/store.ts";
import { artifactNotFound } from "./problems.ts";
import type { Artifact, ArtifactChange } from "./schema.ts";
import {
  type ArtifactRow,
  findArtifact,
  findArtifactWithLatest,
  insertArtifact,
  listArtifacts,
  lockArtifact,
  updateArtifact,
} from "./store.ts";

/** An artifact's name in two parts. */
export type ArtifactName = { namespace: string; artifact: string };

export function pathOf({ namespace, artifact }: ArtifactName): string {
  return `${namespace}/${artifact}`;
}

/** The artifact, as it is read; `artifact_not_found` when there is none. */
export async function findExisting(db: Reader, name: ArtifactName): Promise<ArtifactRow> {
  const row = await findArtifact(db, pathOf(name));
  if (!row) throw artifactNotFound(pathOf(name));
  return row;
}

/** The artifact, locked; `artifact_not_found` when there is none. */
export async function lockExisting(unit: Unit, path: string): Promise<ArtifactRow> {
  const row = await lockArtifact(unit.tx, path);
  if (!row || row.deleted_at !== null) throw artifactNotFound(path);
  return row;
}

/**
 * The artifact, locked, made when it is new. One that was deleted comes back empty, with its counter.
 *
 * @returns the row and whether it was made now
 */
export async function lockOrCreate(
  unit: Unit,
  name: ArtifactName,
): Promise<{ row: ArtifactRow; created: boolean }> {
  const path = pathOf(name);
  const { tx, now } = unit;
  let created = false;
  let row = await lockArtifact(tx, path);
  if (!row) {
    // False when another transaction made it between the look and now; then it is not ours to announce.
    created = await insertArtifact(tx, name.namespace, path, now);
    row = await lockArtifact(tx, path);
  }
  if (!row) throw new Error(`artifact ${path} vanished while it was created`);
  if (row.deleted_at !== null) {
    created = true;
    await updateArtifact(tx, row.id, { deleted_at: null, created_at: now }, now);
  }
  if (created) await recordEvent(unit, { action: "artifact.created", artifact: path, detail: {} });
  return { row, created };
}

/** Reads and changes artifacts. */
export class ArtifactService extends Service {
  /** @throws Problem `artifact_not_found` */
  async get(name: ArtifactName): Promise<Artifact> {
    const row = await findArtifactWithLatest(this.database.reads, pathOf(name));
    if (!row) throw artifactNotFound(pathOf(name));
    return view(row);
  }

  /** Lists what the actor may read. */
  async list(
    query: {
      namespace?: string | undefined;
      q?: string | undefined;
      limit?: number | undefined;
      cursor?: string | undefined;
    },
    actor: Actor,
  ): Promise<{ items: Artifact[]; next_cursor: string | null }> {
    const size = query.limit ?? defaultPageSize;
    const after = readCursor(query.cursor, "string");
    const filter = { namespace: query.namespace, text: query.q, actor };
    const rows = await listArtifacts(this.database.reads, filter, after, size + 1);
    return toPage(rows, size, (row) => row.path, view);
  }

  /**
   * Creates an artifact, or changes what is given; what is not given stays.
   *
   * @throws Problem `forbidden` when a retention policy is given without the scope `admin`
   */
  async put(
    name: ArtifactName,
    change: ArtifactChange,
    caller: Caller,
  ): Promise<{ artifact: Artifact; created: boolean }> {
    const path = pathOf(name);
    // A policy deletes versions every day from now on.
    if (change.retention !== undefined) authorize(caller, "admin", path);
    return this.write(caller, async (unit) => {
      const { tx } = unit;
      const { row, created } = await lockOrCreate(unit, name);
      const retention = row.retention && readJson(row.retention);
      const before = { description: row.description, labels: readJson(row.labels), retention };
      const after = { ...before, ...withoutUndefined(change) };
      if (canonicalJson(before) !== canonicalJson(after)) {
        await updateArtifact(
          tx,
          row.id,
          { ...after, ...schedule(before.retention, after.retention, unit) },
          unit.now,
        );
        await recordEvent(unit, { action: "artifact.changed", artifact: path, detail: { before, after } });
      }
      const changed = await findArtifactWithLatest(tx, path);
      if (!changed) throw artifactNotFound(path);
      return { artifact: view(changed), created };
    });
  }

  /**
   * Deletes an artifact and its versions. Name and counter stay: publishing again goes on with the next number.
   *
   * @throws Problem `artifact_not_found`, `version_in_use` when a channel points at one of its versions
   */
  async delete(name: ArtifactName, caller: Caller): Promise<void> {
    const path = pathOf(name);
    await this.write(caller, async (unit) => {
      const { tx } = unit;
      const row = await lockExisting(unit, path);
      const pointing = await listNames(tx, row.id, "pointing");
      if (pointing.length > 0) throw artifactInUse(path, pointing);
      await deleteChannelsOf(tx, row.id);
      await deleteVersionsOf(tx, row.id, unit.now);
      const unscheduled = { retention: null, retention_due_at: null, retention_position: null };
      const emptied = { description: null, labels: {}, ...unscheduled };
      const columns = { ...emptied, complete_versions: 0, deleted_at: unit.now };
      await updateArtifact(tx, row.id, columns, unit.now);
      const before = {
        description: row.description,
        labels: readJson(row.labels),
        retention: row.retention && readJson(row.retention),
        versions: row.complete_versions,
      };
      await recordEvent(unit, { action: "artifact.deleted", artifact: path, detail: { before } });
    });
  }
}

/** A new policy is applied first a day from now, so that a wrong one can still be taken back. */
function schedule(before: Artifact["retention"], after: Artifact["retention"], { now }: Unit) {
  if (canonicalJson({ before }) === canonicalJson({ before: after })) return {};
  return { retention_due_at: after && nextRun(now), retention_position: null };
}

function view(row: ArtifactRow & { latest: number | null }): Artifact {
  const [namespace = "", name = ""] = row.path.split("/");
  return {
    artifact: row.path,
    namespace,
    name,
    description: row.description,
    labels: readJson(row.labels),
    retention: row.retention && readJson(row.retention),
    latest: row.latest,
    versions: row.complete_versions,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}
