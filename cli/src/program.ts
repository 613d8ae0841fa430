import { Command } from "commander";
import { UsageError } from "./failures.ts";
import type { Output } from "./output.ts";

type Definition = { define: (command: Command, output: Output) => void };

type Commands = Record<string, [summary: string, load: () => Promise<Definition>]>;

/** Every command, with the line that says what it does. A command's own file is loaded when it is asked for. */
const GROUPS: Record<string, Commands> = {
  "Publish and read": {
    publish: ["Publish a version, from options or from JSON.", () => import("./commands/publish.ts")],
    run: ["Run Packer, and send what it prints to the registry.", () => import("./commands/run.ts")],
    import: [
      "Take over what Packer's manifest post-processor recorded before.",
      () => import("./commands/import.ts"),
    ],
    spool: ["List and send what could not be published at the time.", () => import("./commands/spool.ts")],
    resolve: [
      "Print the image of a version, or anything else about it.",
      () => import("./commands/resolve.ts"),
    ],
    search: ["Find versions by words, image, commit, label and more.", () => import("./commands/search.ts")],
    download: ["Fetch the files of a version, and verify them.", () => import("./commands/download.ts")],
    upload: ["Send files before a build is reported that names them.", () => import("./commands/upload.ts")],
    documents: ["List, attach and read documents such as SBOMs.", () => import("./commands/documents.ts")],
    logs: ["Write, show and follow the logs of builds.", () => import("./commands/logs.ts")],
  },
  "Versions and where they are used": {
    artifacts: ["List, show, describe and delete artifacts.", () => import("./commands/artifacts.ts")],
    versions: ["List, show, complete, abandon and delete versions.", () => import("./commands/versions.ts")],
    channels: [
      "Create channels, move them (assign, promote, roll back) and see who did.",
      () => import("./commands/channels.ts"),
    ],
    revoke: ["Mark a version as not to be used any more.", () => import("./commands/revoke.ts")],
    unrevoke: ["Take a revocation back.", () => import("./commands/unrevoke.ts")],
    ancestry: [
      "Draw what a version was built from and into; list what to rebuild.",
      () => import("./commands/ancestry.ts"),
    ],
    diff: ["Compare two versions.", () => import("./commands/diff.ts")],
    consumers: ["List who resolved what, and when last.", () => import("./commands/consumers.ts")],
    retention: [
      "Say which versions are kept, and delete the others.",
      () => import("./commands/retention.ts"),
    ],
  },
  "Who may do what, and what was done": {
    tokens: ["Make, list, show and revoke tokens.", () => import("./commands/tokens.ts")],
    namespaces: ["List, show and set up namespaces.", () => import("./commands/namespaces.ts")],
    trust: ["Say which CI jobs get tokens without a secret.", () => import("./commands/trust.ts")],
    events: ["List, follow and export what happened and who did it.", () => import("./commands/events.ts")],
    webhooks: [
      "Have events sent to programs, to Slack or by e-mail.",
      () => import("./commands/webhooks.ts"),
    ],
  },
  "Run a registry": {
    serve: ["Run a registry server.", () => import("./commands/serve.ts")],
    health: ["Say whether the registry runs.", () => import("./commands/health.ts")],
    backup: ["Write the whole registry to one file, while it runs.", () => import("./commands/backup.ts")],
    restore: ["Make a registry of a backup.", () => import("./commands/restore.ts")],
    migrate: ["Copy a registry to another database.", () => import("./commands/migrate.ts")],
    check: ["Look whether a registry's data is whole.", () => import("./commands/check.ts")],
  },
  "This machine": {
    provider: ["Install the Terraform and OpenTofu provider.", () => import("./commands/provider.ts")],
    plugin: ["Install the Packer plugin.", () => import("./commands/plugin.ts")],
    doctor: [
      "Say what is wrong with the settings here, and what to do.",
      () => import("./commands/doctor.ts"),
    ],
    completion: [
      "Print what completes commands in bash, zsh or fish.",
      () => import("./commands/completion.ts"),
    ],
    version: ["Print the version of waybill.", () => import("./commands/version.ts")],
  },
};

const AFTER_HELP = `
Settings may also come from WAYBILL_ADDRESS, WAYBILL_TOKEN, WAYBILL_NAMESPACE, WAYBILL_CA_FILE, WAYBILL_TIMEOUT and
WAYBILL_CONSUMER; an option wins. A CI job may give WAYBILL_OIDC_TOKEN in place of a token. HTTPS_PROXY, HTTP_PROXY,
NO_PROXY and NO_COLOR are honoured.
Tables are aligned on a terminal and tab-separated, without heads, in a pipe.

Exit codes: 0 done, 1 there is none, 2 usage, 3 registry not reachable, 4 refused.
So \`waybill resolve web --fingerprint $SHA\` ends with 1 when, and only when, it was not built.

Examples:
  waybill serve --dev
  waybill publish hashicorp/web --fingerprint $GIT_SHA --type amazon.ami --image us-east-1=ami-1
  waybill resolve hashicorp/web --region us-east-1
`;

/** Makes the command line: shared options, and commands that fill themselves in once chosen. */
export function buildProgram(output: Output): Command {
  const program = new Command("waybill")
    .description("The registry between Packer and Terraform, from a shell.")
    .option("--address <url>", "where the registry is (default: http://127.0.0.1:8421)")
    .option("--token <token>", "token of the registry; WAYBILL_TOKEN keeps it out of the list of processes")
    .option("--namespace <name>", "namespace of artifacts that are named without one")
    .option("--ca-file <path>", "PEM certificates of the authority that signed the registry's")
    .option("--timeout <duration>", "give up after this long, such as 500ms, 30s or 2m (default: 30s)")
    .option("--consumer <name>", "who reads, for the registry's records (default: the CI job)")
    .option("--json", "print results, and failures, as JSON")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => undefined })
    .helpCommand(false)
    .exitOverride()
    .addHelpText("beforeAll", ({ command }) => refuseUnknown(command))
    .addHelpText("after", AFTER_HELP);
  for (const [group, commands] of Object.entries(GROUPS)) {
    program.commandsGroup(`${group}:`);
    for (const [name, [summary]] of Object.entries(commands)) program.command(name).description(summary);
  }
  program.hook("preSubcommand", (_program, chosen) => fillIn(chosen, output));
  return program;
}

/** Keeps `waybill foo --help` from showing the help of `waybill`, as if there were a command `foo`. */
function refuseUnknown(command: Command): string {
  const [word] = command.args;
  if (command.commands.length === 0 || word === undefined || word.startsWith("-")) return "";
  const names = [command.parent?.name(), command.name()].filter((name) => name !== undefined);
  throw new UsageError(`unknown command '${word}'; for those that there are: ${names.join(" ")} --help`);
}

/** Loads what one command of {@link buildProgram} is made of. */
export async function fillIn(command: Command, output: Output): Promise<void> {
  const commands: Commands = Object.assign({}, ...Object.values(GROUPS));
  const { define } = (await commands[command.name()]?.[1]()) ?? {};
  define?.(command, output);
}
