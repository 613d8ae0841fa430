import { type ArtifactName, findExisting } from "../artifacts/service.ts";
import { loadBuilds } from "../builds/store.ts";
import { withReadableParents } from "../builds/view.ts";
import type { Database } from "../database/database.ts";
import type { Actor } from "../tokens/scopes.ts";
import { versionNotFound } from "../versions/problems.ts";
import { findVersion, type VersionSelector } from "../versions/store.ts";
import { type Compared, compareVersions } from "./compare.ts";
import type { Diff } from "./schema.ts";

/** Compares versions of an artifact. */
export class ComparingService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * What a version has more, less and other than an earlier one; the order is the caller's, either way round.
   *
   * @throws Problem `artifact_not_found`, `version_not_found`
   */
  async compare(name: ArtifactName, from: VersionSelector, to: VersionSelector, actor: Actor): Promise<Diff> {
    const db = this.#database.reads;
    const artifact = await findExisting(db, name);
    const { id, path } = artifact;

    async function read(selector: VersionSelector): Promise<Compared> {
      const row = await findVersion(db, id, selector);
      if (!row) throw versionNotFound(path, selector);
      return { row, builds: withReadableParents(await loadBuilds(db, row.id), actor) };
    }

    return compareVersions(path, await read(from), await read(to));
  }
}
