import { createHash, hash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { newestMigration } from "../database/migrate.ts";
import type { FileStore } from "../files/stores/store.ts";
import { type Connection, OperatingError, type Place } from "./connection.ts";
import { rules } from "./rules.ts";
import { schemaOf } from "./schema.ts";
import { forEachFile, heldFiles, holdersOf } from "./stored-files.ts";
import type { Progress } from "./tables.ts";

const unpack = promisify(gunzip);
/** As many of a kind are named; where there are more, there is one cause. */
const mostFindings = 20;
const blobsAtOnce = 8;

export type Finding = { check: string; problem: string; place: string; found: string };
export type Checked = { checks: string[]; findings: Finding[] };

/**
 * Looks whether a registry is whole: its database, its numbers and pointers, its documents, logs and files. It changes
 * nothing, and servers go on meanwhile.
 *
 * @param quick only looks whether files are there with their sizes, and does not read them
 */
export async function checkRegistry(
  { place, files, progress }: { place: Place; files: FileStore; progress: Progress },
  quick: boolean,
): Promise<Checked> {
  const checks: string[] = [];
  const findings: Finding[] = [];
  const note = (check: string, problem: string, rows: Row[]) => {
    if (checks.at(-1) !== check) checks.push(check);
    progress(`${check}: ${rows.length === 0 ? "right" : `${rows.length} wrong`}`);
    findings.push(
      ...rows
        .slice(0, mostFindings)
        .map((row) => ({ check, problem, place: String(row.place), found: String(row.found) })),
    );
  };

  const held = await place.read(async (connection) => {
    const schema = await schemaOf(connection, place.shown);
    if (schema < newestMigration(connection.dialect)) {
      throw new OperatingError(
        `The tables in ${place.shown} are those of an earlier Waybill. Start the server once, which brings them up to date.`,
      );
    }
    const damaged = await damages(connection);
    note("database", "the database is damaged: restore a backup", damaged);
    // What else there is to say about it could not be read.
    if (damaged.length > 0) return [];
    note("references", "a row refers to one that is not there", await brokenReferences(connection));
    note("append-only", "events can be changed or deleted", await unguarded(connection));
    for (const { name, problem, query } of rules) {
      note(name, problem, (await connection.query(query)) as Row[]);
    }
    note("documents", "a document is not what was attached", await wrongDocuments(connection));
    note("log contents", "a part of a log cannot be read", await wrongLogs(connection));
    return heldFiles(connection, schema);
  });

  const wrong: { place: string; found: string }[] = [];
  await forEachFile(held, "looked at", progress, async ({ sha256, size }) => {
    const found = await differenceOf(files, sha256, size, quick);
    if (!found) return;
    const holders = wrong.length < mostFindings ? await place.read((one) => holdersOf(one, sha256)) : [];
    wrong.push({ place: `${holders.join("; ")} (${sha256} in ${files.shown})`, found });
  });
  note("file contents", "the bytes of a file are not there, or are others", wrong);
  return { checks, findings };
}

type Row = { place: unknown; found: unknown };

/** PostgreSQL keeps pages and references by itself, and says so by failing. */
async function damages(connection: Connection): Promise<Row[]> {
  if (connection.dialect === "postgres") return [];
  const rows = await connection
    .query(`PRAGMA integrity_check(${mostFindings})`)
    .catch((error: Error) => [{ integrity_check: error.message }]);
  const found = rows.map((row) => row.integrity_check).filter((text) => text !== "ok");
  return found.map((text) => ({ place: "the file", found: text }));
}

async function brokenReferences(connection: Connection): Promise<Row[]> {
  if (connection.dialect === "postgres") return [];
  const rows = await connection.query("PRAGMA foreign_key_check");
  return rows.map((row) => ({ place: `${row.table}, row ${row.rowid}`, found: `refers to ${row.parent}` }));
}

async function unguarded(connection: Connection): Promise<{ place: string; found: string }[]> {
  const query = {
    sqlite: "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'events'",
    postgres: "SELECT tgname AS name FROM pg_trigger WHERE tgrelid = 'events'::regclass AND tgenabled <> 'D'",
  }[connection.dialect];
  const expected = {
    sqlite: ["events_no_update", "events_no_delete", "events_no_replace"],
    postgres: ["events_only_added", "events_no_truncate"],
  }[connection.dialect];
  const names = new Set((await connection.query(query)).map((row) => row.name));
  return expected
    .filter((name) => !names.has(name))
    .map((name) => ({ place: "events", found: `the trigger ${name} is gone` }));
}

async function wrongDocuments(connection: Connection): Promise<{ place: string; found: string }[]> {
  return inContents(connection, "documents", "size, sha256", async ({ id, size, sha256, content }) => {
    const is = { size: content.length, sha256: hash("sha256", content) };
    return is.size === Number(size) && is.sha256 === sha256
      ? undefined
      : { place: `document ${id}`, found: `${is.size} bytes with the SHA-256 ${is.sha256}` };
  });
}

async function wrongLogs(connection: Connection): Promise<{ place: string; found: string }[]> {
  return inContents(
    connection,
    "log_chunks",
    "log_id, start, size",
    async ({ log_id, start, size, content }) => {
      const length = await unpack(content).then(
        (bytes) => bytes.length,
        (error: Error) => error.message,
      );
      return length === Number(size)
        ? undefined
        : { place: `log ${log_id} at ${start}`, found: `${length} instead of ${size}` };
    },
  );
}

type Content = Record<string, unknown> & { id: number; content: Buffer };

async function inContents<T>(
  connection: Connection,
  table: string,
  columns: string,
  look: (row: Content) => Promise<T | undefined>,
): Promise<T[]> {
  const wrong: T[] = [];
  for (let after = 0; ; ) {
    const rows = (await connection.query(
      `SELECT id, content, ${columns} FROM ${table} WHERE id > ${after} ORDER BY id LIMIT ${blobsAtOnce}`,
    )) as Content[];
    for (const row of rows) {
      const found = await look(row);
      if (found) wrong.push(found);
      after = Number(row.id);
    }
    if (rows.length < blobsAtOnce) return wrong;
  }
}

async function differenceOf(
  files: FileStore,
  sha256: string,
  size: number,
  quick: boolean,
): Promise<string | undefined> {
  const actual = await files.size(sha256);
  if (actual === undefined) return "not there";
  if (actual !== size) return `${actual} bytes instead of ${size}`;
  if (quick) return undefined;
  const digest = createHash("sha256");
  for await (const chunk of await files.read(sha256)) digest.update(chunk);
  const found = digest.digest("hex");
  return found === sha256 ? undefined : `has the SHA-256 ${found}`;
}
