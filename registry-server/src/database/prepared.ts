import type { CompiledQuery, Kysely } from "kysely";
import type { Tables } from "./schema.ts";

/** Stands for a value while a query is compiled. */
class Parameter {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** The SQL of every prepared query with the name that PostgreSQL knows it by. */
const names = new Map<string, string>();

/** The name of the prepared statement for a text of SQL; nothing for a query that is not prepared. */
export function preparedName(sql: string): string | undefined {
  return names.get(sql);
}

/**
 * A query for a hot path: built and compiled once per database, then only given its values. Both databases keep its
 * statement prepared.
 *
 * @param build makes the query; it must use every parameter as a value, not look at it
 * @example
 * const byHash = prepared((db, p: { hash: string }) => db.selectFrom("tokens").select("name").where("hash", "=", p.hash));
 * const [row] = await byHash(db, { hash });
 */
export function prepared<P extends Record<string, unknown>, R>(
  build: (db: Kysely<Tables>, parameters: P) => { compile(): CompiledQuery<R> },
): (db: Kysely<Tables>, values: P) => Promise<R[]> {
  const placeholders = new Proxy({} as P, { get: (_target, name) => new Parameter(String(name)) });
  const compiled = new WeakMap<Kysely<Tables>, CompiledQuery<R>>();

  function compile(db: Kysely<Tables>): CompiledQuery<R> {
    const query = build(db, placeholders).compile();
    if (!names.has(query.sql)) names.set(query.sql, `waybill_${names.size}`);
    compiled.set(db, query);
    return query;
  }

  return async function runPrepared(db, values) {
    const query = compiled.get(db) ?? compile(db);
    const parameters = query.parameters.map((parameter) =>
      parameter instanceof Parameter ? values[parameter.name] : parameter,
    );
    const { rows } = await db.executeQuery<R>({ ...query, parameters });
    return rows;
  };
}
