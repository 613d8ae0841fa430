import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach } from "vitest";
import { openDirectoryStore } from "../src/files/stores/directory.ts";
import type { FileStore } from "../src/files/stores/store.ts";
import type { Place } from "../src/operating/connection.ts";
import { placeOf } from "../src/operating/places.ts";
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
}
