import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Metafile } from "esbuild";

const repository = join(import.meta.dirname, "..");
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
  "BSD-3-Clause": `Redistribution and use in source and binary forms, with or without modification, are permitted provided that the
following conditions are met:

1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following
   disclaimer.
2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following
   disclaimer in the documentation and/or other materials provided with the distribution.
3. Neither the name of the copyright holder nor the names of its contributors may be used to endorse or promote
   products derived from this software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES,
INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL,
SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY,
WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF
THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.`,
};

/**
 * The licences of all packages that went into a bundle that was made in the root of the repository, each text once.
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

  function textOf(licenses: string, author: string): string {
    const each = licenses.replaceAll(/[()]/g, "").split(" AND ");
    return each.map((license) => textOfOne(license, author)).join("\n\n");
  }

  function textOfOne(license: string, author: string): string {
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
  const found = Object.keys(metafile.inputs).flatMap(
    (path) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [],
  );
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
