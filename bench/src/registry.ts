import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { isolatedEnvironment } from "../../tools/environment.ts";
import { type RegistryProcess, startRegistryProcess } from "../../tools/registry-process.ts";

/**
 * Starts `waybill serve` on a SQLite file in `directory`, or starts it again with what it had stored.
 *
 * @param url another database than that file
 */
export async function startRegistry(
  directory: string,
  token: string,
  program?: string,
  url?: string,
): Promise<{ registry: RegistryProcess; env: NodeJS.ProcessEnv; database: string }> {
  const database = join(directory, "registry.sqlite");
  const env = isolatedEnvironment(directory, {
    WAYBILL_LISTEN: "127.0.0.1:0",
    WAYBILL_DATABASE_URL: url ?? `sqlite:${database}`,
    WAYBILL_BOOTSTRAP_TOKEN: token,
    // Counted as ever, and never too many.
    WAYBILL_TOKEN_RATE: "100000000/1m",
    WAYBILL_TOKEN: token,
  });
  const registry = await startRegistryProcess(directory, env, [], program);
  return { registry, env: { ...env, WAYBILL_ADDRESS: registry.address }, database };
}

/** A token of the form that the registry accepts. */
export const randomToken = (): string => `wbl_${randomBytes(32).toString("base64url")}`;
