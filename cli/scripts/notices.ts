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
 * The licences of all packages that went into a bundle, each text once.
 *
 * @param also further files that hold a licence, by title
 * @throws when a package has no licence text, and nothing says what its licence is
 */
export function noticesFor(metafile: Metafile, also: Record<string, string> = {}): string {
  const titles = new Map<string, string[]>();
  const add = (text: string, title: string) => titles.set(text, [...(titles.get(text) ?? []), title]);
  const packages = directoriesIn(metafile).map(readPackage);
  for (const { title, license, author, text } of packages) add(text ?? textOf(license, author), title);
  for (const [title, path] of Object.entries(also)) add(readFileSync(path, "utf8").trim(), title);
  const head = "Waybill is under the Mozilla Public License 2.0. What others wrote and this comes with:";
  const notices = [...titles].map(([text, names]) => `${names.sort().join("\n")}\n\n${text}`);
  return `${[head, ...notices.sort()].join(rule)}\n`;

  function textOf(license: string, author: string): string {
    // The text of this licence names nobody, so that of one package is that of all.
    const [same] =
      license === "Apache-2.0" ? packages.filter((one) => one.license === license && one.text) : [];
    if (same?.text) return same.text;
    const known = wellKnown[license];
    if (known === undefined) throw new Error(`a package by ${author} has no licence text, only "${license}"`);
    return `Copyright (c) ${author}\n\n${known}`;
  }
}

/** The directories of all packages that files of a bundle come from. */
function directoriesIn(metafile: Metafile): string[] {
  const paths = Object.keys(metafile.inputs).map((input) => relative(repository, join(process.cwd(), input)));
  const found = paths.flatMap((path) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(found)];
}

function readPackage(directory: string) {
  const path = join(repository, directory);
  const { name, version, license, author } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
  const files = globSync("{LICEN[CS]E,licen[cs]e,NOTICE}*", { cwd: path }).sort();
  const text = files.map((file) => readFileSync(join(path, file), "utf8").trim()).join("\n\n");
  const by: string = (typeof author === "object" ? author.name : author) ?? `the authors of ${name}`;
  return {
    title: `${name} ${version} (${license})`,
    license: String(license),
    author: by,
    text: text || undefined,
  };
}
