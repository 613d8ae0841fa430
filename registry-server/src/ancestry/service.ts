import { type ArtifactName, findExisting } from "../artifacts/service.ts";
import { defaultPageSize } from "../http/paging.ts";
import { Problem } from "../http/problem.ts";
import { Service } from "../service.ts";
import type { Caller } from "../unit.ts";
import { nameSelector, versionNotFound } from "../versions/problems.ts";
import { findVersion, type VersionSelector } from "../versions/store.ts";
import { listOutOfDate } from "./outdated.ts";
import type { Ancestry, directions, OutOfDate, OutOfDateQuery } from "./schema.ts";
import { type Walk, walk, wholeTree } from "./walk.ts";

type Bounds = { direction?: (typeof directions)[number] | undefined; depth?: number | undefined };

/** Tells what versions were built from, what was built from them, and what should be built again. */
export class AncestryService extends Service {
  /** @throws Problem `artifact_not_found`, `version_not_found`, `version_incomplete` */
  async get(
    name: ArtifactName,
    selector: VersionSelector,
    bounds: Bounds,
    caller: Caller,
  ): Promise<Ancestry> {
    const db = this.database.reads;
    const now = this.now();
    const artifact = await findExisting(db, name);
    const { path } = artifact;
    const version = await findVersion(db, artifact.id, selector);
    if (!version) throw versionNotFound(path, selector);
    if (version.number === null) throw incomplete(path, selector);
    const { direction = "both", depth = wholeTree.depth } = bounds;
    let nodes = wholeTree.nodes;
    const above =
      direction === "down" ? nothing() : await walk(db, version.id, "up", { depth, nodes }, caller, now);
    nodes -= above.count;
    const below =
      direction === "up" ? nothing() : await walk(db, version.id, "down", { depth, nodes }, caller, now);
    return {
      artifact: path,
      number: version.number,
      parents: above.relatives,
      children: below.relatives,
      hidden: above.hidden.size + below.hidden.size,
      truncated: above.truncated || below.truncated,
    };
  }

  /** What of the latest versions is out of date, by artifact. */
  async listOutOfDate(
    query: OutOfDateQuery,
    caller: Caller,
  ): Promise<{ items: OutOfDate[]; next_cursor: string | null }> {
    const size = query.limit ?? defaultPageSize;
    return listOutOfDate(this.database.reads, query, size, caller, this.now());
  }
}

function nothing(): Walk {
  return { relatives: [], hidden: new Set(), truncated: false, count: 0 };
}

function incomplete(path: string, selector: VersionSelector): Problem {
  const detail = `The version ${nameSelector(selector)} of "${path}" is not complete. What it is built from is known once it is.`;
  return new Problem("version_incomplete", detail);
}
