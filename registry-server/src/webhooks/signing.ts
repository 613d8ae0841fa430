/** Signatures of webhooks as Standard Webhooks 1.0 has them (https://www.standardwebhooks.com). */
import { createHmac, randomBytes } from "node:crypto";
import type { StoredSecret } from "../database/schema.ts";

const prefix = "whsec_";

/** A new secret: 256 random bits. */
export function newSecret(): string {
  return prefix + randomBytes(32).toString("base64");
}

/** The secrets that sign at a moment: the present one first, then earlier ones whose receivers may not know it yet. */
export function signingSecrets(secrets: readonly StoredSecret[], now: string): StoredSecret[] {
  return secrets.filter(({ until }) => until === null || until > now);
}

/** The headers that tell a receiver who sent a body, and when; one signature for each secret. */
export function sign(message: string, at: Date, body: string, secrets: readonly StoredSecret[]) {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signatures = signingSecrets(secrets, at.toISOString()).map(({ secret }) => {
    const key = Buffer.from(secret.slice(prefix.length), "base64");
    return `v1,${createHmac("sha256", key).update(`${message}.${timestamp}.${body}`).digest("base64")}`;
  });
  return {
    "webhook-id": message,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}
