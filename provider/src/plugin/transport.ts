import { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import type { Identity } from "./certificate.ts";

/** Takes a new connection. */
export type Accept = (socket: Socket) => void;

/** Who may connect, and who we are. */
export type Security = { readonly clientCertificate: string; readonly identity: Identity };

/**
 * Accepts the one client whose certificate was given, over TLS 1.2 or later, and nobody else. The certificate must be
 * that very one: the client's key could sign others, which are refused.
 *
 * @throws when the text is no certificate
 */
export function mutualTls({ clientCertificate, identity }: Security, accept: Accept): Accept {
  const expected = new X509Certificate(clientCertificate).raw;
  const options = {
    key: identity.key,
    cert: identity.certificate,
    ca: clientCertificate,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: "TLSv1.2",
    ALPNProtocols: ["h2"],
  } as const;
  const server = createServer(options, function acceptExpected(socket: TLSSocket) {
    socket.on("error", () => socket.destroy());
    if (socket.getPeerX509Certificate()?.raw.equals(expected)) accept(socket);
    else socket.destroy();
  });
  return (socket) => server.emit("connection", socket);
}
