import { type ArtifactName, findExisting } from "../artifacts/service.ts";
import type { Database } from "../database/database.ts";
import { defaultPageSize, readCursor, toPage } from "../http/paging.ts";
import type { Caller } from "../unit.ts";
import { versionNotFound } from "../versions/problems.ts";
import { findVersion, type VersionSelector } from "../versions/store.ts";
import type { Consumptions } from "./consumptions.ts";
import type { Consumer, ConsumersQuery } from "./schema.ts";
import { type ConsumerFilter, listConsumptions } from "./store.ts";

type Page = { items: Consumer[]; next_cursor: string | null };

/** Tells who resolved what. */
export class ConsumerService {
  readonly #database: Database;
  readonly #consumptions: Consumptions;

  constructor(database: Database, consumptions: Consumptions) {
    this.#database = database;
    this.#consumptions = consumptions;
  }

  /** @throws Problem `artifact_not_found`, `version_not_found` */
  async ofVersion(name: ArtifactName, selector: VersionSelector, query: ConsumersQuery): Promise<Page> {
    const artifact = await findExisting(this.#database.reads, name);
    const version = await findVersion(this.#database.reads, artifact.id, selector);
    if (!version) throw versionNotFound(artifact.path, selector);
    return this.#list({ versionIds: [version.id] }, query);
  }

  /** @throws Problem `artifact_not_found` */
  async ofArtifact(name: ArtifactName, query: ConsumersQuery): Promise<Page> {
    const artifact = await findExisting(this.#database.reads, name);
    return this.#list({ artifactId: artifact.id }, query);
  }

  async consumedBy(query: ConsumersQuery & { consumer: string }, caller: Caller): Promise<Page> {
    return this.#list({ consumer: query.consumer, readableBy: caller }, query);
  }

  async #list(filter: ConsumerFilter, query: ConsumersQuery): Promise<Page> {
    // What this server knows is shown at once. That it cannot be written now is no reason not to answer.
    await this.#consumptions.flush().catch(() => {});
    const size = query.limit ?? defaultPageSize;
    const before = readCursor(query.cursor, "number");
    const rows = await listConsumptions(
      this.#database.reads,
      { ...filter, since: query.since },
      before,
      size + 1,
    );
    return toPage(
      rows,
      size,
      (row) => row.id,
      ({ id: _, ...consumer }) => consumer,
    );
  }
}
