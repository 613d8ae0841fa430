import type { CompiledQuery, Kysely } from "kysely";
import type { Maybe } from "../maybe.ts";
import { dialectOf } from "./dialect.ts";
import type { Tables } from "./schema.ts";

/** Stands for a value while a query is compiled. */
class Parameter {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * Runs SQL by the shortest way there is, keeping its statement prepared under its name.
 *
 * @param isSmall the answer is a row or two of small values, worth remembering for as long as nothing is committed
 */
export type Runner = (name: string, sql: string, parameters: unknown[], isSmall: boolean) => Maybe<unknown[]>;

const runners = new WeakMap<Kysely<Tables>, Runner>();
let count = 0;

/** Gives prepared queries a shorter way to a database than through the query builder. */
export function setRunner(db: Kysely<Tables>, runner: Runner): void {
  runners.set(db, runner);
}

/**
 * A query for a hot path: built and compiled once, then only given its values.
 *
 * @param build makes the query; it must use every parameter as a value, not look at it
 * @param isSmall see {@link Runner}; the rows are then shared, so nobody may change them
 * @example
 * const byHash = prepared((db, p: { hash: string }) => db.selectFrom("tokens").select("name").where("hash", "=", p.hash));
 * const [row] = await byHash(db, { hash });
 */
export function prepared<P extends Record<string, unknown>, R>(
  build: (db: Kysely<Tables>, parameters: P) => { compile(): CompiledQuery<R> },
  isSmall = false,
): (db: Kysely<Tables>, values: P) => Maybe<R[]> {
  const placeholders = new Proxy({} as P, { get: (_target, name) => new Parameter(String(name)) });
  const compiled = new Map<string, CompiledQuery<R>>();
  const statement = `waybill_${++count}`;

  function compile(db: Kysely<Tables>): CompiledQuery<R> {
    const query = build(db, placeholders).compile();
    compiled.set(dialectOf(db).name, query);
    return query;
  }

  return function runPrepared(db, values) {
    const query = compiled.get(dialectOf(db).name) ?? compile(db);
    const parameters = query.parameters.map((parameter) =>
      parameter instanceof Parameter ? values[parameter.name] : parameter,
    );
    const run = runners.get(db);
    if (run) return run(statement, query.sql, parameters, isSmall) as Maybe<R[]>;
    return db.executeQuery<R>({ ...query, parameters }).then((result) => result.rows);
  };
}
