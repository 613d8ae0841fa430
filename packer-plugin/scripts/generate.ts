// Generates from proto/waybill: code for the shim and for the TypeScript program; and the table in
// docs/builders.md from the examples of artifacts, and those of options in .web-docs.
// `node packer-plugin/scripts/generate.ts [--check]`; with --check nothing is written and stale files end it with 1.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { buildersPage, writtenBuildersPage } from "./builders-page.ts";
import { writtenOptionsPages } from "./options-pages.ts";

const root = join(import.meta.dirname, "../..");
const shim = join(root, "packer-plugin/shim");
const check = process.argv.includes("--check");

const outputs = new Map<string, string>();
const scratch = mkdtempSync(join(tmpdir(), "waybill-generate-"));
try {
  const programs = join(root, "node_modules/.bin");
  const template = join(root, "proto/waybill/buf.gen.yaml");
  const input = join(root, "proto");
  execFileSync(
    join(programs, "buf"),
    ["generate", input, "--template", template, "--path", join(input, "waybill"), "--output", scratch],
    {
      cwd: shim,
      stdio: "inherit",
      env: { ...process.env, PATH: `${programs}${delimiter}${process.env.PATH}` },
    },
  );
  for (const file of ["pluginv1/plugin.pb.go", "pluginv1/plugin_grpc.pb.go"]) {
    outputs.set(join(shim, file), readFileSync(join(scratch, file), "utf8"));
  }
  // Nobody but tests has a use for the client, so that bundles may go without it.
  const code = readFileSync(join(scratch, "waybill/plugin/v1/plugin.ts"), "utf8");
  outputs.set(
    join(root, "packer-plugin/src/generated/plugin.ts"),
    code.replace("= makeGenericClientConstructor(", "= /* @__PURE__ */ makeGenericClientConstructor("),
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

outputs.set(buildersPage, writtenBuildersPage());
for (const [path, page] of writtenOptionsPages()) outputs.set(path, page);

for (const [path, text] of outputs) {
  if (!check) writeFileSync(path, text);
  else if (readFileSync(path, "utf8") !== text) {
    console.error(`${path} is stale; run: node packer-plugin/scripts/generate.ts`);
    process.exitCode = 1;
  }
}
