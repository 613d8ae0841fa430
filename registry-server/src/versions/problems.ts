import type { Build } from "../builds/schema.ts";
import { Problem } from "../http/problem.ts";
import type { VersionRow, VersionSelector } from "./store.ts";

export function nameSelector({ number, fingerprint }: VersionSelector): string {
  return number === undefined ? `with the fingerprint "${fingerprint}"` : String(number);
}

/** @param ended the version that was asked for, when it is there but can no longer be changed */
export function versionNotFound(path: string, selector: VersionSelector, ended?: VersionRow): Problem {
  const name = nameSelector(selector);
  if (!ended) return new Problem("version_not_found", `There is no version ${name} of "${path}".`);
  const end =
    ended.state === "abandoned" ? "was abandoned" : "expired, because no build was reported for too long";
  const detail = `The version ${name} of "${path}" ${end}. Its fingerprint is free: open a version with it again.`;
  return new Problem("version_not_found", detail);
}

/** Somebody wants to change what a complete version says; the answer shows what is recorded. */
export function versionComplete(path: string, version: VersionRow, builds: Build[], what: string): Problem {
  const images = builds.flatMap((build) =>
    build.images.map(({ platform, region, external_id }) => ({
      build: build.name,
      platform,
      region,
      external_id,
    })),
  );
  const detail = `Version ${version.number} of "${path}" is complete and says otherwise: ${what}. Publish with another fingerprint to make a new version.`;
  return new Problem("version_complete", detail, { number: version.number, images });
}

export function versionDiffers(path: string, version: VersionRow, field: string): Problem {
  const name =
    version.number === null ? nameSelector(version as { fingerprint: string }) : String(version.number);
  const detail = `The version ${name} of "${path}" was opened with another ${field}. All who publish to one fingerprint must give the same, or leave it out.`;
  return new Problem("version_differs", detail, { field });
}

export function buildUnexpected(path: string, build: string, expected: string[]): Problem {
  const detail = `The build "${build}" is not one that the version of "${path}" expects (${expected.join(", ")}). Name it in expected_builds when the version is opened.`;
  return new Problem("build_unexpected", detail, { expected_builds: expected });
}

/** Deleting by fingerprint ends unfinished versions only. */
export function onlyAbandons(path: string, selector: VersionSelector, version: VersionRow): Problem {
  const detail = `The version ${nameSelector(selector)} of "${path}" is complete: it is version ${version.number}. By its fingerprint a version is only abandoned; delete a complete one by its number.`;
  return new Problem("version_complete", detail, { number: version.number });
}

export function versionInUse(path: string, version: VersionRow, channels: string[]): Problem {
  const detail = `Version ${version.number} of "${path}" cannot be deleted: ${channels.join(", ")} points at it. Move or delete the channel first.`;
  return new Problem("version_in_use", detail, { number: version.number, channels });
}

export function artifactInUse(path: string, channels: string[]): Problem {
  const detail = `"${path}" cannot be deleted: ${channels.join(", ")} points at a version of it. Empty the channel or delete it first.`;
  return new Problem("version_in_use", detail, { channels });
}
