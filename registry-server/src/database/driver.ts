import BetterSqlite3 from "better-sqlite3";
import { sqliteAddon } from "./addon.ts";

/**
 * Opens a SQLite file with the driver that there is: its package's own, or what the executable holds.
 *
 * @param dataDir where the executable unpacks it
 */
export function openFile(
  path: string,
  options: BetterSqlite3.Options,
  dataDir: string | undefined,
): BetterSqlite3.Database {
  const addon = sqliteAddon(dataDir);
  // The driver takes the loaded addon too; its types know only the path.
  return new BetterSqlite3(path, { ...options, ...(addon && { nativeBinding: addon as unknown as string }) });
}
