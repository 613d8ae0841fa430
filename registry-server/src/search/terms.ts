import { hash } from "node:crypto";
import type { Build } from "../builds/schema.ts";
import type { Writer } from "../database/database.ts";
import { insertMany } from "../database/insert-many.ts";
import { readJson } from "../database/json.ts";
import type { SearchKind } from "../database/schema.ts";
import type { VersionRow } from "../versions/store.ts";
import { wordsOf } from "./words.ts";

/** What a version is found by: one thing that is said of it. */
export type Term = { kind: SearchKind; term: string };

/** A long description is found by how it begins. */
const mostWords = 256;
/** Longer terms are stored as their hash: an index entry of PostgreSQL has at most some 2,700 bytes. */
const longestTerm = 256;

/** A term as it is stored. */
export function exactTerm(kind: SearchKind, value: string): Term {
  if (Buffer.byteLength(value) <= longestTerm) return { kind, term: value };
  return { kind, term: `sha256 ${hash("sha256", value)}` };
}

export function labelTerm(key: string, value: string): Term {
  return exactTerm("label", `${key}=${value}`);
}

/** Everything that a version is found by. */
export function termsOf(path: string, version: VersionRow, builds: Build[]): Term[] {
  const labels = [readJson(version.labels), ...builds.map((build) => build.labels)].flatMap(Object.entries);
  const texts = [path, version.semver ?? "", ...builds.map((build) => build.name)];
  const words = wordsOf(
    [...texts, ...labels.map(([, value]) => value), version.description ?? ""].join("\n"),
  );
  const images = builds.flatMap((build) => build.images);
  const terms = [
    { kind: "all", term: "" } as const,
    ...words.slice(0, mostWords).map((word) => exactTerm("word", word)),
    exactTerm("namespace", path.slice(0, path.indexOf("/"))),
    ...labels.map(([key, value]) => labelTerm(key, value)),
    ...builds.map((build) => exactTerm("type", build.artifact_type)),
    ...images.map((image) => exactTerm("platform", image.platform)),
    ...images.map((image) => exactTerm("region", image.region)),
    ...images.map((image) => exactTerm("image", image.external_id)),
    exactTerm("fingerprint", version.fingerprint),
    ...builds.flatMap(commitsOf).map((commit) => exactTerm("commit", commit)),
  ];
  return [...new Map(terms.map((term) => [`${term.kind} ${term.term}`, term])).values()];
}

/** The commit of a build: of its provenance, or where those put it who publish by hand. */
function commitsOf({ provenance, metadata }: Build): string[] {
  const told = [
    provenance.git?.commit,
    provenance.git_commit,
    metadata.commit,
    metadata.git_commit,
    metadata.git_sha,
  ];
  return told.flatMap((value) =>
    typeof value === "string" && /^[0-9a-f]{7,64}$/i.test(value) ? [value.toLowerCase()] : [],
  );
}

/** A version with what it is found by. */
export type Findable = { path: string; version: VersionRow; builds: Build[] };

/** Writes what versions that have just completed are found by. */
export async function writeSearchTerms(tx: Writer, versions: Findable[]): Promise<void> {
  const rows = versions.flatMap(({ path, version, builds }) => {
    if (version.completed_at === null) return [];
    const common = { completed_ms: Date.parse(version.completed_at), version_id: version.id };
    return termsOf(path, version, builds).map((term) => ({ ...term, ...common }));
  });
  await insertMany(tx, "search_terms", rows);
}

/** Writes what a version is found by in place of what was written before; nothing for one that is not complete. */
export async function rewriteSearchTerms(tx: Writer, findable: Findable): Promise<void> {
  await removeSearchTerms(tx, findable.version.id);
  await writeSearchTerms(tx, [findable]);
}

/** Makes a version be found by nothing, when it is deleted. */
export async function removeSearchTerms(tx: Writer, versionId: number): Promise<void> {
  await tx.deleteFrom("search_terms").where("version_id", "=", versionId).execute();
}

/** Makes all versions of an artifact be found by nothing. */
export async function removeSearchTermsOf(tx: Writer, artifactId: number): Promise<void> {
  await tx
    .deleteFrom("search_terms")
    .where("version_id", "in", (eb) =>
      eb.selectFrom("versions").select("versions.id").where("artifact_id", "=", artifactId),
    )
    .execute();
}
