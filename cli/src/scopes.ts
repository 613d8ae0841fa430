import type { Scope } from "@waybill/registry-client";
import { InvalidArgumentError } from "commander";

const SCOPES = ["read", "publish", "promote", "admin"] as const;

/** The option of commands that give rights, and what their help says of it. */
export const SCOPE = [
  "--scope <scope:where>",
  "what it may do, and where; may be given again",
  collect,
] as const;
export const ABOUT_SCOPES = `
A scope is read, publish, promote or admin (each lets read; admin is all of them), a colon, and where it holds: "*",
a namespace (team, team-*) with all its artifacts, or artifacts (team/web, team/web-*, team/*).
`;

function collect(text: string, before: Scope[] = []): Scope[] {
  const at = text.indexOf(":");
  const scope = SCOPES.find((known) => known === text.slice(0, at));
  if (!scope || at === text.length - 1) {
    throw new InvalidArgumentError(
      `Write one of ${SCOPES.join(", ")}, a colon and where, as publish:team/web.`,
    );
  }
  return [...before, { scope, pattern: text.slice(at + 1) }];
}

/** Scopes on one line, as {@link SCOPE} takes them. */
export function scopesText(scopes: readonly Scope[]): string {
  return scopes.map(({ scope, pattern }) => `${scope}:${pattern}`).join(" ");
}
