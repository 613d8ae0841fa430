import { ON_REVOKED, type ResolveQuery, resolveQuery } from "@waybill/registry-client";
import { type Command, Option } from "commander";
import { pair, positiveInteger } from "./arguments.ts";
import { UsageError } from "./failures.ts";

/** Adds the options that say which version, and which of its builds. */
export function addSelection(command: Command): Command {
  return command
    .option("--channel <channel>", "what the channel points to (default: latest)")
    .addOption(new Option("--version <number>", "the version with this number").argParser(positiveInteger))
    .option("--constraint <text>", 'the highest semantic version that fits, such as "~> 1.4"')
    .option("--fingerprint <text>", "the version published under this fingerprint")
    .option("--type <type>", "only builds of this artifact type, such as amazon.ami")
    .option("--build <name>", "only what this build made")
    .option("--label <key=value>", "only what has this label; may be given again", pair)
    .addOption(
      new Option(
        "--on-revoked <what>",
        "when the version is revoked: end with 4 (error, the default), warn, or take the previous one",
      ).choices(ON_REVOKED),
    );
}

type Selection = Omit<ResolveQuery, "artifact" | "labels" | "on_revoked"> & {
  label?: Record<string, string>;
  onRevoked?: ResolveQuery["on_revoked"];
};

/** What the options of {@link addSelection}, and those of the command that are filters too, ask the registry for. */
export function queryOf(artifact: string, { label: labels, onRevoked, ...rest }: Selection): ResolveQuery {
  const selectors = ["channel", "version", "constraint", "fingerprint"].filter((name) => name in rest);
  if (selectors.length > 1) {
    throw new UsageError(`--${selectors.join(" and --")} cannot be given together; choose one`);
  }
  return resolveQuery({ artifact, ...rest, labels, on_revoked: onRevoked }, process.env);
}
