/**
 * Generates the codecs in src/generated from proto/. With --check nothing is written: it exits with 1 and names the
 * files that are not what proto/ says.
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
  for (const file of filesBelow(scratch))
    writeFileSync(join(scratch, file), strict(read(join(scratch, file)) ?? ""));
  if (process.argv.includes("--check")) check();
  else replace();
} finally {
  rmSync(scratch, { recursive: true });
}

/**
 * ts-proto takes a tag that no field has for the end of the message, and does not mind a message that ends in the
 * middle of a field; after either, what follows would be read as something else.
 */
function strict(code: string): string {
  return code
    .replaceAll(
      /if \(\(tag & 7\) === 4 \|\| tag === 0\) \{\s+break;/g,
      'if ((tag & 7) === 4 || tag < 8) {\n          throw new RangeError("a tag is none of a field");',
    )
    .replaceAll(
      /( +)return message;\n( +\} finally)/g,
      '$1if (reader.pos !== end) {\n$1  throw new RangeError("a message ends in the middle of a field");\n$1}\n$1return message;\n$2',
    );
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
