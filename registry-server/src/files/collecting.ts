/**
 * Lets go of bytes that nobody needs: first what artifacts hold and no build names, then what nobody holds. Each step
 * is a transaction that looks again, so that it may run beside uploads, reports and itself in another server.
 */
import { type SqlBool, sql } from "kysely";
import type { Database, Writer } from "../database/database.ts";
import { recordEvent } from "../events/store.ts";
import type { Caller, Clock } from "../unit.ts";
import { countUsage, graceMs, isHeldIn, isUnnamed } from "./store.ts";
import type { FileStore } from "./stores/store.ts";

const batch = 200;
/** Who removes bytes does it within this time, or another one may. */
const removalMs = 10 * 60_000;

type Needs = { database: Database; store: FileStore; clock: Clock };

/** @returns how many holdings were let go, and how many blobs were removed from the store */
export async function collectFiles(
  needs: Needs,
  caller: Caller,
  signal: AbortSignal,
): Promise<{ released: number; removed: number }> {
  const released = await walk<number>(
    (after) => dueHoldings(needs, after),
    (row) => release(needs, row.id, caller),
    signal,
  );
  const removed = await walk<string>(
    (after) => dueBlobs(needs, after),
    (row) => removeDue(needs, row.id),
    signal,
  );
  return { released, removed };
}

/**
 * Removes what the database does not know of: what is left of uploads that ended midway, and, after the database was
 * restored from an earlier time, what was stored since then.
 */
export async function collectUnknown(
  { database, store, clock }: Needs,
  signal: AbortSignal,
): Promise<{ unfinished: number; removed: number }> {
  const since = new Date(clock().getTime() - graceMs);
  const unfinished = await store.removeUnfinished(since);
  let removed = 0;
  for await (const { sha256, size, modifiedAt } of store.list()) {
    if (signal.aborted) break;
    if (modifiedAt >= since) continue;
    const due_at = new Date(clock().getTime() + removalMs).toISOString();
    const claimed = await database.write((tx) =>
      tx
        .insertInto("blobs")
        .values({ sha256, size, state: "removing", due_at })
        .onConflict((conflict) => conflict.column("sha256").doNothing())
        .returning("sha256")
        .executeTakeFirst(),
    );
    if (!claimed) continue;
    await store.remove(sha256);
    await forget(database, sha256);
    removed++;
  }
  return { unfinished, removed };
}

/** Does something with all rows, in batches; each row once, whatever becomes of it. */
async function walk<K extends number | string>(
  list: (after: K | undefined) => Promise<{ id: K }[]>,
  each: (row: { id: K }) => Promise<boolean>,
  signal: AbortSignal,
): Promise<number> {
  let count = 0;
  let after: K | undefined;
  for (;;) {
    const rows = await list(after);
    for (const row of rows) {
      if (signal.aborted) return count;
      if (await each(row)) count++;
    }
    after = rows.at(-1)?.id;
    if (after === undefined) return count;
  }
}

function dueHoldings({ database, clock }: Needs, after = 0): Promise<{ id: number }[]> {
  const now = clock().toISOString();
  const due = database.reads.selectFrom("holdings").select("id").where("due_at", "<=", now);
  return due.where("id", ">", after).orderBy("id").limit(batch).execute();
}

/** Lets one holding go, or, when a build names it after all, keeps it. */
function release({ database, clock }: Needs, id: number, caller: Caller): Promise<boolean> {
  return database.write(async (tx) => {
    const now = clock().toISOString();
    const gone = await tx
      .deleteFrom("holdings")
      .where("id", "=", id)
      .where("due_at", "<=", now)
      .where(isUnnamed())
      .returning(["sha256", "size", "namespace_id", "artifact_id"])
      .executeTakeFirst();
    if (!gone) {
      const named = tx.updateTable("holdings").set({ due_at: null }).where("id", "=", id);
      await named.where("due_at", "<=", now).execute();
      return false;
    }
    const { sha256, size } = gone;
    // Locks the blob, so that whoever else holds it is seen, or sees this; whoever still holds it is found later.
    const due_at = sql<string>`coalesce(due_at, ${now})`;
    await tx.updateTable("blobs").set({ due_at }).where("sha256", "=", sha256).execute();
    if (!(await isHeldIn(tx, gone.namespace_id, sha256))) await countUsage(tx, gone.namespace_id, -size);
    const { path } = await pathOfArtifact(tx, gone.artifact_id);
    const detail = { before: { sha256, size } };
    await recordEvent({ tx, now, caller }, { action: "file.released", artifact: path, detail });
    return true;
  });
}

function dueBlobs({ database, clock }: Needs, after = ""): Promise<{ id: string }[]> {
  const now = clock().toISOString();
  const due = database.reads.selectFrom("blobs").select("sha256 as id").where("due_at", "<=", now);
  return due.where("sha256", ">", after).orderBy("sha256").limit(batch).execute();
}

/** Removes one blob that is due and held by nobody: it is nobody's from the moment that is written down, then its bytes go, then its row. */
export async function removeDue({ database, store, clock }: Needs, sha256: string): Promise<boolean> {
  const now = clock();
  const due_at = new Date(now.getTime() + removalMs).toISOString();
  const isHeld = sql<SqlBool>`exists (select 1 from holdings where holdings.sha256 = blobs.sha256)`;
  const claimed = await database.write(async (tx) => {
    const blob = tx
      .updateTable("blobs")
      .where("sha256", "=", sha256)
      .where("due_at", "<=", now.toISOString());
    await blob.set({ due_at: null }).where(isHeld).execute();
    const free = blob.set({ state: "removing", due_at }).where(sql<SqlBool>`not ${isHeld}`);
    return free.returning("sha256").executeTakeFirst();
  });
  if (!claimed) return false;
  await store.remove(sha256);
  await forget(database, sha256);
  return true;
}

async function forget(database: Database, sha256: string): Promise<void> {
  await database.write((tx) =>
    tx.deleteFrom("blobs").where("sha256", "=", sha256).where("state", "=", "removing").execute(),
  );
}

function pathOfArtifact(tx: Writer, id: number): Promise<{ path: string }> {
  return tx.selectFrom("artifacts").select("path").where("id", "=", id).executeTakeFirstOrThrow();
}
