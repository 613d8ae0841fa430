import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import table from "../shim/options/options.json" with { type: "json" };

type Option = { says: string; type: string; required?: boolean; env?: string };

const TYPES: Record<string, string> = {
  bool: "bool",
  list: "list of strings",
  map: "map of strings",
  objects: "list of objects",
  string: "string",
};
const pages = join(import.meta.dirname, "../.web-docs");
const part = /(<!-- options of (\w+), made by `make generate` -->\n).*?(<!-- end -->\n)/gs;

/** The pages about the components by their paths, their tables made of the options that the plugin checks. */
export function writtenOptionsPages(): [path: string, page: string][] {
  return globSync("components/**/README.md", { cwd: pages }).map((name) => {
    const path = join(pages, name);
    const page = readFileSync(path, "utf8");
    return [
      path,
      page.replaceAll(part, (_all, start, of, end) => `${start}${tableOf(of as keyof typeof table)}${end}`),
    ];
  });
}

function tableOf(component: keyof typeof table): string {
  const rows = Object.entries<Option>(table[component]).map(
    ([name, { says, type, required, env }]) =>
      `| \`${name}\` | ${TYPES[type]}${required ? ", required" : ""} | ${says}${env ? ` Also \`${env}\`.` : ""} |\n`,
  );
  return `| option | type | |\n|---|---|---|\n${rows.join("")}`;
}
