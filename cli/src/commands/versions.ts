import type { Version, VersionState, VersionSummary } from "@waybill/registry-client";
import { type Command, Option } from "commander";
import {
  ARTIFACT,
  confirmed,
  DIGITS_ONLY,
  positiveInteger,
  VERSION,
  versionReference,
} from "../arguments.ts";
import { withClient } from "../connect.ts";
import { failureOf, UsageError } from "../failures.ts";
import { type Output, pairsText } from "../output.ts";
import { DEFAULT_LIMIT, upTo } from "../pages.ts";
import { stateText } from "../revocation-output.ts";

const STATES = ["incomplete", "complete", "abandoned", "expired"] satisfies VersionState[];
const EXAMPLES = `
Examples:
  waybill versions list hashicorp/web --state incomplete
  waybill versions show hashicorp/web 7
  waybill versions state hashicorp/web "$GIT_SHA"
  waybill versions complete hashicorp/web 4f2a9c1 --reason "no region eu-west-1 today"
  waybill versions abandon hashicorp/web 4f2a9c1
  waybill versions delete hashicorp/web 7 --yes
`;

const STATE_HELP = `
It ends with 0 whatever the word is, and with 3 or 4 when the registry cannot say, so that a script which stops at errors
(set -e) never builds because of an outage:

  state=$(waybill versions state hashicorp/web "$GIT_SHA")
  if [ "$state" != complete ]; then packer build .; fi
`;

export function define(command: Command, output: Output): void {
  command.addHelpText("after", EXAMPLES);

  command
    .command("list")
    .description("List versions, newest first: the complete and the incomplete ones.")
    .argument(...ARTIFACT)
    .addOption(new Option("--state <state>", "only those in this state").choices(STATES))
    .option("--limit <count>", "how many at most", positiveInteger, DEFAULT_LIMIT)
    .action(async (artifact: string, { state, limit }, list: Command) => {
      await withClient(list, output, async (client) => {
        const items = await upTo(limit, output, (page) => client.listVersions(artifact, { state, ...page }));
        output.result(items, () => printList(items, artifact, state, output));
      });
    })
    .addHelpText("after", EXAMPLES);

  command
    .command("show")
    .description("Show one version with its builds.")
    .argument(...ARTIFACT)
    .argument(...VERSION)
    .action(async (artifact: string, version: string, _options, show: Command) => {
      const reference = versionReference(version);
      printVersion(
        await withClient(show, output, (client) => client.getVersion(artifact, reference)),
        output,
      );
    })
    .addHelpText("after", `${DIGITS_ONLY}${EXAMPLES}`);

  command
    .command("state")
    .description("Print one word: complete, incomplete or none.")
    .argument(...ARTIFACT)
    .argument(...VERSION)
    .action(async (artifact: string, version: string, _options, state: Command) => {
      await withClient(state, output, async (client) => {
        const found = await client.getVersion(artifact, versionReference(version)).catch(unlessThereIsNone);
        const word = stateWord(found?.state);
        const { number = null, missing_builds = [] } = found ?? {};
        output.result({ state: word, number, missing_builds }, () => output.line(word));
      });
    })
    .addHelpText("after", `${STATE_HELP}${DIGITS_ONLY}${EXAMPLES}`);

  command
    .command("complete")
    .description("Complete a version by hand; builds that were expected and did not come are dropped.")
    .argument(...ARTIFACT)
    .argument(...VERSION)
    .requiredOption("--reason <text>", "why it is complete as it is")
    .action(async (artifact: string, version: string, { reason }, complete: Command) => {
      const reference = versionReference(version);
      const ask = withClient(complete, output, (client) =>
        client.completeVersion(artifact, reference, reason),
      );
      printVersion(await ask, output);
    })
    .addHelpText("after", EXAMPLES);

  command
    .command("abandon")
    .description("Give an incomplete version up; its fingerprint can be used again.")
    .argument(...ARTIFACT)
    .argument(...VERSION)
    .option("--reason <text>", "why")
    .action(async (artifact: string, version: string, { reason }, abandon: Command) => {
      const reference = versionReference(version);
      await withClient(abandon, output, async (client) => {
        // The registry has one call for both, and abandoning must not delete.
        const { state, number } = await client.getVersion(artifact, reference);
        if (state === "complete") {
          throw new UsageError(
            `version ${number} is complete; to delete it: waybill versions delete ${artifact} ${number}`,
          );
        }
        printVersion(await client.abandonVersion(artifact, reference, reason), output);
      });
    })
    .addHelpText("after", EXAMPLES);

  command
    .command("delete")
    .description("Delete a complete version; its number is not given again.")
    .argument(...ARTIFACT)
    .argument("<number>", "number of the version", positiveInteger)
    .option("--yes", "do it")
    .action(async (artifact: string, number: number, { yes }, remove: Command) => {
      confirmed(yes, `this deletes version ${number} of ${artifact}`);
      await withClient(remove, output, (client) => client.deleteVersion(artifact, number));
      output.result({ deleted: number }, () => output.line(`deleted version ${number} of ${artifact}`));
    })
    .addHelpText("after", EXAMPLES);
}

/** An abandoned or expired version has freed its fingerprint: it is as if it had never been. */
function stateWord(state: VersionState | undefined): "complete" | "incomplete" | "none" {
  return state === "complete" || state === "incomplete" ? state : "none";
}

function unlessThereIsNone(error: unknown): undefined {
  if (failureOf(error).means !== "none") throw error;
}

function printList(
  items: VersionSummary[],
  artifact: string,
  state: VersionState | undefined,
  output: Output,
): void {
  if (items.length === 0) {
    const hint = `publish one with: waybill publish ${artifact} --fingerprint ... --image ...`;
    output.note(state ? `no version is ${state}` : `no versions yet; ${hint}`);
    return;
  }
  const rows = items.map((item) => {
    const { number, semver, fingerprint, builds, missing_builds, failed_builds, completed_at } = item;
    const state = item.revocation?.revoked ? "revoked" : item.state;
    const failed = new Set(failed_builds.map(({ name }) => name));
    const waited = missing_builds.map((name) => (failed.has(name) ? `${name} failed` : name));
    const missing = waited.length > 0 ? ` (missing: ${waited.join(", ")})` : "";
    const names = `${builds.map(({ name }) => name).join(", ")}${missing}`;
    return [number, state, semver, fingerprint, completed_at, names.trim()];
  });
  output.table(["NUMBER", "STATE", "SEMVER", "FINGERPRINT", "COMPLETED", "BUILDS"], rows);
}

/** Prints a version, and notes what the registry warns about. */
export function printVersion(version: Version, output: Output): void {
  for (const { message } of version.warnings) output.warning(message);
  output.result(version, () => {
    const { artifact, number, state, semver, fingerprint, description, labels, created_at, completed_at } =
      version;
    output.facts({
      ...{ artifact, number, state, semver, fingerprint, description, labels: pairsText(labels) },
      ...{ created_at, completed_at, missing: version.missing_builds.join(", ") },
      failed: version.failed_builds.map(({ name, error }) => `${name}: ${error}`).join("; "),
      revocation: version.revocation && stateText(version.revocation),
      "revoked ancestors": ancestorsText(version),
    });
    const rows = version.builds.flatMap(({ name, artifact_type, images, files }) => [
      ...images.map((image) => [name, artifact_type, image.platform, image.region, image.external_id]),
      ...files.map((file) => [name, artifact_type, "file", "", file.path]),
    ]);
    if (rows.length > 0) output.table(["BUILD", "TYPE", "PLATFORM", "REGION", "EXTERNAL ID"], rows);
  });
}

function ancestorsText({ revoked_ancestors, revoked_ancestors_hidden }: Version): string {
  const names = revoked_ancestors.map(({ artifact, number }) => `${artifact} ${number}`);
  const hidden = revoked_ancestors_hidden > 0 ? [`${revoked_ancestors_hidden} that cannot be shown`] : [];
  return [...names, ...hidden].join(", ");
}
