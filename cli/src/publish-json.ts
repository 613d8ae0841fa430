import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { Publish } from "@waybill/registry-client";
import { UsageError } from "./failures.ts";

/**
 * Reads the body of a publish request from a file, or from stdin for `-`. Only its outer form is checked here; the
 * registry checks the rest and names what is wrong.
 *
 * @throws {UsageError} when it cannot be read or is no JSON object
 */
export async function readPublish(path: string): Promise<Publish> {
  const name = path === "-" ? "stdin" : path;
  const json = await (path === "-" ? text(process.stdin) : readFile(path, "utf8")).catch((error) => {
    throw new UsageError(`${name} cannot be read: ${error.code ?? error.message}`);
  });
  const body = parse(json, name);
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body;
  throw new UsageError(`${name} must hold a JSON object with the publish request`);
}

function parse(json: string, name: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new UsageError(`${name} is not JSON: ${(error as Error).message}`);
  }
}
