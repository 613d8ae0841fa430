import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Plugin } from "esbuild";

const repository = join(import.meta.dirname, "../..");
const textOf = (path: string) => readFileSync(join(repository, path), "utf8");

/** Modules that read files of the repository, and what stands for them in a bundle, which has no such files beside it. */
const replaced: Record<string, () => string> = {
  "registry-server/src/database/migration-files.ts": () => {
    const filesOf = (folder: string) =>
      globSync(`registry-server/migrations/${folder}/*.sql`, { cwd: repository })
        .sort()
        .map((path) => ({ name: basename(path), sql: textOf(path) }));
    const files = { sqlite: filesOf("sqlite"), postgres: filesOf("postgres") };
    return `const files = ${JSON.stringify(files)};\nexport const migrationFiles = (folder) => files[folder];`;
  },
  "cli/src/built.ts": () => {
    const shells = ["bash", "zsh", "fish"].map((shell) => [shell, textOf(`cli/completion/waybill.${shell}`)]);
    return `const scripts = ${JSON.stringify(Object.fromEntries(shells))};
export const builtIn = undefined;
export const completionScript = async (shell) => scripts[shell];`;
  },
};

/** Puts what those modules would read into the bundle. */
export const inlining: Plugin = {
  name: "inlining",
  setup({ onLoad, onEnd }) {
    const found = new Set<string>();
    onLoad({ filter: /\/(migration-files|built)\.ts$/ }, ({ path }) => {
      const name = Object.keys(replaced).find((each) => path === join(repository, each));
      if (name === undefined) return undefined;
      found.add(name);
      return { contents: replaced[name]?.() ?? "", loader: "js" };
    });
    onEnd(() => {
      const missing = Object.keys(replaced).filter((name) => !found.has(name));
      return { errors: missing.map((name) => ({ text: `nothing imports ${name} any more` })) };
    });
  },
};
