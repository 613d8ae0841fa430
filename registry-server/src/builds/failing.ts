import { type ArtifactName, lockExisting, pathOf } from "../artifacts/service.ts";
import { readJson, writeJson } from "../database/json.ts";
import { recordEvent } from "../events/store.ts";
import type { Caller } from "../unit.ts";
import { findOpen, WaitingService } from "../versions/expiry.ts";
import { buildUnexpected, versionComplete } from "../versions/problems.ts";
import { updateVersion, type VersionSelector } from "../versions/store.ts";
import type { BuildFailure, FailedBuild } from "./schema.ts";
import { loadBuilds } from "./store.ts";

/** Records builds that were expected and have failed. */
export class FailingService extends WaitingService {
  /**
   * Records a failure; the last one of a build is kept, and the same once more is nothing new.
   *
   * @throws Problem `artifact_not_found`, `version_not_found`, `version_complete`, `build_unexpected`
   */
  async fail(
    name: ArtifactName & { version: VersionSelector; build: string },
    { error, failed_at }: BuildFailure,
    caller: Caller,
  ): Promise<FailedBuild> {
    return this.write(caller, async (unit) => {
      const { tx } = unit;
      const artifact = await lockExisting(unit, pathOf(name));
      const version = await findOpen(unit, artifact, name.version, this.incompleteTtlMs);
      if (version.state === "complete") {
        const builds = await loadBuilds(tx, version.id);
        throw versionComplete(artifact.path, version, builds, "a build of it can no longer fail");
      }
      const expected = readJson(version.expected_builds);
      if (!expected.includes(name.build)) throw buildUnexpected(artifact.path, name.build, expected);
      const failures = readJson(version.failed_builds);
      const known = failures.find((failure) => failure.name === name.build);
      if (known?.error === error && (failed_at === undefined || failed_at === known.failed_at)) return known;
      const failure = { name: name.build, error, failed_at: failed_at ?? unit.now };
      const others = failures.filter((one) => one !== known);
      const columns = { failed_builds: writeJson([...others, failure]), active_at: unit.now };
      const changed = await updateVersion(tx, version.id, columns, unit.now);
      await recordEvent(unit, {
        action: "build.failed",
        artifact: artifact.path,
        version: changed,
        detail: { after: { build: name.build, error, failed_at: failure.failed_at } },
      });
      return failure;
    });
  }
}
