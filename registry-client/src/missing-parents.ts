import type { CallOptions } from "./caller.ts";
import type { RegistryClient } from "./client.ts";
import { RegistryError } from "./problem.ts";
import type { VersionReference } from "./routes.ts";
import type { Parent, Version } from "./types.ts";

/**
 * Looks for the parents of builds that were published. One that is not there stands in the record all the same: it may
 * be published later, and then the two are linked.
 *
 * @returns the version, with a warning for each parent that the registry does not have
 */
export async function warnOfMissing(
  parents: Parent[],
  client: Pick<RegistryClient, "getVersion">,
  version: Version,
  options?: CallOptions,
): Promise<Version> {
  const byName = new Map(parents.map((parent) => [nameOf(parent), parent]));
  const found = [...byName].map(async ([name, { artifact, version, fingerprint }]) => {
    const reference: VersionReference = version ?? `fingerprint:${fingerprint}`;
    const isThere = await client.getVersion(artifact, reference, options).then(
      () => true,
      // What cannot be looked at now is no reason to warn.
      (error) => !(error instanceof RegistryError && error.kind === "refused" && error.status === 404),
    );
    return isThere ? [] : [{ code: "parent_missing", message: sentence(name) }];
  });
  return { ...version, warnings: [...version.warnings, ...(await Promise.all(found)).flat()] };
}

function nameOf({ artifact, version, fingerprint }: Parent): string {
  return `${artifact} ${version === undefined ? `with fingerprint ${fingerprint}` : `version ${version}`}`;
}

function sentence(name: string): string {
  return (
    `the parent ${name} is not in the registry; it is recorded, and linked once it is published. ` +
    "If it is a mistake, correct it, and publish anew under another fingerprint"
  );
}
