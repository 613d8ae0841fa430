/**
 * Runs a script and, when it ends, writes what V8 has compiled of it until then: all that it needed, and nothing else.
 * `node tools/compiled/record.ts <script> <file>`
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { compile } from "./compile.ts";

const [name = "", to = ""] = process.argv.splice(2, 2);
const path = resolve(name);
const { script, run } = compile(readFileSync(path, "latin1"));
process.on("exit", () => writeFileSync(to, script.createCachedData()));
run({ exports: {}, require: createRequire(path) });
