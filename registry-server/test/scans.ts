import { compileConstraint, type Scan } from "../src/resolving/constraint.ts";
import { parseSemver, sortKey } from "../src/resolving/semver.ts";

/** Whether the index scans of a constraint would find a version. */
export function matches(constraint: string, version: string): boolean {
  const parsed = parseSemver(version);
  const key = sortKey(parsed);
  const isPrerelease = parsed.prerelease.length > 0;
  return compileConstraint(constraint).some(
    (scan) => scan.prerelease === isPrerelease && contains(scan, key),
  );
}

function contains({ from, to, except }: Scan, key: string): boolean {
  if (from && !(key > from.key || (from.inclusive && key === from.key))) return false;
  if (to && !(key < to.key || (to.inclusive && key === to.key))) return false;
  return !except.includes(key);
}
