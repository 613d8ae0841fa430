import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  type ChannelCredentials,
  type Client,
  credentials,
  loadPackageDefinition,
  type ServiceError,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { createIdentity, type Identity } from "../../src/plugin/certificate.ts";
import { VERSION } from "../../src/version.ts";

const repository = join(import.meta.dirname, "../../..");
const dist = join(repository, "dist");
const suffix = process.platform === "win32" ? ".exe" : "";

/** The two things that are shipped, each as the command that starts it. */
export const shipped = {
  script: [process.execPath, join(dist, "terraform-provider-waybill.cjs")],
  executable: [join(dist, `terraform-provider-waybill_v${VERSION}${suffix}`)],
} as const;

export const MAGIC_COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

const proto = join(repository, "proto");
const loaded = loadPackageDefinition(
  loadSync(["terraform/tfplugin6.proto", "goplugin/plugin.proto", "goplugin/health.proto"], {
    includeDirs: [proto],
    keepCase: true,
    longs: Number,
    enums: String,
    defaults: true,
    oneofs: true,
  }),
);

// biome-ignore lint/suspicious/noExplicitAny: proto-loader makes messages without types
export type Message = any;
export type Handshake = { fields: string[]; address: string; certificate: Buffer };

/** A provider started and spoken to as Terraform does: nothing of its code is shared but the `.proto` files. */
export class PluginProcess {
  readonly child: ChildProcess;
  readonly identity: Identity;
  readonly handshake: Handshake;
  /** Everything that reached stdout, the handshake included. */
  readonly stdout: string[];
  readonly stderr: string[];
  readonly exited: Promise<number | null>;
  readonly #clients = new Map<string, Client>();
  readonly #credentials = new Map<Identity, ChannelCredentials>();

  private constructor(
    child: ChildProcess,
    identity: Identity,
    line: string,
    output: { stdout: string[]; stderr: string[]; exited: Promise<number | null> },
  ) {
    this.child = child;
    this.identity = identity;
    this.stdout = output.stdout;
    this.stderr = output.stderr;
    this.exited = output.exited;
    const fields = line.split("|");
    this.handshake = {
      fields,
      address: fields[2] === "unix" ? `unix:${fields[3]}` : (fields[3] ?? ""),
      certificate: Buffer.from(fields[5] ?? "", "base64"),
    };
  }

  static async start(
    [command, ...args]: readonly string[],
    env: NodeJS.ProcessEnv = {},
    identity = createIdentity(),
  ): Promise<PluginProcess> {
    const child = spawn(command as string, args, {
      env: {
        PATH: process.env.PATH,
        TF_PLUGIN_MAGIC_COOKIE: MAGIC_COOKIE,
        PLUGIN_PROTOCOL_VERSIONS: "5,6",
        PLUGIN_CLIENT_CERT: identity.certificate,
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const stdout: string[] = [];
    const stderr: string[] = [];
    const exited = once(child, "exit").then(([code]) => code as number | null);
    const lines = createInterface(child.stdout);
    lines.on("line", (line) => stdout.push(line));
    createInterface(child.stderr).on("line", (line) => stderr.push(line));
    await Promise.race([once(lines, "line"), exited]);
    const [line] = stdout;
    if (line === undefined) throw new Error(`no handshake: ${stderr.join("\n")}`);
    return new PluginProcess(child, identity, line, { stdout, stderr, exited });
  }

  /** Calls a method of a service: `call("tfplugin6.Provider", "GetMetadata", {})`. */
  call(service: string, method: string, request: Message, identity?: Identity): Promise<Message> {
    const client = this.client(service, identity);
    return new Promise((resolve, reject) => {
      const invoke = client[method as keyof Client] as unknown as (
        request: Message,
        callback: (error: ServiceError | null, response: Message) => void,
      ) => void;
      invoke.call(client, request, (error, response) => (error ? reject(error) : resolve(response)));
    });
  }

  provider(method: string, request: Message): Promise<Message> {
    return this.call("tfplugin6.Provider", method, request);
  }

  /** A client of one service; as Terraform does, all its calls share a connection. */
  client(service: string, identity = this.identity): Client {
    const key = `${service} ${identity.certificate}`;
    const known = this.#clients.get(key);
    if (known) return known;
    const Service = service.split(".").reduce<Message>((found, name) => found[name], loaded) as new (
      ...args: unknown[]
    ) => Client;
    const client = new Service(this.handshake.address, this.#credentialsOf(identity), {
      "grpc.ssl_target_name_override": "localhost",
      "grpc.max_receive_message_length": -1,
    });
    this.#clients.set(key, client);
    return client;
  }

  /** Those that have the same ones share a connection. */
  #credentialsOf(identity: Identity): ChannelCredentials {
    const known = this.#credentials.get(identity);
    if (known) return known;
    const trusted = `-----BEGIN CERTIFICATE-----\n${this.handshake.certificate.toString("base64")}\n-----END CERTIFICATE-----\n`;
    const secure = credentials.createSsl(
      Buffer.from(trusted),
      Buffer.from(identity.key),
      Buffer.from(identity.certificate),
    );
    this.#credentials.set(identity, secure);
    return secure;
  }

  /** Ends it as Terraform does. */
  async shutdown(): Promise<number | null> {
    await this.call("plugin.GRPCController", "Shutdown", {});
    for (const client of this.#clients.values()) client.close();
    return this.exited;
  }

  async kill(): Promise<void> {
    for (const client of this.#clients.values()) client.close();
    this.child.kill("SIGTERM");
    await this.exited;
  }
}
