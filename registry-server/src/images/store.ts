import type { Reader } from "../database/database.ts";
import { readableBy } from "../tokens/reach.ts";
import type { Actor } from "../tokens/scopes.ts";

/** Images with an external id in versions that are not deleted and that the actor may read, newest first. */
export async function findImages(
  db: Reader,
  filter: { externalId: string; platform?: string | undefined; actor: Actor },
  before: number | undefined,
  limit: number,
) {
  let query = db
    .selectFrom("images")
    .innerJoin("builds", "builds.id", "images.build_id")
    .innerJoin("versions", "versions.id", "builds.version_id")
    .innerJoin("artifacts", "artifacts.id", "versions.artifact_id")
    .selectAll("images")
    .select(["builds.name as build", "builds.artifact_type"])
    .select(["versions.number", "versions.fingerprint", "versions.state", "artifacts.path"])
    .where("images.external_id", "=", filter.externalId)
    .where(readableBy(filter.actor));
  if (filter.platform !== undefined) query = query.where("images.platform", "=", filter.platform);
  if (before !== undefined) query = query.where("images.id", "<", before);
  return query.orderBy("images.id", "desc").limit(limit).execute();
}
