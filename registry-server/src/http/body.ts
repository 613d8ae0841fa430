import { refuseEncoded } from "./encoding.ts";
import { Problem } from "./problem.ts";
import { limits } from "./schema.ts";

/** Told how many bytes of a request are kept in memory; throws when that is too much. */
export type Hold = (request: Request, bytes: number) => void;

/** To find where a larger text goes wrong would keep all others waiting. */
const longestSearched = 64 * 1024;

/**
 * Reads the JSON body of a request. The limit holds while reading, whatever Content-Length says.
 *
 * @param most how many bytes it may have
 * @throws Problem `unsupported_media_type`, `body_too_large`, or `invalid_request` when it is not JSON in UTF-8, or
 *   holds what the registry does not store
 */
export async function readJsonBody(
  request: Request,
  hold: Hold,
  most: number = limits.bodyBytes,
): Promise<unknown> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/([a-z0-9.-]+\+)?json\s*(;|$)/i.test(type.trim())) {
    const given = type === "" ? "has no Content-Type" : `is "${type}"`;
    throw new Problem("unsupported_media_type", `The body ${given}; send "Content-Type: application/json".`);
  }
  refuseEncoded(request);
  const [, charset = "utf-8"] = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(type) ?? [];
  if (!/^(utf-?8|us-ascii)$/i.test(charset)) {
    const detail = `The body is said to be in "${charset}"; JSON is sent in UTF-8, and needs no charset.`;
    throw new Problem("unsupported_media_type", detail);
  }
  const advice = most === limits.bodyBytes ? "Send the builds of a large version one by one." : "";
  const text = decode(await readBytes(request, most, advice, hold));
  if (text.trim() === "") throw new Problem("invalid_request", "The body is empty; send a JSON object.");
  const value = parseJson(text);
  checkValue(value);
  return value;
}

/**
 * Reads the bytes of a request.
 *
 * @param most how many they may be, a whole number of KiB
 * @param advice what to do with more
 * @param hold told of all that is kept in memory
 * @throws Problem `body_too_large`
 */
export async function readBytes(request: Request, most: number, advice: string, hold: Hold): Promise<Buffer> {
  if (Number(request.headers.get("content-length")) > most) throw tooLarge(most, advice);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > most) throw tooLarge(most, advice);
    hold(request, chunk.byteLength);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(most: number, advice: string): Problem {
  const shown = most < 1024 * 1024 ? `${most / 1024} KiB` : `${most / 1024 / 1024} MiB`;
  const detail = `The body is larger than ${most} bytes (${shown}). ${advice}`.trimEnd();
  return new Problem("body_too_large", detail);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Problem("invalid_request", "The body is not valid UTF-8.");
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (text.length > longestSearched) throw new Problem("invalid_request", "The body is not valid JSON.");
    const before = text.slice(0, positionOfError(text));
    const line = before.split("\n").length;
    const column = before.length - before.lastIndexOf("\n");
    const detail = `The body is not valid JSON: it goes wrong at line ${line}, column ${column} (position ${before.length}).`;
    throw new Problem("invalid_request", detail, { position: before.length });
  }
}

/**
 * Where malformed JSON goes wrong. The parser does not always say, so this looks for the longest beginning that could
 * still become valid: one that only ended too early.
 */
function positionOfError(text: string): number {
  let good = 0;
  let bad = text.length + 1;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (couldGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return Math.min(good, text.length);
}

function couldGoOn(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (error) {
    const { message } = error as SyntaxError;
    const position = /at position (\d+)/.exec(message)?.[1];
    return message.includes("end of JSON input") || Number(position) >= beginning.length;
  }
}

/** Refuses what databases and parsers disagree about, wherever it is: NUL, half characters, `__proto__`, depth. */
function checkValue(root: unknown): void {
  const stack: [value: unknown, path: string, depth: number][] = [[root, "", 0]];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [value, path, depth] = next;
    if (depth > limits.jsonDepth) {
      throw new Problem("invalid_request", `The body is nested deeper than ${limits.jsonDepth} levels.`);
    }
    if (typeof value === "string") checkText(value, path);
    if (typeof value !== "object" || value === null) continue;
    for (const [key, member] of Object.entries(value)) {
      if (Array.isArray(value) && typeof member !== "string" && typeof member !== "object") continue;
      const memberPath = Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
      if (key === "__proto__") throw badText(path, 'must not have the key "__proto__"');
      if (!Array.isArray(value)) checkText(key, path);
      stack.push([member, memberPath, depth + 1]);
    }
  }
}

/** @throws Problem `invalid_request` when a text cannot be stored on both databases */
export function checkText(text: string, path: string): void {
  if (text.includes("\0")) throw badText(path, "must not contain a NUL character (U+0000)");
  if (!text.isWellFormed())
    throw badText(path, "must not contain half of a surrogate pair (U+D800 to U+DFFF)");
}

function badText(path: string, message: string): Problem {
  const where = path === "" ? "The body" : `"${path}"`;
  return new Problem("invalid_request", `${where} ${message}.`, { errors: [{ path, message }] });
}
