import { UsageError } from "../failures.ts";

/** What Packer's manifest post-processor wrote of one build. */
export type Entry = {
  name: string;
  builder_type: string;
  packer_run_uuid: string;
  artifact_id: string;
  /** Seconds since 1970; not there with `strip_time`. */
  build_time?: number;
  files?: { name: string; size: number }[] | null;
  custom_data?: Record<string, string | number | boolean> | null;
};

/** An entry that cannot be taken over, and why. */
export type Broken = { entry: string; reason: string };
export type Manifest = { entries: Entry[]; broken: Broken[]; lastRun: string | undefined };

const LATEST_SECONDS = 253_402_300_799; // the end of the year 9999

type Rule = [field: keyof Entry, holds: (value: unknown) => boolean, must: string];
const RULES: readonly Rule[] = [
  ["name", isName, "must be the name of the source, a text"],
  ["builder_type", isName, "must be the type of the source, such as amazon-ebs"],
  [
    "packer_run_uuid",
    (value) => typeof value === "string" && /^[A-Za-z0-9][A-Za-z0-9._:@+=~-]{0,127}$/.test(value),
    "must be the id of the run of Packer; without it nobody knows which builds belong together",
  ],
  ["artifact_id", (value) => typeof value === "string", "must be the id of what was made, a text"],
  [
    "build_time",
    (value) => value === undefined || (Number.isInteger(value) && inRange(value, 0, LATEST_SECONDS)),
    "must be a time in seconds since 1970, or left out",
  ],
  [
    "files",
    (value) => isNone(value) || (Array.isArray(value) && value.every(isFile)),
    "must be a list of files, each with name and size",
  ],
  [
    "custom_data",
    (value) => isNone(value) || (isObject(value) && Object.values(value).every(isScalar)),
    "must be an object of texts",
  ],
];

/**
 * Reads what Packer's manifest post-processor wrote. An entry that is broken does not keep the others from being read.
 *
 * @throws {UsageError} when it is no manifest at all
 */
export function parseManifest(json: string, name: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new UsageError(`${name} is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(value) || !Array.isArray(value.builds)) {
    throw new UsageError(
      `${name} is no manifest: Packer's manifest post-processor writes an object with a list "builds"`,
    );
  }
  const entries: Entry[] = [];
  const broken: Broken[] = [];
  for (const [index, entry] of value.builds.entries()) {
    const reason = whatIsWrong(entry);
    if (reason === undefined) entries.push(entry);
    else broken.push({ entry: entryName(index, entry), reason });
  }
  const { last_run_uuid: last } = value;
  return { entries, broken, lastRun: typeof last === "string" ? last : undefined };
}

/** What the Packer plugin calls a build. */
export function buildOf({ builder_type, name }: Pick<Entry, "builder_type" | "name">): string {
  return `${builder_type}.${name}`;
}

function whatIsWrong(entry: unknown): string | undefined {
  if (!isObject(entry)) return "it must be an object";
  const wrong = RULES.filter(([field, holds]) => !holds(entry[field]));
  return wrong.map(([field, , must]) => `${field} ${must}`).join("; ") || undefined;
}

function entryName(index: number, entry: unknown): string {
  const name = isObject(entry) && isName(entry.name) ? ` (${entry.name})` : "";
  return `entry ${index + 1}${name}`;
}

function isName(value: unknown): value is string {
  return typeof value === "string" && /^[^\p{Cc}\p{Zl}\p{Zp}]{1,120}$/u.test(value);
}

function isFile(value: unknown): boolean {
  return isObject(value) && typeof value.name === "string" && value.name !== "" && inRange(value.size, 0);
}

function isScalar(value: unknown): boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

function isNone(value: unknown): boolean {
  return value === undefined || value === null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function inRange(value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most;
}
