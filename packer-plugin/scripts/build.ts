// Builds packer-plugin-waybill: the TypeScript program is bundled into one file, the Go shim embeds it.
// `node packer-plugin/scripts/build.ts [--out <directory>]`, dist/ when not given. Does nothing when nothing changed.
// `--target darwin_arm64` builds for another platform, `--node <path>` puts that Node inside, for those who have none.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { grpcServerOnly } from "../../tools/grpc-server-only.ts";
import { noticesFor } from "../../tools/notices.ts";
import { licensesOfModules } from "./licenses.ts";

const option = { type: "string" } as const;
const { values } = parseArgs({ options: { out: option, target: option, node: option } });
const [goos, goarch] = values.target?.split("_") ?? [];
const root = join(import.meta.dirname, "../..");
const plugin = join(root, "packer-plugin");
const shim = join(plugin, "shim");
const out = resolve(values.out ?? join(root, "dist"));
const isForWindows = goos === undefined ? process.platform === "win32" : goos === "windows";
const binary = join(out, isForWindows ? "packer-plugin-waybill.exe" : "packer-plugin-waybill");
const bundle = join(shim, "program/bundle/program.cjs");
const { version } = JSON.parse(readFileSync(join(plugin, "package.json"), "utf8"));

// Several builds may run at once, so every file is replaced as a whole.
const bundled = await build({
  absWorkingDir: root,
  metafile: true,
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
  plugins: [grpcServerOnly],
  // Imported, node:http would have all of its exports looked at, and with them undici loaded, which is not small.
  supported: { "dynamic-import": false },
  logLevel: "warning",
});
for (const { path, contents } of bundled.outputFiles) {
  if (existsSync(path) && readFileSync(path).equals(contents)) continue;
  // Not beside the bundle: the shim embeds all that is there.
  replace(path, join(shim, "program"), (aside) => writeFileSync(aside, contents));
}

const stamp = join(out, ".packer-plugin-waybill.hash");
const salt = `${version} ${values.target} ${values.node}`;
const state = hashOf(["go.mod", "go.sum", ...globSync("**/*.{go,json,cjs}", { cwd: shim })], salt);
if (existsSync(binary) && existsSync(stamp) && readFileSync(stamp, "utf8") === state) {
  console.log(`${binary} is up to date`);
} else {
  mkdirSync(out, { recursive: true });
  const flags = `-s -w -X main.pluginVersion=${version}`;
  const overlay = values.node === undefined ? [] : ["-overlay", packNode(values.node)];
  const target = goos === undefined ? {} : { GOOS: goos, GOARCH: goarch };
  replace(binary, out, (aside) =>
    execFileSync("go", ["build", "-trimpath", ...overlay, "-ldflags", flags, "-o", aside, "."], {
      cwd: shim,
      stdio: "inherit",
      env: { ...process.env, CGO_ENABLED: "0", ...target },
    }),
  );
  const notices = noticesFor(bundled.metafile, licensesOfModules(shim, target, values.node));
  writeFileSync(join(out, "packer-plugin-waybill-THIRD-PARTY-NOTICES.txt"), notices);
  writeFileSync(stamp, state);
  console.log(binary);
}

/** Lets Go find a compressed Node beside the bundle without putting it there: other builds would embed it too. */
function packNode(node: string): string {
  const packed = gzipSync(readFileSync(node));
  const name = `node-${createHash("sha256").update(packed).digest("hex").slice(0, 24)}.gz`;
  writeFileSync(join(out, name), packed);
  const overlay = join(out, "overlay.json");
  const seenByGo = join(dirname(bundle), name);
  writeFileSync(overlay, JSON.stringify({ Replace: { [seenByGo]: join(out, name) } }));
  return overlay;
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
