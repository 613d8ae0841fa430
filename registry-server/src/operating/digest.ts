import { hash } from "node:crypto";
import { canonicalJson } from "../database/json.ts";
import type { Value } from "./catalog.ts";

/** How many rows a table has, and what is in them. */
export type TableSum = { rows: number; digest: string };

const modulus = 1n << 256n;

/**
 * Sums up the rows of a table so that equal tables have equal sums on both databases: in whatever order the rows
 * come, and however a database writes JSON.
 */
export class TableDigest {
  #rows = 0;
  #sum = 0n;

  /** @param row the values in the order of their columns' names */
  add(row: Value[]): void {
    this.#rows++;
    this.#sum = (this.#sum + BigInt(`0x${hash("sha256", JSON.stringify(row.map(comparable)))}`)) % modulus;
  }

  get sum(): TableSum {
    return { rows: this.#rows, digest: this.#sum.toString(16).padStart(64, "0") };
  }
}

/** SQLite does not know which of its texts are JSON, so whatever can be read as an object or a list is taken for it. */
function comparable(value: Value): string | number | null {
  if (Buffer.isBuffer(value)) return value.toString("base64");
  if (typeof value !== "string" || !/^[[{]/.test(value)) return value;
  try {
    return canonicalJson(JSON.parse(value));
  } catch {
    return value;
  }
}
