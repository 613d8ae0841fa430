import { viewImage } from "../builds/store.ts";
import type { Database } from "../database/database.ts";
import { defaultPageSize, readCursor, toPage } from "../http/paging.ts";
import type { Actor } from "../tokens/scopes.ts";
import type { VersionState } from "../versions/schema.ts";
import type { FoundImage, ImageQuery } from "./schema.ts";
import { findImages } from "./store.ts";

/** Finds what an image is by its id on its platform. */
export class ImageService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async find(query: ImageQuery, actor: Actor): Promise<{ items: FoundImage[]; next_cursor: string | null }> {
    const size = query.limit ?? defaultPageSize;
    const before = readCursor(query.cursor, "number");
    const filter = { externalId: query.external_id, platform: query.platform, actor };
    const rows = await findImages(this.#database.reads, filter, before, size + 1);
    return toPage(
      rows,
      size,
      (row) => row.id,
      (row) => ({
        artifact: row.path,
        number: row.number,
        fingerprint: row.fingerprint,
        state: row.state as VersionState,
        build: row.build,
        artifact_type: row.artifact_type,
        image: viewImage(row),
      }),
    );
  }
}
