import { globSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Metafile } from "esbuild";

const repository = join(import.meta.dirname, "../..");
const rule = `\n\n${"-".repeat(78)}\n\n`;

/** Licences whose text is short enough to be given for packages that name them and have forgotten the file. */
const wellKnown: Record<string, string> = {
  MIT: `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`,
};

/**
 * The licences of all packages that went into a bundle.
 *
 * @param also further files that name a licence, by title
 * @throws when a package has no licence text and its licence is none of the well-known
 */
export function noticesFor(metafile: Metafile, also: Record<string, string> = {}): string {
  const directories = new Set<string>();
  for (const input of Object.keys(metafile.inputs)) {
    const path = relative(repository, join(process.cwd(), input));
    const [directory] = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path) ?? [];
    if (directory !== undefined) directories.add(join(repository, directory));
  }
  const packages = [...directories].map(noticeOf).sort();
  const others = Object.entries(also).map(
    ([title, path]) => `${title}\n\n${readFileSync(path, "utf8").trim()}`,
  );
  const head = "Waybill is under the Mozilla Public License 2.0. What others wrote and this file comes with:";
  return `${[head, ...packages, ...others].join(rule)}\n`;
}

function noticeOf(directory: string): string {
  const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  const { name, version, license, author } = manifest;
  const title = `${name} ${version} (${license})`;
  const [file] = globSync("{LICEN[CS]E,licen[cs]e,NOTICE}*", { cwd: directory }).sort();
  if (file !== undefined) return `${title}\n\n${readFileSync(join(directory, file), "utf8").trim()}`;
  const text = wellKnown[license];
  if (text === undefined)
    throw new Error(`${name} has no licence text, and ${license} is none that is known`);
  const by = typeof author === "object" ? author.name : (author ?? `the authors of ${name}`);
  return `${title}\n\nCopyright (c) ${by}\n\n${text}`;
}
