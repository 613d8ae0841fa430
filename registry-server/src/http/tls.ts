import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Server } from "node:https";
import { createSecureContext } from "node:tls";
import type { Logger } from "pino";
import { StartError } from "../database/migrate.ts";

/** Often enough for what renews certificates, whether it tells (SIGHUP) or not. */
const lookEveryMs = 10_000;

export type CertificateFiles = { cert: string; key: string };
export type Certificate = { cert: Buffer; key: Buffer; expiresAt: Date };

/**
 * Reads a certificate with its chain, and its key, both PEM.
 *
 * @throws StartError when they cannot be read or do not belong together
 */
export async function readCertificate(files: CertificateFiles): Promise<Certificate> {
  try {
    const [cert, key] = await Promise.all([readFile(files.cert), readFile(files.key)]);
    createSecureContext({ cert, key });
    return { cert, key, expiresAt: new X509Certificate(cert).validToDate };
  } catch (error) {
    const what = `The certificate "${files.cert}" cannot be used with the key "${files.key}"`;
    throw new StartError(`${what}: ${(error as Error).message}.`);
  }
}

/** The certificate that a server shows now. */
export type Shown = { readonly expiresAt: Date; stop(): void };

/**
 * Has a server show the certificate that is in the files, also when they change: from the next connection on. Those
 * that are open stay as they are. Files that cannot be used, as between the renewal of one and of the other, change
 * nothing, and are looked at again.
 *
 * @param current what the server shows at first
 */
export function followCertificate(
  server: Pick<Server, "setSecureContext">,
  files: CertificateFiles,
  current: Certificate,
  log: Logger,
  everyMs = lookEveryMs,
): Shown {
  let shown = current;
  let complaint = "";
  if (current.expiresAt <= new Date())
    log.warn({ expiresAt: current.expiresAt }, "the TLS certificate has expired");

  async function look(): Promise<void> {
    try {
      const next = await readCertificate(files);
      if (next.cert.equals(shown.cert) && next.key.equals(shown.key)) return;
      if (next.expiresAt <= new Date() && next.expiresAt <= shown.expiresAt) {
        throw new StartError(`The certificate "${files.cert}" expired at ${next.expiresAt.toISOString()}.`);
      }
      server.setSecureContext({ cert: next.cert, key: next.key });
      shown = next;
      complaint = "";
      log.info({ expiresAt: next.expiresAt }, "the TLS certificate was renewed");
    } catch (error) {
      const { message } = error as Error;
      if (message !== complaint) log.error({ reason: message }, "the TLS certificate is kept as it was");
      complaint = message;
    }
  }

  const lookNow = () => void look();
  const timer = setInterval(lookNow, everyMs);
  timer.unref();
  process.on("SIGHUP", lookNow);
  return {
    get expiresAt() {
      return shown.expiresAt;
    },
    stop() {
      clearInterval(timer);
      process.off("SIGHUP", lookNow);
    },
  };
}
