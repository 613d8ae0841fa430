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
  return from <= key && key < to && !except.includes(key);
}
