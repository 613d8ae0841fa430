import { isName, parseReference } from "@waybill/registry-client";
import { UsageError } from "../failures.ts";
import { buildOf, type Entry } from "./manifest.ts";

export type Naming = {
  /** The artifact of all builds that `map` does not name. */
  artifact?: string | undefined;
  /** Artifacts by the name of a source (`web`) or of a build (`amazon-ebs.web`). */
  map?: Record<string, string> | undefined;
};

/**
 * Says which artifact each build of a manifest belongs to. Where nobody says it, the artifact is called as the source.
 *
 * @param namespace for artifacts that are named without one
 * @throws {UsageError | ReferenceError_} when a name cannot be used, or `map` names no build of the manifest
 */
export function artifactsOf(
  entries: readonly Entry[],
  { artifact, map = {} }: Naming,
  namespace: string | undefined,
): Map<Entry, string> {
  const known = new Set(entries.flatMap((entry) => [entry.name, buildOf(entry)]));
  const stranger = Object.keys(map).find((name) => !known.has(name));
  if (stranger !== undefined) {
    const there = [...new Set(entries.map(buildOf))].join(", ");
    throw new UsageError(`--map ${stranger}: no build of the manifest is called that; there are ${there}`);
  }
  return new Map(
    entries.map((entry) => {
      const given = map[buildOf(entry)] ?? map[entry.name] ?? artifact;
      if (given === undefined && (!isName(entry.name) || namespace === undefined)) {
        const otherwise = isName(entry.name)
          ? "with --namespace an artifact is called as its source"
          : "an artifact cannot be called as this source: names have 1 to 63 of a-z, 0-9, '.', '_', '-'";
        throw new UsageError(
          `which artifact is ${buildOf(entry)}? Say it with --artifact <namespace/artifact> for all builds, or with --map '${entry.name}=<namespace/artifact>'; ${otherwise}`,
        );
      }
      return [entry, parseReference(given ?? entry.name, namespace).toString()];
    }),
  );
}
