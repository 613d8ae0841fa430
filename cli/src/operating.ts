import { RegistryError } from "@waybill/registry-client";
import { bytesText } from "@waybill/registry-server/bytes";
import type { Command } from "commander";
import { UsageError } from "./failures.ts";
import { leavingTidily } from "./leaving.ts";

type Commands = typeof import("@waybill/registry-server/operating/commands");

/** For the help of commands that work on the registry's data and not through its server. */
export const OPERATING_HELP = `
It reads the settings of the server (WAYBILL_DATABASE_URL, WAYBILL_DATA_DIR, WAYBILL_FILES and the others), so run it
as the user and with the environment that the server has.
`;

/** Adds the options that say where the registry's data is. */
export function dataOptions(command: Command): Command {
  return command
    .option(
      "--database-url <url>",
      "sqlite:<path> or postgres://... (WAYBILL_DATABASE_URL keeps passwords out of the list of processes)",
    )
    .option("--data-dir <dir>", "where the server's data lies")
    .option("--files <where>", "directory:<path> or s3://bucket/prefix, where the bytes of files are");
}

/** Gives work the commands of the server's package. Ctrl-C ends it at once, and what it has made so far is removed. */
export async function operate<T>(work: (commands: Commands) => Promise<T>): Promise<T> {
  const commands = await import("@waybill/registry-server/operating/commands");
  try {
    return await leavingTidily(() => work(commands));
  } catch (error) {
    if (error instanceof commands.ConfigError) throw new UsageError(error.message);
    if (error instanceof commands.UnreachableError) throw new RegistryError("unreachable", error.message);
    throw error;
  }
}

type Counts = { tables: Record<string, { rows: number }>; files?: { count: number; bytes: number } };

/** `1,234 rows in 29 tables, 12 files of 3.1 GiB`. */
export function countsText({ tables, files }: Counts): string {
  const sums = Object.values(tables);
  const rows = sums.reduce((sum, table) => sum + table.rows, 0).toLocaleString("en");
  const kept = files ? `, ${files.count.toLocaleString("en")} files of ${bytesText(files.bytes)}` : "";
  return `${rows} rows in ${sums.length} tables${kept}`;
}
