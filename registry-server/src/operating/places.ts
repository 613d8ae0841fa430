import { shownDatabase } from "../database/shown.ts";
import type { Place } from "./connection.ts";

/**
 * Where a database is, by its URL.
 *
 * @param dataDir where the executable unpacks the driver of SQLite
 */
export async function placeOf(url: string, dataDir: string): Promise<Place> {
  if (url.startsWith("sqlite:")) {
    return (await import("./sqlite.ts")).sqlitePlace(url.slice("sqlite:".length), dataDir);
  }
  return (await import("./postgres.ts")).postgresPlace(url, shownDatabase(url));
}
