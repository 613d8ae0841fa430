import { performance } from "node:perf_hooks";
import type { Database } from "../database/database.ts";
import type { Jobs } from "../jobs/queue.ts";
import type { Gate } from "../limits/gate.ts";
import type { Metrics } from "./metrics.ts";

/** A database that counts how long its transactions that write take, the wait for their turn included. */
export function timeWrites(database: Database, metrics: Metrics): Database {
  const help = "Time of a transaction that writes, with the wait for its turn";
  const durations = metrics.durations("waybill_database_write_duration_seconds", help)();
  const write: Database["write"] = async (work) => {
    const startedAt = performance.now();
    try {
      return await database.write(work);
    } finally {
      durations.observe((performance.now() - startedAt) / 1000);
    }
  };
  return Object.create(database, { write: { value: write } }) as Database;
}

/** Adds what goes on in the registry: its database, its jobs, and what the limits refuse. */
export function measureRegistry(
  metrics: Metrics,
  { database, jobs, gate }: { database: Database; jobs: Jobs; gate: Gate },
): void {
  metrics.gauge("waybill_database_up", "Whether the database answers", async () => [
    {
      value: await database.ping().then(
        () => 1,
        () => 0,
      ),
    },
  ]);
  metrics.gauge(
    "waybill_database_ping_seconds",
    "How long the database takes to answer nothing",
    async () => {
      const startedAt = performance.now();
      await database.ping();
      return [{ value: (performance.now() - startedAt) / 1000 }];
    },
  );
  metrics.gauge("waybill_database_connections", "Connections to PostgreSQL, and who waits for one", () =>
    Object.entries(database.connections?.() ?? {}).map(([state, value]) => ({ labels: { state }, value })),
  );
  metrics.gauge("waybill_jobs", "Jobs by queue; failed ones will not be tried again", async () =>
    (await jobs.counts()).flatMap(({ queue, ...states }) =>
      Object.entries(states).map(([state, value]) => ({ labels: { queue, state }, value })),
    ),
  );
  metrics.gauge("waybill_http_requests_in_flight", "Requests that wait for their answer", () => [
    { value: gate.load.inFlight },
  ]);
  metrics.counter("waybill_http_refused_total", "Requests refused because there were too many", () => [
    { labels: { reason: "token_rate" }, value: gate.tokens?.refused ?? 0 },
    { labels: { reason: "address_rate" }, value: gate.addresses?.refused ?? 0 },
    { labels: { reason: "load" }, value: gate.load.refused },
  ]);
}
