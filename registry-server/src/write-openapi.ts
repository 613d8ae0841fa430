/** Writes openapi.json anew from the route contracts: `node registry-server/src/write-openapi.ts`. */
import { writeFileSync } from "node:fs";
import { openApiDocument } from "./http/openapi.ts";

const target = new URL("../openapi.json", import.meta.url);
writeFileSync(target, `${JSON.stringify(openApiDocument(), null, 2)}\n`);
