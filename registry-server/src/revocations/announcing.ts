import type { Database } from "../database/database.ts";
import type { Caller, Clock } from "../unit.ts";
import { announce } from "./spreading.ts";
import { describeVersions, listDue, takeDue } from "./store.ts";

const batch = 100;

/**
 * Tells of every revocation whose time has come, each once, however many servers do so. It only adds events: the
 * revocation itself holds from its time on, whether this runs or not.
 *
 * @returns how many it told of
 */
export async function announceDue(database: Database, clock: Clock, caller: Caller): Promise<number> {
  let announced = 0;
  for (;;) {
    const due = await listDue(database.reads, clock().toISOString(), batch);
    for (const { id } of due) {
      const done = await database.write(async (tx) => {
        const now = clock().toISOString();
        const taken = await takeDue(tx, id, now);
        if (!taken) return false;
        const involved = await describeVersions(tx, [taken.version_id, taken.cause_version_id]);
        const version = involved.find((one) => one.id === taken.version_id);
        const origin = involved.find((one) => one.id === taken.cause_version_id);
        if (version && origin) await announce({ tx, now, caller }, version, { ...taken, version: origin });
        return true;
      });
      if (done) announced++;
    }
    if (due.length < batch) return announced;
  }
}
