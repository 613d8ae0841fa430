/**
 * Semantic versions and their sort keys.
 *
 * A sort key is a text whose byte order is the order of the versions (SemVer 2.0, section 11), so that an ordinary
 * index answers "the highest below 2.0.0". It is built like this:
 *
 *     key      = number number number ( "0" identifier* "0"  |  "1" )     a pre-release sorts below its release
 *     number   = two digits that say how many digits follow, then these   so 9 sorts below 10
 *     identifier = "1" number | "2" text "!"                              numeric ones sort below texts, "!" below any
 *
 * Build metadata (`+...`) has no part in the order and none in the key.
 */
const pattern =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/;

/** No number in a version of this length has more than 99 digits, which the two digits of its length can say. */
const longest = 100;

export type Semver = { segments: readonly string[]; prerelease: readonly string[] };

/** Whether a text is a semantic version that an artifact's version may carry. */
export function isSemver(text: string): boolean {
  return text.length <= longest && pattern.test(text);
}

/**
 * @param text a semantic version
 * @throws RangeError when it is none; check with {@link isSemver} before
 */
export function parseSemver(text: string): Semver {
  const match = text.length <= longest ? pattern.exec(text) : null;
  if (!match) throw new RangeError(`"${text}" is not a semantic version`);
  const [, major = "", minor = "", patch = "", prerelease] = match;
  return {
    segments: [major, minor, patch],
    prerelease: prerelease === undefined ? [] : prerelease.split("."),
  };
}

/** The sort key of a version: compares by bytes as the versions compare. */
export function sortKey(version: Semver): string {
  const base = baseKey(version.segments);
  if (version.prerelease.length === 0) return `${base}1`;
  return `${base}0${version.prerelease.map(identifierKey).join("")}0`;
}

/** The part of a sort key that a release shares with all its pre-releases. */
export function baseKey(segments: readonly string[]): string {
  return segments.map(numberKey).join("");
}

function numberKey(digits: string): string {
  return String(digits.length).padStart(2, "0") + digits;
}

function identifierKey(identifier: string): string {
  return /^\d+$/.test(identifier) ? `1${numberKey(identifier)}` : `2${identifier}!`;
}
