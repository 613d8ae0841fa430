/** What is attached to a build, on its way into the registry. Loaded only by whoever attaches something. */
import { readFile } from "node:fs/promises";
import type { CallOptions } from "./caller.ts";
import type { Documents } from "./documents.ts";
import { isFile } from "./file-source.ts";
import { refusalOf } from "./problem.ts";
import type { Document_, Version } from "./types.ts";

/** A document of a build, and where it lies on this machine. */
export type LocalDocument = Document_ & { source: string };

/** What a file is, by how its name ends; the first that fits. */
const MEDIA_TYPES: [ending: string, mediaType: string][] = [
  [".cdx.json", "application/vnd.cyclonedx+json"],
  [".cdx.xml", "application/vnd.cyclonedx+xml"],
  [".spdx.json", "application/spdx+json"],
  [".intoto.json", "application/vnd.in-toto+json"],
  [".intoto.jsonl", "application/vnd.in-toto+json"],
  [".json", "application/json"],
  [".xml", "application/xml"],
  [".txt", "text/plain; charset=utf-8"],
  [".md", "text/markdown; charset=utf-8"],
];

/** The media type of a document, by its name. */
export function mediaTypeOf(name: string): string {
  const lower = name.toLowerCase();
  return MEDIA_TYPES.find(([ending]) => lower.endsWith(ending))?.[1] ?? "application/octet-stream";
}

/** A document that the registry does not take, and why. */
export type Unattached = { document: string; refusal: string };

/**
 * Attaches documents to a build that is reported; those that it has already are not sent.
 *
 * @returns what the registry refuses, such as one document too many
 * @throws {RegistryError}; the error of the file system when one cannot be read
 */
export async function attachDocuments(
  client: { documents: Pick<Documents, "put"> },
  version: Version,
  build: string,
  documents: readonly LocalDocument[],
  options?: CallOptions,
): Promise<Unattached[]> {
  const { artifact, fingerprint } = version;
  const unattached: Unattached[] = [];
  for (const { name, media_type: mediaType, source } of notAttached(version, build, documents)) {
    const content = { bytes: await readFile(source), mediaType };
    await client.documents
      .put(artifact, `fingerprint:${fingerprint}`, build, name, content, options)
      .catch((error) => unattached.push({ document: name, refusal: refusalOf(error) }));
  }
  return unattached;
}

/** Those that a version lacks. */
export function notAttached(
  { builds }: Pick<Version, "builds">,
  build: string,
  documents: readonly LocalDocument[],
): LocalDocument[] {
  const attached = builds.find(({ name }) => name === build)?.documents ?? [];
  return documents.filter(
    ({ name, sha256 }) => !attached.some((one) => one.name === name && one.sha256 === sha256),
  );
}

/** Those that are not what they were when they were described, or not there any more. */
export async function lostDocuments(documents: readonly LocalDocument[]): Promise<LocalDocument[]> {
  const lost: LocalDocument[] = [];
  for (const document of documents) if (!(await isFile(document.source, document))) lost.push(document);
  return lost;
}
