/**
 * Builds the provider for this platform: a script for those who have Node, and one executable with Node inside.
 * `--out <directory>` says where (default: `dist` of the repository). What is already built from the same inputs by
 * the same tools is left alone.
 */
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build, type Metafile } from "esbuild";
import { grpcServerOnly } from "../../tools/grpc-server-only.ts";
import { noticesFor } from "../../tools/notices.ts";
import { makeExecutable, SHORT_LIVED } from "../../tools/single-executable.ts";
import { VERSION } from "../src/version.ts";
import { warmUp } from "./warm-up.ts";

const repository = resolve(import.meta.dirname, "../..");
const { values } = parseArgs({ options: { out: { type: "string", default: join(repository, "dist") } } });
const out = resolve(values.out);
const suffix = process.platform === "win32" ? ".exe" : "";
const scriptName = "terraform-provider-waybill.cjs";
const executableName = `terraform-provider-waybill_v${VERSION}${suffix}`;
const stampName = ".terraform-provider-waybill.inputs";
const noticesName = "terraform-provider-waybill-THIRD-PARTY-NOTICES.txt";
const products = [scriptName, executableName, noticesName, stampName];

const inputs = hashInputs();
if (isBuilt()) {
  console.log(`provider: nothing changed in ${out}`);
} else {
  mkdirSync(out, { recursive: true });
  // Built aside and moved into place: two builds at once do not meet, and a provider that runs keeps its file.
  const aside = mkdtempSync(join(out, ".provider-"));
  try {
    const metafile = await bundle(join(aside, scriptName));
    const node = { [`Node.js ${process.version}`]: join(dirname(process.execPath), "../LICENSE") };
    writeFileSync(join(aside, noticesName), noticesFor(metafile, node));
    const script = join(aside, scriptName);
    const compiled = await warmUp(script);
    makeExecutable({ script, to: join(aside, executableName), compiled, options: SHORT_LIVED });
    writeFileSync(join(aside, stampName), inputs);
    for (const name of products) renameSync(join(aside, name), join(out, name));
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  console.log(`provider: ${join(out, scriptName)}\nprovider: ${join(out, executableName)}`);
}

function isBuilt(): boolean {
  const there = products.every((name) => existsSync(join(out, name)));
  return there && readFileSync(join(out, stampName), "utf8") === inputs;
}

/** Everything that can change what is built: sources, dependencies, this script, and the Node that goes inside. */
function hashInputs(): string {
  const files = globSync(
    [
      ...["provider/src/**/*.ts", "provider/scripts/*.ts", "registry-client/src/**/*.ts"],
      "registry-server/src/{artifacts,http,namespaces,resolving,tokens}/*.ts",
      ...["tools/{single-executable,grpc-server-only}.ts", "tools/compiled/*.ts", "package-lock.json"],
    ],
    { cwd: repository },
  );
  const hash = createHash("sha256").update(`${process.version} ${process.platform} ${process.arch}`);
  for (const file of files.filter((name) => !name.endsWith(".test.ts")).sort()) {
    hash.update(`\0${file}\0`).update(readFileSync(join(repository, file)));
  }
  return hash.digest("hex");
}

async function bundle(script: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: repository,
    entryPoints: [join(repository, "provider/src/main.ts")],
    outfile: script,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    minify: true,
    keepNames: true,
    legalComments: "none",
    metafile: true,
    // Imported, node:http would have all of its exports looked at, and with them undici loaded, which is not small.
    supported: { "dynamic-import": false },
    plugins: [grpcServerOnly],
    banner: {
      js: [
        "#!/usr/bin/env node",
        `if (Number(process.versions.node.split(".")[0]) < 22) { console.error("This provider needs Node 22 or later, and this is " + process.version + ". Install a newer Node, or the provider's executable, which needs none."); process.exit(1); }`,
      ].join("\n"),
    },
  });
  chmodSync(script, 0o755);
  return metafile;
}
