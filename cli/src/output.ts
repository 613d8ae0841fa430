import { styleText } from "node:util";
import type { Failure } from "./failures.ts";

export type Cell = string | number | null | undefined;

/**
 * Where a command writes. With `--json` results are JSON on stdout, and each line on stderr is JSON, a failure the last. Otherwise tables are
 * aligned and headed on a terminal, and plain tab-separated rows in a pipe.
 */
export class Output {
  readonly json: boolean;

  constructor(json: boolean) {
    this.json = json;
  }

  /** The result of a command: `data` with `--json`, otherwise what `show` prints. */
  result(data: unknown, show: () => void): void {
    if (this.json) process.stdout.write(`${JSON.stringify(data, null, 2)}\n`);
    else show();
  }

  line(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  table(heads: string[], rows: Cell[][]): void {
    const cells = rows.map((row) => row.map(cellText));
    if (!process.stdout.isTTY) {
      for (const row of cells) this.line(row.join("\t"));
      return;
    }
    const widths = heads.map((head, column) =>
      Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)),
    );
    const aligned = (row: string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
    this.line(styled("bold", aligned(heads).trimEnd(), process.stdout));
    for (const row of cells) this.line(aligned(row).trimEnd());
  }

  /** One thing as `name  value` lines; values that are not there are left out. */
  facts(facts: Record<string, Cell>): void {
    const given = Object.entries(facts).filter(
      ([, value]) => value !== null && value !== undefined && value !== "",
    );
    const width = process.stdout.isTTY ? Math.max(...given.map(([name]) => name.length)) + 2 : 0;
    for (const [name, value] of given) {
      this.line(
        width
          ? `${styled("bold", name.padEnd(width), process.stdout)}${cellText(value)}`
          : `${name}\t${cellText(value)}`,
      );
    }
  }

  /** Something worth knowing beside the result; on stderr, so that stdout stays the result. */
  note(text: string): void {
    process.stderr.write(`${this.json ? JSON.stringify({ note: text }) : text}\n`);
  }

  warning(text: string): void {
    this.note(this.json ? text : `${styled("yellow", "warning:", process.stderr)} ${text}`);
  }

  failure({ message, code, problem, means }: Failure): void {
    if (this.json) {
      const failure = { error: message, code, means, ...(problem && { problem }) };
      process.stderr.write(`${JSON.stringify(failure)}\n`);
      return;
    }
    const images = problem?.images;
    this.note(`${styled("red", "waybill:", process.stderr)} ${message}`);
    if (Array.isArray(images)) for (const image of images) this.note(`  ${imageText(image)}`);
  }
}

/** `us-east-1=ami-1`, as `--image` takes it. */
export function imageText({ region, external_id }: { region: string; external_id: string }): string {
  return region ? `${region}=${external_id}` : external_id;
}

/** `key=value` pairs on one line. */
export function pairsText(pairs: Record<string, string>): string {
  return Object.entries(pairs)
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");
}

function cellText(value: Cell): string {
  if (value === null || value === undefined) return process.stdout.isTTY ? "-" : "";
  // Tabs and line breaks would make two cells of one, escape sequences would reach the terminal.
  return String(value).replace(/\p{Cc}+/gu, " ");
}

function styled(format: "bold" | "red" | "yellow", text: string, stream: NodeJS.WriteStream): string {
  // Node looks at the stream, NO_COLOR and FORCE_COLOR.
  return styleText(format, text, { stream });
}
