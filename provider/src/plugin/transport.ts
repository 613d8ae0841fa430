import { X509Certificate } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import type { Identity } from "./certificate.ts";

/** A listening server that hands over connections once their other side is known. */
export type Accept = (socket: Socket) => void;

/**
 * Accepts the one client whose certificate was given, over TLS 1.2 or later, and nobody else. The certificate must be
 * that very one: the client's key could sign others, which are refused.
 *
 * @throws when the text is no certificate
 */
export function mutualTls(clientCertificate: string, identity: Identity, accept: Accept): Server {
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
  return createTlsServer(options, function acceptExpected(socket: TLSSocket) {
    socket.on("error", () => socket.destroy());
    if (socket.getPeerX509Certificate()?.raw.equals(expected)) accept(socket);
    else socket.destroy();
  });
}

/** Accepts whoever can open the socket: for clients that asked for no TLS, and for debugging. */
export function plain(accept: Accept): Server {
  return createServer(accept);
}
