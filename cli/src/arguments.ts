import type { VersionReference } from "@waybill/registry-client";
import { InvalidArgumentError } from "commander";
import { UsageError } from "./failures.ts";

/** Arguments of many commands; completion knows by their names what may stand there. */
export const ARTIFACT = ["<artifact>", "namespace/artifact"] as const;
export const VERSION = ["<version>", "number or fingerprint"] as const;
export const CHANNEL = ["<channel>", "name of the channel"] as const;

/** For the help of commands where a fingerprint is easily taken for a number. */
export const DIGITS_ONLY = `
A version of up to ten digits is a number; fingerprint:1234567 names a fingerprint of digits only.
`;

/** Collects `--label key=value` options into a record. */
export function pair(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [key, value] = splitOnce(text);
  if (value === undefined || key === "") throw new InvalidArgumentError("Write key=value.");
  if (Object.hasOwn(before, key)) throw new InvalidArgumentError(`${key} is given twice.`);
  return { ...before, [key]: value };
}

/** Collects an option that may be given more than once. */
export function repeated(text: string, before: string[] = []): string[] {
  return [...before, text];
}

export function positiveInteger(text: string): number {
  const number = Number(text);
  if (!/^\d{1,10}$/.test(text) || number < 1)
    throw new InvalidArgumentError("Write a whole number from 1 up.");
  return number;
}

/**
 * Reads a day, which begins at midnight UTC, or a time with its zone; a time without one would be another time on
 * every machine.
 */
export function pointInTime(text: string): string {
  const known = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const time = known ? new Date(text) : undefined;
  if (time && !Number.isNaN(time.getTime())) return time.toISOString();
  throw new InvalidArgumentError("Write a day such as 2026-12-31 or a time such as 2026-12-31T18:00:00Z.");
}

/**
 * Reads `7` as a number and anything else as a fingerprint; `fingerprint:7` is a fingerprint that looks like a number.
 */
export function versionReference(text: string): VersionReference {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  return text.startsWith("fingerprint:") ? (text as `fingerprint:${string}`) : `fingerprint:${text}`;
}

/** Asks for `--yes` before something that cannot be undone; a script gets the same answer as a person. */
export function confirmed(yes: boolean | undefined, what: string): void {
  if (!yes) throw new UsageError(`${what}; add --yes if that is what you want`);
}

export function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf("=");
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
