import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type Parent, type Publish, RegistryClient, readSettings } from "@waybill/registry-client";
import { afterAll, beforeAll } from "vitest";
import { isolatedEnvironment } from "../../tools/environment.ts";
import { type RegistryProcess, startRegistryProcess } from "../../tools/registry-process.ts";
import { type Ran, type Surroundings, scratch, waybill } from "./waybill.ts";

/**
 * A real registry on SQLite for the tests of one file.
 *
 * @param more settings of the server that a test wants
 * @returns a function that runs the command against it, with the right token unless another is given
 */
export function useRegistry(more: Record<string, string> = {}) {
  const token = `wbl_${randomBytes(32).toString("base64url")}`;
  const spool = join(scratch(), "spool");
  const dir = scratch();
  const databaseUrl = `sqlite:${join(dir, "registry.sqlite")}`;
  let registry: RegistryProcess | undefined;

  beforeAll(async () => {
    const settings = {
      WAYBILL_LISTEN: "127.0.0.1:0",
      WAYBILL_DATABASE_URL: databaseUrl,
      WAYBILL_DATA_DIR: dir,
      WAYBILL_BOOTSTRAP_TOKEN: token,
      ...more,
    };
    registry = await startRegistryProcess(dir, isolatedEnvironment(dir, settings));
  });
  afterAll(async () => {
    await registry?.end("SIGTERM");
  });

  const run = (args: string[], { env, ...rest }: Surroundings = {}): Promise<Ran> => {
    return waybill(args, { env: { ...run.settings(), WAYBILL_SPOOL_DIR: spool, ...env }, ...rest });
  };
  /** For what a test only needs to be there, in a fraction of the time that a process takes. */
  run.client = () => new RegistryClient(readSettings({}, run.settings()), { userAgent: "waybill-test/0" });
  run.settings = () => ({ WAYBILL_ADDRESS: run.address(), WAYBILL_TOKEN: token });
  run.address = () => `${registry?.address}/`;
  run.spool = spool;
  run.dataDir = dir;
  run.databaseUrl = databaseUrl;
  return run;
}

/** The options of a small publication. */
export function publication(fingerprint: string, ...images: string[]): string[] {
  const given = images.flatMap((image) => ["--image", image]);
  return ["--fingerprint", fingerprint, "--type", "amazon.ami", ...given];
}

/** The body of a small publication: one build with one image, built from `parents`. */
export function version(fingerprint: string, image = `ami-${fingerprint}`, parents: Parent[] = []): Publish {
  const images = [{ platform: "aws", region: "us-east-1", external_id: image }];
  return { fingerprint, builds: [{ name: "ami", artifact_type: "amazon.ami", images, parents }] };
}
