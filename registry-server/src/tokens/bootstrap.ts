import type { Database } from "../database/database.ts";
import { recordEvent } from "../events/store.ts";
import type { Clock } from "../unit.ts";
import { everything, serverCaller } from "./scopes.ts";
import { findToken, insertToken, lockAdmins } from "./store.ts";
import { hashToken, newToken } from "./token.ts";

/** What a start found: a new token to show once, or whether the given one is in use. */
export type Bootstrap = { shown?: string; givenIsUnknown: boolean };

/**
 * Makes the token `admin` when there is none that may do everything for ever, as in an empty database: the one given,
 * or a new one, which is returned to be shown once.
 *
 * @param given a token from the configuration; where there is such a token already it changes nothing
 */
export async function bootstrapTokens(database: Database, clock: Clock, given?: string): Promise<Bootstrap> {
  const hash = given === undefined ? undefined : hashToken(given);
  const made = await database.write(async (tx) => {
    const unit = { tx, now: clock().toISOString(), caller: serverCaller("start") };
    // It may be that of a token which may do less: then another one is made.
    const isFree = hash !== undefined && (await findToken(tx, hash)) === undefined;
    const token = isFree && given !== undefined ? given : newToken();
    for (let count = 1; (await lockAdmins(tx)).length === 0; count++) {
      // A name may be taken: by a token of less, or by another server that starts at this moment and was first.
      const first = { name: count === 1 ? "admin" : `admin-${count}`, scopes: everything };
      if (!(await insertToken(tx, { ...first, hash: hashToken(token) }, unit.now))) continue;
      await recordEvent(unit, { action: "token.created", detail: { after: first } });
      return token;
    }
    return undefined;
  });
  if (made !== undefined && made !== given) return { shown: made, givenIsUnknown: false };
  return { givenIsUnknown: hash !== undefined && (await findToken(database.reads, hash)) === undefined };
}
