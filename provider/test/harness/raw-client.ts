import { once } from "node:events";
import { type ClientHttp2Session, connect, constants } from "node:http2";
import { connect as connectTls } from "node:tls";
import type { PluginProcess } from "./plugin-process.ts";

/** What came back for a body: a gRPC status with a message, an HTTP status that is not 200, or a broken stream. */
export type RawAnswer = {
  readonly http: number | undefined;
  /** As text: gRPC sends it so. */
  readonly status: string | undefined;
  readonly body: Buffer;
  readonly broken: boolean;
};

/** Sends any bytes as the body of a call, over the connection that Terraform would have, by nothing but HTTP/2. */
export class RawClient {
  readonly #session: ClientHttp2Session;

  private constructor(session: ClientHttp2Session) {
    this.#session = session;
  }

  static async connect({ handshake, identity }: PluginProcess): Promise<RawClient> {
    const socket = connectTls({
      path: handshake.fields[3] ?? "",
      servername: "localhost",
      key: identity.key,
      cert: identity.certificate,
      // The handshake said whose certificate it must be; a harness need not check that again.
      rejectUnauthorized: false,
      ALPNProtocols: ["h2"],
    });
    await once(socket, "secureConnect");
    const session = connect("https://localhost", { createConnection: () => socket });
    session.on("error", () => undefined);
    return new RawClient(session);
  }

  send(path: string, body: Uint8Array, headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> {
    const { promise, resolve } = Promise.withResolvers<RawAnswer>();
    const stream = this.#session.request({
      [constants.HTTP2_HEADER_METHOD]: "POST",
      [constants.HTTP2_HEADER_PATH]: path,
      "content-type": "application/grpc",
      te: "trailers",
      ...headers,
    });
    let http: number | undefined;
    let status: string | undefined;
    const chunks: Buffer[] = [];
    const note = (fields: NodeJS.Dict<string | string[]>) => {
      status = fields["grpc-status"]?.toString() ?? status;
    };
    stream.on("response", (fields) => {
      http = fields[":status"];
      note(fields as NodeJS.Dict<string | string[]>);
    });
    stream.on("trailers", note);
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", () => undefined);
    stream.on("close", () =>
      resolve({
        http,
        status,
        body: Buffer.concat(chunks),
        broken: http === undefined || stream.rstCode !== 0,
      }),
    );
    stream.end(body);
    return promise;
  }

  close(): void {
    this.#session.destroy();
  }
}

/** A message as gRPC frames it in a body. */
export function framed(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(5 + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame;
}
