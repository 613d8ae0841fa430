// Builds packer-plugin-waybill: the TypeScript program is bundled into one file, the Go shim embeds it.
// `node packer-plugin/scripts/build.ts [--out <directory>]`, dist/ when not given. Does nothing when nothing changed.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const { values } = parseArgs({ options: { out: { type: "string" } } });
const root = join(import.meta.dirname, "../..");
const plugin = join(root, "packer-plugin");
const shim = join(plugin, "shim");
const out = resolve(values.out ?? join(root, "dist"));
const binary = join(
  out,
  process.platform === "win32" ? "packer-plugin-waybill.exe" : "packer-plugin-waybill",
);
const bundle = join(shim, "program/bundle/program.cjs");
const { version } = JSON.parse(readFileSync(join(plugin, "package.json"), "utf8"));

// Several builds may run at once, so every file is replaced as a whole.
const bundled = await build({
  entryPoints: [join(plugin, "src/main.ts")],
  outfile: bundle,
  write: false,
  bundle: true,
  platform: "node",
  target: "node22",
  format: "cjs",
  minify: true,
  keepNames: true,
  legalComments: "none",
  logLevel: "warning",
});
for (const { path, contents } of bundled.outputFiles) {
  if (existsSync(path) && readFileSync(path).equals(contents)) continue;
  // Not beside the bundle: the shim embeds all that is there.
  replace(path, join(shim, "program"), (aside) => writeFileSync(aside, contents));
}

const stamp = join(out, ".packer-plugin-waybill.hash");
const state = hashOf(["go.mod", "go.sum", ...globSync("**/*.{go,json,cjs}", { cwd: shim })], version);
if (existsSync(binary) && existsSync(stamp) && readFileSync(stamp, "utf8") === state) {
  console.log(`${binary} is up to date`);
} else {
  mkdirSync(out, { recursive: true });
  const flags = `-s -w -X main.pluginVersion=${version}`;
  replace(binary, out, (aside) =>
    execFileSync("go", ["build", "-trimpath", "-ldflags", flags, "-o", aside, "."], {
      cwd: shim,
      stdio: "inherit",
      env: { ...process.env, CGO_ENABLED: "0" },
    }),
  );
  writeFileSync(stamp, state);
  console.log(binary);
}

function replace(path: string, directory: string, write: (aside: string) => void): void {
  const aside = join(directory, `${basename(path)}.${process.pid}`);
  try {
    write(aside);
    renameSync(aside, path);
  } finally {
    rmSync(aside, { force: true });
  }
}

function hashOf(files: string[], salt: string): string {
  const hash = createHash("sha256").update(`${salt} ${process.platform} ${process.arch}\n`);
  for (const file of files.filter((file) => !file.endsWith("_test.go")).sort()) {
    const content = readFileSync(join(shim, file));
    hash.update(`${file} ${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}
