/**
 * Generates src/api.ts from the registry's OpenAPI document: `node registry-client/scripts/generate.ts`. With --check
 * nothing is written, and a stale file ends it with 1.
 */
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const document = JSON.parse(
  readFileSync(new URL("../../registry-server/openapi.json", import.meta.url), "utf8"),
);
const target = new URL("../src/api.ts", import.meta.url);

// The client names its calls itself and needs the bodies only; with the routes the file would be ten times as long.
const types = astToString(await openapiTS({ ...document, paths: {} }, { alphabetize: true }));
const text = `// Generated from registry-server/openapi.json by registry-client/scripts/generate.ts.\n\n${types}`;
if (!process.argv.includes("--check")) {
  writeFileSync(target, text);
} else if (readFileSync(target, "utf8") !== text) {
  console.error("registry-client/src/api.ts is stale; run: node registry-client/scripts/generate.ts");
  process.exitCode = 1;
}
