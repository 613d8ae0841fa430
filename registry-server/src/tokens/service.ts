import type { Database } from "../database/database.ts";
import type { TokenScope } from "../database/schema.ts";
import { recordEvent } from "../events/store.ts";
import { defaultPageSize, readCursor, toPage } from "../http/paging.ts";
import { Problem } from "../http/problem.ts";
import { Service } from "../service.ts";
import type { Caller, Clock } from "../unit.ts";
import type { LastUses } from "./last-uses.ts";
import { allowsAll } from "./reach.ts";
import type { NewToken, Token } from "./schema.ts";
import type { Actor } from "./scopes.ts";
import { deleteToken, findTokenByName, insertToken, listTokens, lockAdmins, type TokenRow } from "./store.ts";
import { hashToken, newToken } from "./token.ts";

/** How many tokens are read at once where only some may be shown. */
const batch = 500;

/** Makes, shows and revokes tokens. A caller reaches those that could do nothing which it could not do itself. */
export class TokenService extends Service {
  readonly #lastUses: LastUses;

  constructor(database: Database, clock: Clock, lastUses: LastUses) {
    super(database, clock);
    this.#lastUses = lastUses;
  }

  /**
   * Makes a token.
   *
   * @returns it, this once
   * @throws Problem `forbidden` when it could do more than the caller, or for longer; `token_exists`
   */
  async create(asked: NewToken, caller: Caller): Promise<Token & { token: string }> {
    const missing = asked.scopes.find((scope) => !administers(caller, scope));
    if (missing) throw tooMuch(caller, missing);
    const now = this.now();
    const { name, scopes, description = null } = asked;
    const expiresAt = checkExpiry(asked.expires_at ?? null, now, caller);
    const token = asked.token ?? newToken();
    const row = { name, scopes, description, created_by: caller.name, expires_at: expiresAt };
    await this.database.write(async (tx) => {
      if (!(await insertToken(tx, { ...row, hash: hashToken(token) }, now))) throw tokenExists(name);
      const { created_by: _, ...after } = row;
      await recordEvent({ tx, now, caller }, { action: "token.created", detail: { after } });
    });
    return { ...row, created_at: now, last_used_at: null, token };
  }

  /** @throws Problem `token_not_found`, also when the caller may not know of it */
  async get(name: string, caller: Caller): Promise<Token> {
    await this.#flush();
    const row = await findTokenByName(this.database.reads, name);
    if (!row || !reaches(caller, row)) throw tokenNotFound(name);
    return view(row);
  }

  /** The tokens that the caller reaches, by name. */
  async list(
    query: { limit?: number | undefined; cursor?: string | undefined },
    caller: Caller,
  ): Promise<{ items: Token[]; next_cursor: string | null }> {
    await this.#flush();
    const size = query.limit ?? defaultPageSize;
    const found: TokenRow[] = [];
    let after = readCursor(query.cursor, "string") ?? "";
    for (let read = batch; read === batch && found.length <= size; ) {
      const rows = await listTokens(this.database.reads, after, batch);
      found.push(...rows.filter((row) => reaches(caller, row)));
      after = rows.at(-1)?.name ?? after;
      read = rows.length;
    }
    return toPage(found, size, (row) => row.name, view);
  }

  /** What this server knows is shown at once. That it cannot be written now is no reason not to answer. */
  async #flush(): Promise<void> {
    await this.#lastUses.flush().catch(() => {});
  }

  /**
   * Revokes a token at once.
   *
   * @throws Problem `token_not_found`, also when the caller may not know of it; `last_admin`
   */
  async revoke(name: string, caller: Caller): Promise<void> {
    await this.write(caller, async (unit) => {
      const { tx } = unit;
      const admins = await lockAdmins(tx);
      const row = await findTokenByName(tx, name);
      if (!row || !reaches(caller, row)) throw tokenNotFound(name);
      if (admins.length === 1 && admins[0]?.id === row.id) throw lastAdmin(name);
      if (!(await deleteToken(tx, row.id))) throw tokenNotFound(name);
      const { scopes, description, created_by, expires_at } = row;
      const detail = { before: { name, scopes, description, created_by, expires_at } };
      await recordEvent(unit, { action: "token.revoked", detail });
    });
  }
}

function administers(actor: Actor, { pattern }: TokenScope): boolean {
  return allowsAll(actor, { scope: "admin", pattern });
}

function reaches(caller: Actor, row: TokenRow): boolean {
  return row.scopes.every((scope) => administers(caller, scope));
}

/** What an expiring token makes does not outlive it: whoever has it for an hour would otherwise have it for ever. */
function checkExpiry(asked: string | null, now: string, { name, expiresAt }: Caller): string | null {
  if (asked !== null && asked <= now) {
    const message = `must be in the future; it is ${now} now`;
    const errors = [{ path: "expires_at", message }];
    throw new Problem("invalid_request", `"expires_at" ${message}.`, { errors });
  }
  if (expiresAt === undefined || (asked !== null && asked <= expiresAt)) return asked;
  const detail = `The token "${name}" expires at ${expiresAt}, and what it makes must not outlive it. Give "expires_at" until then, or use a token that lasts.`;
  throw new Problem("forbidden", detail, { expires_at: expiresAt });
}

function tooMuch({ name }: Caller, { scope, pattern }: TokenScope): Problem {
  const detail = `A token with the scope "${scope}" on "${pattern}" is made by whoever has the scope "admin" on all of that, which the token "${name}" does not have. Use a token that has it, or ask for less.`;
  return new Problem("forbidden", detail, { scope: "admin", pattern });
}

function tokenNotFound(name: string): Problem {
  return new Problem("token_not_found", `There is no token "${name}" that you may administer.`);
}

function tokenExists(name: string): Problem {
  const detail = `There is a token "${name}" already, or one with the secret that you gave. Give this one another name; or, if the answer that showed it was lost, revoke it and make it again.`;
  return new Problem("token_exists", detail);
}

function lastAdmin(name: string): Problem {
  const detail = `"${name}" is the last token with the scope "admin" on "*" that does not expire. Make another one first.`;
  return new Problem("last_admin", detail);
}

function view({ id: _, ...token }: TokenRow): Token {
  return token;
}
