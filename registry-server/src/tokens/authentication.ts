import { timingSafeEqual } from "node:crypto";
import type { Database } from "../database/database.ts";
import { Problem } from "../http/problem.ts";
import { andThen, type Maybe } from "../maybe.ts";
import type { Clock } from "../unit.ts";
import type { LastUses } from "./last-uses.ts";
import { type Actor, anonymous, tokenMissing } from "./scopes.ts";
import { findOpenScopes, findToken } from "./store.ts";
import { hashToken, isToken } from "./token.ts";

/**
 * Makes the function that tells who sends a request, and what that one may do: whom the token in the Authorization
 * header belongs to, or `anonymous` without one while there is a namespace that anybody may read.
 *
 * The database is asked with every request, so what was revoked is so at once on every server.
 *
 * @returns throws Problem `unauthorized` for a token that is none, unknown, revoked or expired
 */
export function authenticateWith(needs: { database: Database; clock: Clock; lastUses: LastUses }) {
  const { database, clock, lastUses } = needs;

  return function authenticate(authorization: string | undefined): Maybe<Actor> {
    if (authorization === undefined) return andThen(findOpenScopes(database.reads), anybody);
    const token = authorization.slice("Bearer ".length);
    if (!/^bearer /i.test(authorization) || !isToken(token)) {
      throw unauthorized(
        'What was sent is no token: one is wbl_ and 43 letters, digits, "-" or "_". Check WAYBILL_TOKEN, or that the Authorization header is "Bearer" and the token.',
      );
    }
    const hash = hashToken(token);
    return andThen(findToken(database.reads, hash), (found) => {
      // The look-up is by hash, which tells nothing of the token; the comparison does not rely on how it is done.
      if (!found || !timingSafeEqual(Buffer.from(found.hash), Buffer.from(hash))) {
        throw unauthorized("This registry does not know the token. Check WAYBILL_TOKEN and the address.");
      }
      const { id, name, scopes, expires_at: expiresAt } = found;
      if (expiresAt === null) {
        if (id !== null) lastUses.note(id);
        return { name, scopes };
      }
      if (Date.parse(expiresAt) <= clock().getTime()) {
        throw unauthorized(`The token "${name}" expired at ${expiresAt}. Ask for a new one.`);
      }
      if (id !== null) lastUses.note(id);
      return { name, scopes, expiresAt };
    });
  };
}

function anybody(scopes: Actor["scopes"]): Actor {
  if (scopes.length === 0) throw tokenMissing();
  return { name: anonymous, scopes };
}

function unauthorized(detail: string): Problem {
  return new Problem("unauthorized", detail);
}
