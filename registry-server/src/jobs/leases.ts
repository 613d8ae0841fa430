import { sql } from "kysely";
import type { Database } from "../database/database.ts";
import { writeJson } from "../database/json.ts";
import type { Queue } from "./queue.ts";
import { graceMs, type JobStore } from "./store.ts";

/** For how long one can see which jobs failed for good. */
const keepFailedMs = 14 * 86_400_000;

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** Keeps jobs in the table `jobs`; one that is taken is leased, so that it comes back when its server is gone. */
export function openLeases(database: Database): JobStore {
  const isDue = (queue: Queue) =>
    sql`queue = ${queue.name} and state in ('waiting', 'running') and at <= ${inMs(0)}`;

  return {
    async declare() {},

    async add(tx, queue, payload, { startAfter, key }) {
      await tx
        .insertInto("jobs")
        .values({
          queue,
          key: key ?? null,
          payload: writeJson(payload),
          at: (startAfter ?? new Date()).toISOString(),
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async take(queue, most) {
      // Looking first: an idle server then writes nothing.
      const due = await sql`select 1 from jobs where ${isDue(queue)} limit 1`.execute(database.reads);
      if (due.rows.length === 0) return [];
      return database.write(async (tx) => {
        // A lease that ran out was an attempt too: a job that ends its server must not do so for ever.
        const { rows } = await sql<{ id: number; payload: string; attempt: number; state: string }>`
          update jobs set
            state = case when attempt > ${queue.retry.limit} then 'failed' else 'running' end,
            error = case when attempt > ${queue.retry.limit} then 'It was never finished in time.' end,
            attempt = attempt + 1, at = ${inMs(queue.timeoutMs + graceMs)}
          where id in (
            select id from jobs as due where ${isDue(queue)} and not exists (
              select 1 from jobs as other
              where other.queue = due.queue and other.key = due.key and other.state = 'running' and other.id <> due.id
            ) order by at limit ${most}
          ) returning id, payload, attempt, state`.execute(tx);
        const taken = rows.filter((row) => row.state === "running");
        return taken.map(({ id, payload, attempt }) => ({
          id: `${id}`,
          payload: JSON.parse(payload),
          attempt,
        }));
      });
    },

    async done(_queue, job) {
      await database.write((tx) =>
        // Not one that ran out of its lease and is somebody else's by now.
        tx.deleteFrom("jobs").where("id", "=", Number(job.id)).where("attempt", "=", job.attempt).execute(),
      );
    },

    async failed({ retry }, job, { message }) {
      const isOver = job.attempt > retry.limit;
      const longest = Math.min(retry.maxDelayMs, retry.delayMs * 2 ** Math.min(30, job.attempt - 1));
      const at = inMs(isOver ? 0 : longest * (0.5 + Math.random() / 2));
      await database.write(async (tx) => {
        const changed = await sql`
          update or ignore jobs set state = ${isOver ? "failed" : "waiting"}, at = ${at}, error = ${message}
          where id = ${Number(job.id)} and attempt = ${job.attempt} returning id`.execute(tx);
        // Another of its key waits already, and will do what this one did not.
        if (changed.rows.length === 0) {
          await sql`delete from jobs where id = ${Number(job.id)} and attempt = ${job.attempt}`.execute(tx);
        }
        await sql`delete from jobs where state = 'failed' and at < ${inMs(-keepFailedMs)}`.execute(tx);
      });
    },

    async counts() {
      const count = (state: string) => sql<number>`count(*) filter (where state = ${sql.lit(state)})`;
      return database.reads
        .selectFrom("jobs")
        .select("queue")
        .select([
          count("waiting").as("waiting"),
          count("running").as("running"),
          count("failed").as("failed"),
        ])
        .groupBy("queue")
        .execute();
    },

    async close() {},
  };
}
