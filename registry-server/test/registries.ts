import { createHash } from "node:crypto";
import { createReadStream, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import pg from "pg";
import { afterEach, beforeEach } from "vitest";
import { openDirectoryStore } from "../src/files/stores/directory.ts";
import type { FileStore } from "../src/files/stores/store.ts";
import { backupToFile } from "../src/operating/backup.ts";
import { tablesOf } from "../src/operating/catalog.ts";
import type { Place } from "../src/operating/connection.ts";
import { placeOf } from "../src/operating/places.ts";
import { type Restored, restoreFrom } from "../src/operating/restore.ts";
import { type Sums, sumsOf } from "../src/operating/tables.ts";
import { emptyPostgres, emptySqlite } from "./databases.ts";
import { makeDatabaseAt, schemas } from "./schemas.ts";

const kinds = { sqlite: async () => emptySqlite(), postgres: emptyPostgres } as const;
export type Kind = keyof typeof kinds;

export type TestRegistry = { url: string; place: Place; files: FileStore };

/** Registries and databases of one test, and a directory; all are gone after it. */
export class Registries {
  directory = "";
  #removals: (() => Promise<void>)[] = [];

  constructor() {
    beforeEach(() => {
      this.directory = mkdtempSync(join(tmpdir(), "waybill-operating-"));
      this.#removals = [async () => rmSync(this.directory, { recursive: true, force: true })];
    });
    afterEach(async () => {
      for (const remove of this.#removals) await remove();
    });
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  store(name: string): FileStore {
    return openDirectoryStore(this.path(name));
  }

  /** Where nothing is. */
  async empty(kind: Kind): Promise<string> {
    const { url, remove } = await kinds[kind]();
    this.#removals.push(remove);
    return url;
  }

  /** A registry as a schema had it, with something in every table, and the bytes of its files. */
  async filled(kind: Kind, schema = schemas.length): Promise<TestRegistry> {
    const url = await this.empty(kind);
    await makeDatabaseAt(url, schema);
    const files = this.store("files");
    for (const text of ["hello", "world"]) {
      const sha256 = createHash("sha256").update(text).digest("hex");
      await files.put(Readable.from([Buffer.from(text)]), { sha256, size: 5, most: 5 });
    }
    return { url, place: await this.place(url), files };
  }

  place(url: string): Promise<Place> {
    return placeOf(url, this.directory);
  }

  async backup({ place, files }: TestRegistry, name = "backup.tar"): Promise<string> {
    await backupToFile(this.path(name), { place, files, progress: () => {} });
    return this.path(name);
  }

  async restore(path: string, url: string, store = this.store("restored")): Promise<Restored> {
    const needs = { place: await this.place(url), store, progress: () => {} };
    return restoreFrom(createReadStream(path), path, needs);
  }

  async contents(url: string): Promise<Sums> {
    const place = await this.place(url);
    return place.read(async (connection) => sumsOf(connection, await tablesOf(connection)));
  }

  /** Whether nothing was put into what {@link empty} gave: there is no file, or no table. */
  async isEmpty(url: string): Promise<boolean> {
    if (url.startsWith("sqlite:")) return readdirSync(dirname(url.slice("sqlite:".length))).length === 0;
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query("SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace");
    await client.end();
    return rows.length === 0;
  }
}
