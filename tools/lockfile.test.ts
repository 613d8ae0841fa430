import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "./environment.ts";

type Locked = {
  version?: string;
  resolved?: string;
  link?: boolean;
  optionalDependencies?: Record<string, string>;
};

const files = ["package-lock.json", "provider/cdktf/package-lock.json"];

async function packagesOf(file: string): Promise<Record<string, Locked>> {
  return JSON.parse(await readFile(join(repository, file), "utf8")).packages;
}

// npm leaves out what its registry could not give at that moment, and `npm ci` then refuses the whole file.
test.each(files)(
  "%s has every optional dependency, so that `npm ci` works on every platform",
  async (file) => {
    const packages = await packagesOf(file);
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !enclosing(path).some((folder) => packages[`${folder}node_modules/${name}`]),
      ),
    );
    expect(missing).toEqual([]);
  },
);

/** A package's own folder and those that it is in, where Node looks for what it needs. */
function enclosing(path: string): string[] {
  const folders = path
    .split(/(?<=\/)(?=node_modules\/)/)
    .map((_, index, parts) => parts.slice(0, index + 1).join(""));
  return ["", ...folders.map((folder) => folder.replace(/\/?$/, "/"))];
}

test.each(files)("%s names no registry, so that each machine uses its own", async (file) => {
  const packages = await packagesOf(file);
  const hosts = Object.values(packages).filter(({ link, resolved }) => !link && resolved?.includes("://"));
  expect(hosts).toEqual([]);
});
