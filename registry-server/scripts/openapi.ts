/** Writes openapi.json anew from the route contracts; with `--check` only says whether it is stale. */
import { readFileSync, writeFileSync } from "node:fs";
import { openApiDocument } from "../src/http/openapi.ts";

const target = new URL("../openapi.json", import.meta.url);
const text = `${JSON.stringify(openApiDocument(), null, 2)}\n`;

if (!process.argv.includes("--check")) {
  writeFileSync(target, text);
} else if (readFileSync(target, "utf8") !== text) {
  console.error("registry-server/openapi.json is stale");
  process.exitCode = 1;
}
