import { timingSafeEqual } from "node:crypto";
import type { Database } from "../database/database.ts";
import { recordEvent } from "../events/store.ts";
import { Problem } from "../http/problem.ts";
import { andThen, type Maybe } from "../maybe.ts";
import type { Clock } from "../unit.ts";
import { type Actor, everything, serverCaller } from "./scopes.ts";
import { anyToken, findToken, insertToken } from "./store.ts";
import { hashToken, isToken, newToken } from "./token.ts";

const adminName = "admin";

/** What the first start found: a new token to show once, or whether the given one is in use. */
export type Bootstrap = { shown?: string; givenIsUnknown: boolean };

/**
 * Makes the first token of an empty database: the one given, or a new one, which is returned to be shown once.
 *
 * @param given a token from the configuration; on a database that has tokens it changes nothing
 */
export async function bootstrapTokens(database: Database, clock: Clock, given?: string): Promise<Bootstrap> {
  if (await anyToken(database.reads)) {
    const known = given === undefined || (await findToken(database.reads, hashToken(given))) !== undefined;
    return { givenIsUnknown: !known };
  }
  const token = given ?? newToken();
  const added = await database.write(async (tx) => {
    const now = clock().toISOString();
    const first = { name: adminName, scopes: everything };
    const isFirst = await insertToken(tx, { ...first, hash: hashToken(token) }, now);
    const unit = { tx, now, caller: serverCaller("start") };
    if (isFirst) await recordEvent(unit, { action: "token.created", detail: { after: first } });
    return isFirst;
  });
  // Another server that started at the same moment may have been first; it then shows its own.
  return given === undefined && added ? { shown: token, givenIsUnknown: false } : { givenIsUnknown: false };
}

/**
 * Who the token in an Authorization header belongs to, and what it may do.
 *
 * @throws Problem `unauthorized` when there is none, or none that is known
 */
export function authenticate(database: Database, authorization: string | undefined): Maybe<Actor> {
  if (authorization === undefined) {
    throw new Problem("unauthorized", 'Send a token of this registry: "Authorization: Bearer wbl_...".');
  }
  const token = authorization.slice("Bearer ".length);
  if (!/^bearer /i.test(authorization) || !isToken(token)) {
    throw new Problem(
      "unauthorized",
      'The Authorization header must be "Bearer" and a token: wbl_ and 43 letters, digits, "-" or "_".',
    );
  }
  const hash = hashToken(token);
  return andThen(findToken(database.reads, hash), (found) => {
    // The look-up is by hash, which tells nothing of the token; the comparison does not rely on how it is done.
    if (found && timingSafeEqual(Buffer.from(found.hash), Buffer.from(hash))) {
      return { name: found.name, scopes: found.scopes };
    }
    throw new Problem(
      "unauthorized",
      "This registry does not know the token. Check WAYBILL_TOKEN and the address.",
    );
  });
}
