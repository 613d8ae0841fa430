/**
 * Generates the codecs in src/generated from proto/. With --check nothing is written: it exits with 1 and names the
 * files that are not what proto/ says.
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

const repository = resolve(import.meta.dirname, "../..");
const generated = join(repository, "provider/src/generated");
const scratch = mkdtempSync(join(tmpdir(), "generate-"));
try {
  execFileSync("buf", ["generate", "--template", "buf.gen.provider.yaml", "--output", scratch], {
    cwd: join(repository, "proto"),
    env: { ...process.env, PATH: `${join(repository, "node_modules/.bin")}${delimiter}${process.env.PATH}` },
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (process.argv.includes("--check")) check();
  else replace();
} finally {
  rmSync(scratch, { recursive: true });
}

function check(): void {
  const files = new Set([...filesBelow(scratch), ...filesBelow(generated)]);
  const stale = [...files].filter((file) => read(join(scratch, file)) !== read(join(generated, file)));
  if (stale.length === 0) return;
  console.error(
    `Not as proto/ says: ${stale.map((file) => join("provider/src/generated", file)).join(", ")}.`,
  );
  console.error("Run: node provider/scripts/generate.ts");
  process.exitCode = 1;
}

function replace(): void {
  rmSync(generated, { recursive: true, force: true });
  cpSync(scratch, generated, { recursive: true });
}

function filesBelow(directory: string): string[] {
  return globSync("**/*.ts", { cwd: directory });
}

function read(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
