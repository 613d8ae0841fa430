/**
 * Writes every generated file again, or with `--check` fails when one of them is stale.
 * Each workspace keeps its own script; this is the one place that knows their order.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const check = process.argv.slice(2).includes("--check");

// The client's types come from the API document, so the document goes first.
const scripts = [
  "registry-server/scripts/openapi.ts",
  "registry-client/scripts/generate.ts",
  "provider/scripts/generate.ts",
  "provider/scripts/docs.ts",
  "packer-plugin/scripts/generate.ts",
];

let stale = 0;
for (const script of scripts) {
  const { status } = spawnSync(process.execPath, [join(root, script), ...(check ? ["--check"] : [])], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) stale++;
}
if (stale > 0) {
  console.error(check ? "Generated files are stale: run `make generate` and commit." : "Generating failed.");
  process.exitCode = 1;
}
