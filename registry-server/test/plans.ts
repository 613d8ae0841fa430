import { type KyselyPlugin, type RootOperationNode, sql } from "kysely";
import type { Reader } from "../src/database/database.ts";
import { dialectOf } from "../src/database/dialect.ts";

/**
 * The plans by which a database answers the queries that some work sends, one text for each query.
 *
 * @param work gets a reader that notes its queries
 */
export async function plansOf(db: Reader, work: (noting: Reader) => Promise<unknown>): Promise<string[]> {
  const nodes: { node: RootOperationNode; queryId: Parameters<typeof compile>[1] }[] = [];
  const plugin: KyselyPlugin = {
    transformQuery: ({ node, queryId }) => {
      nodes.push({ node, queryId });
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const compile = db.getExecutor().compileQuery.bind(db.getExecutor());
  await work(db.withPlugin(plugin));
  const isPostgres = dialectOf(db).name === "postgres";
  const plans: string[] = [];
  for (const { node, queryId } of nodes) {
    const query = compile(node, queryId);
    const explain = isPostgres ? "explain " : "explain query plan ";
    const { rows } = await db.executeQuery<Record<string, unknown>>({ ...query, sql: explain + query.sql });
    plans.push(rows.map((row) => String(row.detail ?? row["QUERY PLAN"])).join("\n"));
  }
  return plans;
}

/** Lets the database know how much is in its tables, as it would by itself after a while. */
export async function analyze(db: Reader): Promise<void> {
  await sql`analyze`.execute(db);
}

/** What reads a whole table: SQLite says SCAN, PostgreSQL Seq Scan. */
export const wholeTable =
  /SCAN (search_terms|ancestry|versions|artifacts|images|parents|consumptions)|Seq Scan on (search_terms|ancestry|versions|images|parents|consumptions|builds)/;
