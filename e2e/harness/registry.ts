import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RegistryClient } from "@waybill/registry-client/client";
import { readSettings } from "@waybill/registry-client/settings";
import { isolatedEnvironment } from "./environment.ts";
import { until } from "./until.ts";

/** A token of the form that the registry accepts. */
export const randomToken = (): string => `wbl_${randomBytes(32).toString("base64url")}`;

/** A real `waybill serve` in a process and a directory of its own, on SQLite unless another database is given. */
export class Registry {
  readonly token = randomToken();
  readonly #databaseUrl: string | undefined;
  #directory = "";
  #listen = "127.0.0.1:0";
  #process: ChildProcess | undefined;
  #output = "";

  constructor(databaseUrl?: string) {
    this.#databaseUrl = databaseUrl;
  }

  /** Starts it; after `kill` or `stop` again at the same address and with what it had stored. */
  async start(): Promise<void> {
    this.#directory ||= await mkdtemp(join(tmpdir(), "waybill-e2e-registry-"));
    this.#output = "";
    const child = spawn("waybill", ["serve"], {
      cwd: this.#directory,
      env: isolatedEnvironment(this.#directory, {
        WAYBILL_LISTEN: this.#listen,
        WAYBILL_DATABASE_URL: this.#databaseUrl ?? `sqlite:${join(this.#directory, "registry.sqlite")}`,
        WAYBILL_DATA_DIR: join(this.#directory, "data"),
        WAYBILL_BOOTSTRAP_TOKEN: this.token,
      }),
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
      });
    }
    this.#process = child;
    await until("the registry says where it listens", () => {
      if (child.exitCode !== null) throw new Error(`the registry ended at once:\n${this.#output}`);
      return /127\.0\.0\.1:[1-9]\d*/.test(this.#output);
    });
    this.#listen = this.#output.match(/127\.0\.0\.1:[1-9]\d*/)?.[0] ?? "";
  }

  get address(): string {
    return `http://${this.#listen}`;
  }

  /** What it wrote since it was last started. */
  get output(): string {
    return this.#output;
  }

  /** The settings that a client needs. */
  get settings(): { WAYBILL_ADDRESS: string; WAYBILL_TOKEN: string } {
    return { WAYBILL_ADDRESS: this.address, WAYBILL_TOKEN: this.token };
  }

  get client(): RegistryClient {
    return new RegistryClient(readSettings({}, this.settings), { userAgent: "waybill-e2e/0.1.0" });
  }

  /** Ends it and removes all that it stored; started again, it is a new one. */
  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#directory, { recursive: true, force: true });
    this.#directory = "";
    this.#listen = "127.0.0.1:0";
  }

  /** Ends it as power loss would. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Ends it as an operator would; gives its exit code. */
  stop(): Promise<number | null> {
    return this.#end("SIGTERM");
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#process;
    this.#process = undefined;
    if (!child) return null;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
    return child.exitCode;
  }
}
