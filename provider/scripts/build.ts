/**
 * Builds the provider for this platform: a script for those who have Node, and one executable with Node inside.
 * `--out <directory>` says where (default: `dist` of the repository). What is already built from the same inputs by
 * the same tools is left alone.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build, type Plugin } from "esbuild";
import { VERSION } from "../src/version.ts";

const repository = resolve(import.meta.dirname, "../..");
const { values } = parseArgs({ options: { out: { type: "string", default: join(repository, "dist") } } });
const out = resolve(values.out);
const suffix = process.platform === "win32" ? ".exe" : "";
const script = join(out, "terraform-provider-waybill.cjs");
const executable = join(out, `terraform-provider-waybill_v${VERSION}${suffix}`);
const stamp = join(out, ".terraform-provider-waybill.inputs");

/**
 * grpc-js loads its whole client for a server too: to describe its diagnostic services, which a plugin does not offer.
 * Without it, the start takes a quarter less time. What is left out throws when it is used after all.
 */
const withoutGrpcClient: Plugin = {
  name: "without-grpc-client",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(\.\/make-client|@grpc\/proto-loader)$/ }, () => ({
      path: "none",
      namespace: "none",
    }));
    onLoad({ filter: /.*/, namespace: "none" }, () => ({ contents: "module.exports = {};" }));
  },
};

const inputs = hashInputs();
const built = [script, executable].every((file) => existsSync(file));
if (built && existsSync(stamp) && readFileSync(stamp, "utf8") === inputs) {
  console.log(`provider: nothing changed, ${out} is as it should be`);
} else {
  mkdirSync(out, { recursive: true });
  rmSync(stamp, { force: true });
  await bundle();
  buildExecutable();
  writeFileSync(stamp, inputs);
  console.log(`provider: ${script}\nprovider: ${executable}`);
}

/** Everything that can change what is built: sources, dependencies, this script, and the Node that goes inside. */
function hashInputs(): string {
  const files = globSync(
    ["provider/src/**/*.ts", "provider/scripts/build.ts", "registry-client/src/**/*.ts", "package-lock.json"],
    { cwd: repository },
  );
  const hash = createHash("sha256").update(`${process.version} ${process.platform} ${process.arch}`);
  for (const file of files.filter((name) => !name.endsWith(".test.ts")).sort()) {
    hash.update(`\0${file}\0`).update(readFileSync(join(repository, file)));
  }
  return hash.digest("hex");
}

async function bundle(): Promise<void> {
  await build({
    entryPoints: [join(repository, "provider/src/main.ts")],
    outfile: script,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    minify: true,
    keepNames: true,
    legalComments: "none",
    plugins: [withoutGrpcClient],
    banner: {
      js: [
        "#!/usr/bin/env node",
        `if (Number(process.versions.node.split(".")[0]) < 22) { console.error("This provider needs Node 22 or later, and this is " + process.version + ". Install a newer Node, or the provider's executable, which needs none."); process.exit(1); }`,
      ].join("\n"),
    },
  });
  chmodSync(script, 0o755);
}

function buildExecutable(): void {
  const config = join(out, "terraform-provider-waybill.sea.json");
  // Written beside and moved into place: a provider that runs just now keeps its file.
  const unfinished = `${executable}.new`;
  const options = {
    main: script,
    output: unfinished,
    disableExperimentalSEAWarning: true,
    useCodeCache: true,
    // Neither NODE_OPTIONS nor arguments meant for Node reach a plugin.
    execArgvExtension: "none",
  };
  writeFileSync(config, JSON.stringify(options));
  execFileSync(process.execPath, ["--build-sea", config], { stdio: ["ignore", "ignore", "inherit"] });
  rmSync(config);
  chmodSync(unfinished, 0o755);
  if (process.platform === "darwin") execFileSync("codesign", ["--sign", "-", "--force", unfinished]);
  renameSync(unfinished, executable);
}
