import type { Logger } from "pino";
import type { Consumptions } from "../consumers/consumptions.ts";
import type { Database } from "../database/database.ts";
import { collectFiles, collectUnknown } from "../files/collecting.ts";
import type { FileStore } from "../files/stores/store.ts";
import { applyDuePolicies } from "../retention/job.ts";
import { announceDue } from "../revocations/announcing.ts";
import { serverCaller } from "../tokens/scopes.ts";
import { deleteExpired } from "../trust/store.ts";
import type { Clock } from "../unit.ts";
import { backfill } from "../versions/backfill.ts";
import { expireOverdue } from "../versions/expiry.ts";
import type { Periodic } from "./queue.ts";

/** How late the event of a scheduled revocation may be; the revocation itself is not. */
const announceEveryMs = 10_000;
/** Few enough that whoever publishes meanwhile, or stopping, never waits for long. */
const backfillBatch = 200;

type Needs = {
  database: Database;
  clock: Clock;
  log: Logger;
  incompleteTtlMs: number;
  consumptions: Consumptions;
  files: FileStore;
};

/** What the server does by itself now and then. */
export function periodicJobs({
  database,
  clock,
  log,
  incompleteTtlMs,
  consumptions,
  files: store,
}: Needs): Periodic[] {
  const tell = (count: number, message: string): void => {
    if (count > 0) log.info({ count }, message);
  };
  const files = { database, clock, store };
  return [
    {
      name: "files",
      everyMs: 10 * 60_000,
      async run(signal) {
        const { released, removed } = await collectFiles(files, serverCaller("files"), signal);
        tell(released, "holdings of files let go, as no build names them");
        tell(removed, "files removed that nobody holds");
      },
    },
    {
      name: "files-unknown",
      everyMs: 24 * 60 * 60_000,
      async run(signal) {
        const { unfinished, removed } = await collectUnknown(files, signal);
        tell(unfinished, "unfinished uploads removed");
        tell(removed, "files removed that the database does not know");
      },
    },
    {
      name: "expiry",
      everyMs: Math.min(incompleteTtlMs / 4, 60_000),
      async run() {
        const caller = serverCaller("expiry");
        tell(await expireOverdue(database, clock, incompleteTtlMs, caller), "incomplete versions expired");
      },
    },
    {
      name: "retention",
      everyMs: 60_000,
      async run() {
        await consumptions.flush();
        const caller = serverCaller("retention");
        tell(await applyDuePolicies(database, clock, caller), "versions deleted by retention");
      },
    },
    {
      name: "revocation",
      everyMs: announceEveryMs,
      async run() {
        tell(await announceDue(database, clock, serverCaller("revocation")), "revocations took effect");
      },
    },
    {
      name: "exchanged-tokens",
      everyMs: 600_000,
      run: () => database.write((tx) => deleteExpired(tx, clock().toISOString())),
    },
    {
      name: "backfill",
      everyMs: 60_000,
      async run(signal) {
        let [total, count] = [0, 0];
        do {
          count = await backfill(database, clock, backfillBatch);
          total += count;
        } while (count > 0 && !signal.aborted);
        tell(total, "earlier versions linked and made searchable");
      },
    },
  ];
}
