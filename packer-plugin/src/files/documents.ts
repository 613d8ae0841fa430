import { basename, resolve } from "node:path";
import type { LocalDocument } from "@waybill/registry-client";
import { mediaTypeOf } from "@waybill/registry-client/document-files";
import { describeFile } from "@waybill/registry-client/file-source";
import { sizeText } from "@waybill/registry-client/upload-progress";
import { matching } from "./matching.ts";

// What a registry takes. One document that it refuses must not cost the others, or the build.
const LARGEST_BYTES = 16 * 1024 * 1024;
const MOST = 64;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/**
 * Describes what the template attaches to the build: SBOMs, attestations. The name of a file is that of its document.
 *
 * @param patterns paths or globs
 * @param tell what was left out, and why
 */
export async function describeDocuments(
  patterns: string[],
  tell: { warn(sentence: string): void },
): Promise<LocalDocument[]> {
  const documents = new Map<string, LocalDocument>();
  for (const pattern of patterns) {
    const paths = await matching(pattern);
    if (paths.length === 0) tell.warn(`documents: nothing matches ${JSON.stringify(pattern)}`);
    for (const path of paths) {
      const source = resolve(path);
      if (documents.get(basename(path))?.source === source) continue;
      const found = await describe(source, documents);
      if (typeof found === "string") tell.warn(`${path} was not attached: ${found}`);
      else documents.set(found.name, found);
    }
  }
  return [...documents.values()];
}

async function describe(source: string, others: Map<string, LocalDocument>): Promise<LocalDocument | string> {
  const name = basename(source);
  if (!NAME.test(name)) return "a document is named with letters, digits, dot, underscore and hyphen";
  const other = others.get(name);
  if (other) return `${other.source} has the same name`;
  if (others.size === MOST) return `a build has at most ${MOST} documents`;
  try {
    const described = await describeFile(source);
    if (described.size > LARGEST_BYTES) {
      return `a document has at most ${sizeText(LARGEST_BYTES)}; name it in "files" instead`;
    }
    return { name, media_type: mediaTypeOf(name), source, ...described };
  } catch (error) {
    return `it cannot be read (${(error as NodeJS.ErrnoException).code ?? error})`;
  }
}
