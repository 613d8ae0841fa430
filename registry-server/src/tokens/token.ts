import { hash, randomBytes } from "node:crypto";

const pattern = /^wbl_[A-Za-z0-9_-]{43}$/;

/** Whether a text looks like a token: `wbl_` and 43 characters of base64url, which are 256 bits. */
export function isToken(text: string): boolean {
  return pattern.test(text);
}

/** A new random token of 256 bits. */
export function newToken(): string {
  return `wbl_${randomBytes(32).toString("base64url")}`;
}

/** What is stored of a token. It is random, so one fast hash is enough. */
export function hashToken(token: string): string {
  return hash("sha256", token, "hex");
}
