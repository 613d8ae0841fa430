import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RegistryClient } from "@waybill/registry-client/client";
import { readSettings } from "@waybill/registry-client/settings";
import { furnishHome, isolatedEnvironment } from "../../tools/environment.ts";
import { type RegistryProcess, startRegistryProcess } from "../../tools/registry-process.ts";

/** A real `waybill serve` in a process and a directory of its own, on SQLite unless another database is given. */
export class Registry {
  readonly token = `wbl_${randomBytes(32).toString("base64url")}`;
  readonly #databaseUrl: string | undefined;
  readonly #more: NodeJS.ProcessEnv;
  #directory = "";
  #listen = "127.0.0.1:0";
  #process: RegistryProcess | undefined;

  /** @param more settings of the server that a test wants */
  constructor(databaseUrl?: string, more: NodeJS.ProcessEnv = {}) {
    this.#databaseUrl = databaseUrl;
    this.#more = more;
  }

  /** Starts it, unless it runs; after `kill` or `stop` again at the same address and with what it had stored. */
  async start(): Promise<void> {
    if (this.#process) return;
    this.#directory ||= await mkdtemp(join(tmpdir(), "waybill-e2e-registry-"));
    await furnishHome(this.#directory);
    const settings = {
      WAYBILL_LISTEN: this.#listen,
      ...this.data,
      WAYBILL_BOOTSTRAP_TOKEN: this.token,
      ...this.#more,
    };
    this.#process = await startRegistryProcess(
      this.#directory,
      isolatedEnvironment(this.#directory, settings),
    );
    this.#listen = new URL(this.#process.address).host;
  }

  get address(): string {
    return `http://${this.#listen}`;
  }

  /** The settings that a client needs. */
  get settings(): { WAYBILL_ADDRESS: string; WAYBILL_TOKEN: string } {
    return { WAYBILL_ADDRESS: this.address, WAYBILL_TOKEN: this.token };
  }

  /** The settings of the server that say where its data is, for commands of the operator. */
  get data(): { WAYBILL_DATABASE_URL: string; WAYBILL_DATA_DIR: string } {
    return {
      WAYBILL_DATABASE_URL: this.#databaseUrl ?? `sqlite:${join(this.#directory, "registry.sqlite")}`,
      WAYBILL_DATA_DIR: join(this.#directory, "data"),
    };
  }

  get client(): RegistryClient {
    return new RegistryClient(readSettings({}, this.settings), { userAgent: "waybill-e2e/0.1.0" });
  }

  /** Ends it as power loss would. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Ends it as an operator would; gives its exit code. */
  stop(): Promise<number | null> {
    return this.#end("SIGTERM");
  }

  /** Ends it and removes all that it stored; started again, it is a new one. */
  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#directory, { recursive: true, force: true });
    this.#directory = "";
    this.#listen = "127.0.0.1:0";
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const process = this.#process;
    this.#process = undefined;
    return process ? process.end(signal) : null;
  }
}
