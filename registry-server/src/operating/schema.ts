import { newestMigration } from "../database/migrate.ts";
import { productVersion } from "../version.ts";
import { type Connection, OperatingError } from "./connection.ts";

/**
 * The newest migration that a database has.
 *
 * @throws OperatingError when there is no registry in it, or one of a newer Waybill
 */
export async function schemaOf(connection: Connection, shown: string): Promise<number> {
  const none = new OperatingError(
    `There is no registry in ${shown}: it has no tables of Waybill. Name the right one with --database-url or --data-dir.`,
  );
  const [newest] = await connection.query("SELECT max(number) AS number FROM migrations").catch(() => {
    throw none;
  });
  const schema = Number(newest?.number ?? 0);
  if (schema === 0) throw none;
  requireKnown(schema, `The registry in ${shown}`);
  return schema;
}

/** @throws OperatingError when a schema is newer than this program */
export function requireKnown(schema: number, what: string): void {
  const known = newestMigration("sqlite");
  if (schema <= known) return;
  throw new OperatingError(
    `${what} was written by a newer Waybill (its migration ${schema}, this one, ${productVersion}, knows ${known}). Use that version or a later one.`,
  );
}
