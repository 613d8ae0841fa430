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

const { packages } = JSON.parse(await readFile(join(repository, "package-lock.json"), "utf8")) as {
  packages: Record<string, Locked>;
};

// npm leaves out what its registry could not give at that moment, and `npm ci` then refuses the whole file.
test("the lock file has every optional dependency, so that `npm ci` works on every platform", () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  );
  expect(missing).toEqual([]);
});

test("the lock file names no registry, so that each machine uses its own", () => {
  const hosts = Object.values(packages).filter(({ link, resolved }) => !link && resolved?.includes("://"));
  expect(hosts).toEqual([]);
});
