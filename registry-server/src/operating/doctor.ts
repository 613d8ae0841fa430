import { existsSync, statSync } from "node:fs";
import { access, constants, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { type Config, ConfigError } from "../config.ts";
import { newestMigration } from "../database/migrate.ts";
import { readCertificate } from "../http/tls.ts";
import type { Connection, Place } from "./connection.ts";
import { certificateUntil, clockOff, type Diagnosis, right, warning, wrong } from "./diagnosis.ts";
import { schemaOf } from "./schema.ts";
import { unknownVariables } from "./variables.ts";

type Patient = {
  config: Config;
  place: Place;
  store: { shown: string; ping(): Promise<void> };
  now: () => Date;
};

const gibibyte = 1024 ** 3;
const leastFreeBytes = gibibyte / 4;
const wantedFreeBytes = 2 * gibibyte;
const oldestPostgres = 13;
/** Looks at what a server on this machine would need. Nothing is changed. */
export async function diagnose(patient: Patient): Promise<Diagnosis[]> {
  const probes = [settingNames, dataDirectory, diskSpace, database, fileStore, certificate, port];
  const found = await Promise.all(
    probes.map((probe) => probe(patient).catch((error: Error) => [wrong(probe.name, error.message)])),
  );
  return found.flat();
}

/** A setting that is wrong keeps a server from starting; nothing else can be looked at then. */
export function diagnoseSettings(error: unknown): Diagnosis {
  if (!(error instanceof ConfigError)) throw error;
  return wrong("settings", error.message, "Correct it; waybill serve --help lists all settings.");
}

async function settingNames(): Promise<Diagnosis[]> {
  const unknown = unknownVariables(process.env);
  if (unknown.length === 0) return [right("settings", "all variables are known")];
  const advice = "Correct the name; waybill serve --help lists all settings.";
  return [warning("settings", unknown.join(". "), advice)];
}

async function dataDirectory({ config: { dataDir } }: Patient): Promise<Diagnosis[]> {
  const subject = "data directory";
  if (!existsSync(dataDir)) {
    return [
      warning(
        subject,
        `${dataDir} is not there`,
        "The first start makes it; where it should be there, name it with --data-dir.",
      ),
    ];
  }
  const { uid } = statSync(dataDir);
  const me = process.getuid?.();
  const may = await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!may)
    return [
      wrong(
        subject,
        `${dataDir} cannot be written by this user`,
        "Give it to the user that the server runs as: chown.",
      ),
    ];
  if (me !== undefined && uid !== me) {
    return [
      warning(
        subject,
        `${dataDir} belongs to another user (${uid}, this is ${me})`,
        "Run this as the user that the server runs as.",
      ),
    ];
  }
  const open = openToOthers(subject, dataDir, "700");
  return open.length > 0 ? open : [right(subject, dataDir)];
}

/** The file of the database may lie anywhere, so what the data directory lets nobody see says nothing about it. */
function openToOthers(subject: string, path: string, mode: string): Diagnosis[] {
  // Windows has no such modes, and tells 666 of everything.
  if (process.platform === "win32" || (statSync(path).mode & 0o077) === 0) return [];
  return [warning(subject, `${path} is open to other users`, `chmod ${mode} ${path}`)];
}

async function diskSpace({ config }: Patient): Promise<Diagnosis[]> {
  const place = nearest(config.dataDir);
  const { bavail, bsize } = await statfs(place);
  const free = bavail * bsize;
  const says = `${(free / gibibyte).toFixed(1)} GiB free at ${place}`;
  const advice = "Make room: what a full disk cannot take is refused with 503.";
  if (free < leastFreeBytes) return [wrong("disk space", says, advice)];
  return free < wantedFreeBytes ? [warning("disk space", says, advice)] : [right("disk space", says)];
}

async function database({ config, place, now }: Patient): Promise<Diagnosis[]> {
  const subject = "database";
  const file = config.databaseUrl.startsWith("sqlite:") ? place.shown : undefined;
  if (file !== undefined && !existsSync(file)) {
    return [
      warning(
        subject,
        `${file} is not there`,
        "The first start makes it; where it should be there, name it with --database-url or --data-dir.",
      ),
    ];
  }
  const looking = place.read(async (connection) => [
    ...(await version(connection, now)),
    await schema(connection, place.shown),
    ...(file === undefined ? [] : openToOthers("database file", file, "600")),
  ]);
  return looking.catch((error: Error) => [
    wrong(
      subject,
      error.message,
      "Check WAYBILL_DATABASE_URL, that the database runs, and that this machine may reach it.",
    ),
  ]);
}

async function version(connection: Connection, now: () => Date): Promise<Diagnosis[]> {
  const subject = "database";
  if (connection.dialect === "sqlite") {
    const [row] = await connection.query("SELECT sqlite_version() AS version");
    return [right(subject, `SQLite ${row?.version}`)];
  }
  const before = now().getTime();
  const [row] = await connection.query(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int / 10000 AS major,
       (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS clock, getdatabaseencoding() AS encoding`,
  );
  const off = Number(row?.clock) - (before + now().getTime()) / 2;
  const says = `PostgreSQL ${row?.version}`;
  const known =
    Number(row?.major) < oldestPostgres
      ? wrong(subject, `${says}, which is too old`, `Use PostgreSQL ${oldestPostgres} or newer.`)
      : row?.encoding === "UTF8"
        ? right(subject, says)
        : wrong(
            subject,
            `${says} with the encoding ${row?.encoding}`,
            "Make the database anew with ENCODING 'UTF8'.",
          );
  return [known, clockOff("clock of the database", off)];
}

async function schema(connection: Connection, shown: string): Promise<Diagnosis> {
  const newest = newestMigration(connection.dialect);
  const present = await schemaOf(connection, shown);
  if (present === newest) return right("tables", `up to date (migration ${newest})`);
  return warning(
    "tables",
    `of an earlier Waybill (migration ${present}, this one has ${newest})`,
    "The next start brings them up to date, and there is no way back: run waybill backup before.",
  );
}

async function fileStore({ config, store }: Patient): Promise<Diagnosis[]> {
  const directory = /^directory:(.*)$/s.exec(config.files)?.[1];
  // Asking the store would make it.
  const trying =
    directory !== undefined && !existsSync(directory)
      ? access(nearest(directory), constants.W_OK | constants.X_OK)
      : store.ping();
  const advice = "Check WAYBILL_FILES, its rights or credentials, and that this machine may reach it.";
  return trying.then(
    () => [right("files", `${store.shown} can be used`)],
    (error: Error) => [wrong("files", error.message, advice)],
  );
}

/** What is there of a path. */
function nearest(path: string): string {
  return existsSync(path) ? path : nearest(dirname(path));
}

async function certificate({ config: { tlsCert, tlsKey }, now }: Patient): Promise<Diagnosis[]> {
  if (tlsCert === undefined || tlsKey === undefined) return [];
  const advice = "Check WAYBILL_TLS_CERT and WAYBILL_TLS_KEY, and that this user may read both files.";
  return readCertificate({ cert: tlsCert, key: tlsKey }).then(
    ({ expiresAt }) => [certificateUntil("certificate", expiresAt, now())],
    (error: Error) => [wrong("certificate", error.message, advice)],
  );
}

async function port({ config: { listen } }: Patient): Promise<Diagnosis[]> {
  const shown = `${listen.host}:${listen.port}`;
  const problem = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const server = createServer().on("error", resolve);
    server.listen(listen.port, listen.host, () => server.close(() => resolve(undefined)));
  });
  if (!problem) return [right("port", `${shown} is free: no server runs there`)];
  if (problem.code === "EADDRINUSE") return [right("port", `${shown} is in use: by the server, if it runs`)];
  return [
    wrong(
      "port",
      `${shown} cannot be listened on: ${problem.message}`,
      "Name an address of this machine with --listen, and a port from 1024 on.",
    ),
  ];
}
