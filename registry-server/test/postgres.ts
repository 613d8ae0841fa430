import type { TestProject } from "vitest/node";
import { startPostgresProcess } from "../../tools/postgres-process.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** A PostgreSQL for the tests, without the name of a database. */
    postgresUrl: string;
  }
}

let stop: () => Promise<void> = async () => {};

/** Starts one PostgreSQL for all test files; each makes databases of its own in it. */
export async function setup(project: TestProject): Promise<void> {
  const postgres = await startPostgresProcess(["-c", "fsync=off", "-c", "max_connections=200"]);
  project.provide("postgresUrl", postgres.url);
  stop = postgres.stop;
}

export async function teardown(): Promise<void> {
  await stop();
}
