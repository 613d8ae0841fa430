import { sql } from "kysely";
import type { Reader, Writer } from "../database/database.ts";
import { readableBy } from "../tokens/reach.ts";
import type { Actor } from "../tokens/scopes.ts";
import type { Consumer } from "./schema.ts";

const rowsPerInsert = 1_000;

/** How often somebody resolved a version since it was last written down. */
export type Consumption = {
  versionId: number;
  consumer: string;
  client: string;
  firstAt: string;
  lastAt: string;
  count: number;
};

/**
 * Adds consumptions to what is known.
 *
 * @param consumptions each version, consumer and client once, in the same order for everybody: servers that add to the
 *   same rows then wait for each other instead of deadlocking
 */
export async function addConsumptions(tx: Writer, consumptions: Consumption[]): Promise<void> {
  for (let start = 0; start < consumptions.length; start += rowsPerInsert) {
    const some = consumptions.slice(start, start + rowsPerInsert);
    const artifacts = await artifactsOf(tx, [...new Set(some.map((one) => one.versionId))]);
    const rows = some.flatMap(({ versionId, consumer, client, firstAt, lastAt, count }) => {
      const artifactId = artifacts.get(versionId);
      if (artifactId === undefined) return [];
      const times = { first_at: firstAt, last_at: lastAt, count };
      return [{ artifact_id: artifactId, version_id: versionId, consumer, client, ...times }];
    });
    if (rows.length === 0) continue;
    await tx
      .insertInto("consumptions")
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(["version_id", "consumer", "client"]).doUpdateSet({
          last_at: sql`case when excluded.last_at > consumptions.last_at then excluded.last_at else consumptions.last_at end`,
          first_at: sql`case when excluded.first_at < consumptions.first_at then excluded.first_at else consumptions.first_at end`,
          count: sql`consumptions.count + excluded.count`,
        }),
      )
      .execute();
  }
}

async function artifactsOf(tx: Writer, versionIds: number[]): Promise<Map<number, number>> {
  const rows = await tx
    .selectFrom("versions")
    .select(["id", "artifact_id"])
    .where("id", "in", versionIds)
    .execute();
  return new Map(rows.map((row) => [row.id, row.artifact_id]));
}

export type ConsumerFilter = {
  versionIds?: number[];
  artifactId?: number;
  consumer?: string;
  /** Who may read what is listed; without it, it has been checked. */
  readableBy?: Actor;
  since?: string | undefined;
};

/** Consumptions, those that began last first. */
export async function listConsumptions(
  db: Reader,
  filter: ConsumerFilter,
  before: number | undefined,
  limit: number,
): Promise<(Consumer & { id: number })[]> {
  let query = db
    .selectFrom("consumptions")
    .innerJoin("versions", "versions.id", "consumptions.version_id")
    .innerJoin("artifacts", "artifacts.id", "consumptions.artifact_id")
    .select(["consumptions.id", "artifacts.path as artifact", "versions.number"])
    .select(["consumptions.consumer", "consumptions.client", "consumptions.first_at"])
    .select(["consumptions.last_at", "consumptions.count"]);
  if (filter.versionIds) query = query.where("consumptions.version_id", "in", filter.versionIds);
  if (filter.artifactId !== undefined) {
    query = query.where("consumptions.artifact_id", "=", filter.artifactId);
  }
  if (filter.consumer !== undefined) query = query.where("consumptions.consumer", "=", filter.consumer);
  if (filter.readableBy) query = query.where(readableBy(filter.readableBy));
  if (filter.since !== undefined) query = query.where("consumptions.last_at", ">=", filter.since);
  if (before !== undefined) query = query.where("consumptions.id", "<", before);
  const rows = await query.orderBy("consumptions.id", "desc").limit(limit).execute();
  return rows.map((row) => ({ ...row, number: row.number ?? 0 }));
}
