import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import table from "../shim/options/options.json" with { type: "json" };

type Option = { says: string; type: string; required?: boolean; env?: string; filter?: boolean };

const TYPES: Record<string, string> = {
  bool: "bool",
  list: "list of strings",
  map: "map of strings",
  objects: "list of objects",
  string: "string",
};
const pages = join(import.meta.dirname, "../.web-docs");
const part = /(<!-- options of (\w+)( without filters)?, made by `make generate` -->\n).*?(<!-- end -->\n)/gs;

/** The pages about the components by their paths, their tables made of the options that the plugin checks. */
export function writtenOptionsPages(): [path: string, page: string][] {
  return globSync("components/**/README.md", { cwd: pages }).map((name) => {
    const path = join(pages, name);
    const page = readFileSync(path, "utf8");
    return [
      path,
      page.replaceAll(
        part,
        (_all, start, of, whole, end) => `${start}${tableOf(of as keyof typeof table, whole)}${end}`,
      ),
    ];
  });
}

function tableOf(component: keyof typeof table, withoutFilters?: string): string {
  const options = Object.entries<Option>(table[component]);
  const rows = (withoutFilters ? options.filter(([_name, { filter }]) => !filter) : options).map(
    ([name, { says, type, required, env }]) =>
      `| \`${name}\` | ${TYPES[type]}${required ? ", required" : ""} | ${says}${env ? ` Also \`${env}\`.` : ""} |\n`,
  );
  return `| option | type | |\n|---|---|---|\n${rows.join("")}`;
}
