/**
 * Builds what installs `waybill`: the npm package, and one executable with Node and SQLite's driver inside.
 * `--out <directory>` says where (default: `dist` of the repository).
 */
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type BuildOptions, build } from "esbuild";
import { addonAsset } from "../../registry-server/src/database/addon.ts";
import { noticesFor } from "../../tools/notices.ts";
import { makeExecutable } from "../../tools/single-executable.ts";
import { inlining } from "./inlining.ts";

const repository = resolve(import.meta.dirname, "../..");
const { values } = parseArgs({ options: { out: { type: "string", default: join(repository, "dist") } } });
const out = resolve(values.out);
const packageName = "npm";
const executableName = process.platform === "win32" ? "waybill.exe" : "waybill";
const stampName = ".waybill.inputs";

const common = {
  absWorkingDir: repository,
  entryPoints: [join(repository, "cli/bin/waybill.js")],
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node22",
  minify: true,
  keepNames: true,
  legalComments: "none",
  metafile: true,
  plugins: [inlining],
  logLevel: "warning",
  // Some packages are CommonJS, and ask for Node's own modules by a `require` that ES modules do not have.
  banner: {
    js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
  },
} satisfies BuildOptions;

mkdirSync(out, { recursive: true });
// Built aside and moved into place, so that two builds at once do not meet.
const aside = mkdtempSync(join(out, ".waybill-"));
try {
  await makePackage(join(aside, packageName));
  rmSync(join(out, packageName), { recursive: true, force: true });
  renameSync(join(aside, packageName), join(out, packageName));
  console.log(`waybill: ${join(out, packageName)}`);
  await buildExecutable(aside);
} finally {
  rmSync(aside, { recursive: true, force: true });
}

/** One file per command and what they share, so that each loads only what it needs. */
async function makePackage(directory: string): Promise<void> {
  const external = ["better-sqlite3", "pg-native"];
  const { metafile } = await build({ ...common, outdir: directory, splitting: true, external });
  const { version, description, license, engines } = readJson("package.json");
  const { dependencies } = readJson("registry-server/package.json");
  const manifest = {
    name: "waybill",
    version,
    description,
    license,
    type: "module",
    bin: { waybill: "waybill.js" },
    engines: { node: readJson("cli/package.json").engines?.node ?? engines.node },
    // Not in the bundle: it has compiled code for each platform.
    dependencies: { "better-sqlite3": dependencies["better-sqlite3"] },
    keywords: ["packer", "terraform", "opentofu", "registry", "machine-images", "ami"],
  };
  writeFileSync(join(directory, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(directory, "THIRD-PARTY-NOTICES.txt"), noticesFor(metafile));
  copyFileSync(join(repository, "LICENSE"), join(directory, "LICENSE"));
  copyFileSync(join(repository, "packaging/npm/README.md"), join(directory, "README.md"));
}

/** What is already built from the same inputs is left alone: it is large. */
async function buildExecutable(directory: string): Promise<void> {
  const { metafile, outputFiles } = await build({
    ...common,
    outfile: join(directory, "waybill.mjs"),
    external: ["pg-native"],
    write: false,
  });
  const [script] = outputFiles;
  if (script === undefined) throw new Error("esbuild gave no file");
  const addon = addonPath();
  const inputs = createHash("sha256")
    .update(process.version)
    .update(readFileSync(addon))
    .update(script.contents);
  const stamp = inputs.digest("hex");
  const executable = join(out, executableName);
  if (
    existsSync(executable) &&
    existsSync(join(out, stampName)) &&
    readFileSync(join(out, stampName), "utf8") === stamp
  ) {
    console.log(`waybill: nothing changed in ${executable}`);
    return;
  }
  writeFileSync(script.path, script.contents);
  const made = join(directory, executableName);
  makeExecutable({ script: script.path, to: made, format: "module", assets: { [addonAsset]: addon } });
  const node = { [`Node.js ${process.version}`]: join(dirname(process.execPath), "../LICENSE") };
  writeFileSync(join(out, "waybill-THIRD-PARTY-NOTICES.txt"), noticesFor(metafile, node));
  renameSync(made, executable);
  writeFileSync(join(out, stampName), stamp);
  console.log(`waybill: ${executable}`);
}

/** The driver's binary for the platform that the executable is for, which is this one. */
function addonPath(): string {
  const require = createRequire(join(repository, "registry-server/package.json"));
  const directory = dirname(require.resolve("better-sqlite3/package.json"));
  return require(join(directory, "lib/binding.js")).getPrebuildPath();
}

function readJson(path: string) {
  return JSON.parse(readFileSync(join(repository, path), "utf8"));
}
