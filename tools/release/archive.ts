import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Zippable, zipSync } from "fflate";

/** A file of an archive: where it is now, what it is called there, and whether it may be executed. */
export type Entry = { from: string; as: string; isExecutable?: boolean };

/** What an archive is known by: the SHA-256 of its bytes, and Terraform's sum of what is in it. */
export type Archived = { file: string; sha256: string; h1: string };

const modes = { executable: 0o755, file: 0o644 };

/** Writes a zip archive; equal files give equal bytes. @returns its sums */
export async function writeArchive(directory: string, file: string, entries: Entry[]): Promise<Archived> {
  const files: Zippable = {};
  const contents: [string, Uint8Array][] = [];
  for (const { from, as, isExecutable = false } of entries) {
    const content = await readFile(from);
    const mode = isExecutable ? modes.executable : modes.file;
    // The upper half of the attributes of an entry made on Unix (os 3) is its mode; the date is the same for all.
    files[as] = [content, { os: 3, attrs: mode << 16, mtime: new Date("1980-01-01T00:00:00") }];
    contents.push([as, content]);
  }
  const bytes = zipSync(files, { level: 6 });
  await writeFile(join(directory, file), bytes);
  console.log(`${file}  ${(bytes.length / 2 ** 20).toFixed(1)} MiB`);
  return { file, sha256: sha256(bytes, "hex"), h1: h1Of(contents) };
}

/** Writes lines as `sha256sum --check` reads them, in the order of names. */
export async function writeSums(path: string, sums: { file: string; sum: string }[]): Promise<void> {
  const lines = sums.map(({ file, sum }) => ({ file, line: `${sum}  ${file}\n` }));
  const sorted = lines.sort((a, b) => (a.file < b.file ? -1 : 1));
  await writeFile(path, sorted.map(({ line }) => line).join(""));
}

/**
 * The sum by which Terraform and OpenTofu know what is in a package, however it is packed: "Hash1" of Go's
 * golang.org/x/mod/sumdb/dirhash.
 */
export function h1Of(contents: [name: string, content: Uint8Array][]): string {
  const lines = contents.map(([name, content]) => ({ name, line: `${sha256(content, "hex")}  ${name}\n` }));
  const text = lines.sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ line }) => line);
  return `h1:${sha256(Buffer.from(text.join("")), "base64")}`;
}

export function sha256(bytes: Uint8Array, encoding: "hex" | "base64"): string {
  return createHash("sha256").update(bytes).digest(encoding);
}
