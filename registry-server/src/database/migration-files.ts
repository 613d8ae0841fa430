import { readdirSync, readFileSync } from "node:fs";

/** A migration as it is kept: its file's name, and its SQL. */
export type MigrationFile = { name: string; sql: string };

/** The migrations of one kind of database, in order. In a bundle this module is replaced by one that holds them. */
export function migrationFiles(folder: "sqlite" | "postgres"): MigrationFile[] {
  const directory = new URL(`../../migrations/${folder}/`, import.meta.url);
  const names = readdirSync(directory).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name));
  return names.sort().map((name) => ({ name, sql: readFileSync(new URL(name, directory), "utf8") }));
}
