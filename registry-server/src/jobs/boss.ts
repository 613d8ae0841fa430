import { randomUUID } from "node:crypto";
import { CompiledQuery, sql } from "kysely";
import { PgBoss } from "pg-boss";
import type { Database, Writer } from "../database/database.ts";
import type { JobLog } from "./queue.ts";
import { graceMs, type JobStore } from "./store.ts";

const schema = "pgboss";
const connections = 2;
/** How often it is looked for jobs whose server is gone, and for what can be thrown away. */
const superviseSeconds = 10;
const statementTimeoutMs = 15_000;
/** What pg-boss hands on to pg: for when the network is gone and no answer comes at all. */
const patience = { query_timeout: 20_000, connectionTimeoutMillis: 15_000, keepAlive: true };

/** Keeps jobs with pg-boss: it takes, retries, expires and throws away; when to look for work is up to us. */
export async function openBoss(database: Database, url: string, log: JobLog): Promise<JobStore> {
  const boss = new PgBoss({
    ...patience,
    connectionString: url,
    options: `-c statement_timeout=${statementTimeoutMs}`,
    application_name: "waybill jobs",
    schema,
    max: connections,
    schedule: false,
    registerInstance: false,
    superviseIntervalSeconds: superviseSeconds,
    monitorIntervalSeconds: superviseSeconds,
  });
  boss.on("error", (error: Error) => log.warn({ error: error.message }, "jobs wait for the database"));
  await boss.start();

  return {
    async declare({ name, timeoutMs, retry }) {
      const limits = {
        expireInSeconds: seconds(timeoutMs + graceMs),
        retryLimit: retry.limit,
        retryDelay: seconds(retry.delayMs),
        retryDelayMax: seconds(retry.maxDelayMs),
        retryBackoff: true,
      };
      // At most one waiting and one running job of a key.
      await boss.createQueue(name, { ...limits, policy: "stately" });
      await boss.updateQueue(name, limits);
    },

    async add(tx, queue, payload, { startAfter, key }) {
      const options = { singletonKey: key ?? randomUUID(), ...(startAfter && { startAfter }) };
      await boss.send(queue, payload, { ...options, db: transactionOf(tx) });
    },

    async take({ name }, most) {
      const jobs = await boss.fetch<object>(name, { batchSize: most });
      return jobs.map(({ id, data, retryCount }) => ({ id, payload: data, attempt: retryCount + 1 }));
    },

    async done({ name }, job) {
      await boss.complete(name, attemptOf(job));
    },

    async failed({ name }, job, { message }) {
      await boss.fail(name, attemptOf(job), { message });
    },

    async counts() {
      const count = (states: string) => sql<number>`count(*) filter (where state in (${sql.raw(states)}))`;
      const { rows } = await sql<{ queue: string; waiting: number; running: number; failed: number }>`
        select name as queue, ${count("'created', 'retry'")} as waiting, ${count("'active'")} as running,
          ${count("'failed'")} as failed
        from ${sql.id(schema, "job")} where state not in ('completed', 'cancelled') group by name`.execute(
        database.reads,
      );
      return rows;
    },

    async close() {
      await boss.stop({ graceful: false, close: true });
    },
  };
}

const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

const attemptOf = ({ id, attempt }: { id: string; attempt: number }) => ({ id, retryCount: attempt - 1 });

function transactionOf(tx: Writer) {
  return {
    async executeSql(text: string, values: unknown[] = []) {
      const { rows } = await tx.executeQuery(CompiledQuery.raw(text, values));
      return { rows };
    },
  };
}
