import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { RegistryClient, Resolved } from "@waybill/registry-client";
import { placeBelow, saveFile } from "@waybill/registry-client/file-download";
import { isFile } from "@waybill/registry-client/file-source";
import type { Command } from "commander";
import { ARTIFACT, repeated } from "../arguments.ts";
import { withClient } from "../connect.ts";
import { NoneError, UsageError } from "../failures.ts";
import type { Output } from "../output.ts";
import { addSelection, queryOf } from "../selection.ts";

const HELP = `
Files are written below the directory under the paths that their builds gave them, and only when their SHA-256 is the
one that the build reported; what an interrupted download has left is gone on with. A file that is there already with
another content is left alone, unless --force is given. Where several builds have a file of one path, --build says which.

Files that were recorded only are left out, with a warning.

Examples:
  waybill download hashicorp/box
  waybill download hashicorp/box --channel production --output images
  waybill download hashicorp/box --version 12 --file output/box.qcow2
`;

type Wanted = Resolved["files"][number];

export function define(command: Command, output: Output): void {
  addSelection(command.argument(...ARTIFACT))
    .option("--file <path>", "only this file; may be given again", repeated)
    .option("--output <directory>", "write below this directory", ".")
    .option("--force", "replace files that have another content")
    .addHelpText("after", HELP)
    .action(async (artifact: string, { file, output: directory, force, ...selection }) => {
      const query = queryOf(artifact, selection);
      await withClient(command, output, async (client) => {
        const resolved = await client.resolve(query);
        for (const { message } of resolved.warnings) output.warning(message);
        const saved: Awaited<ReturnType<typeof save>>[] = [];
        for (const wanted of choose(resolved, file, output)) {
          saved.push(await save(client, resolved, wanted, { directory, force: force === true, output }));
        }
        output.result(saved, () => {
          for (const { target } of saved) output.line(target);
        });
      });
    });
}

/** The files that are asked for and that the registry has. */
function choose({ number, files }: Resolved, paths: string[] | undefined, output: Output): Wanted[] {
  const lacking = paths?.filter((path) => !files.some((file) => file.path === path)) ?? [];
  if (lacking.length > 0) throw new NoneError(`version ${number} has no file ${lacking.join(", ")}`);
  const asked = files.filter((file) => paths?.includes(file.path) ?? true);
  for (const { path, stored } of asked) {
    if (!stored) output.warning(`${path} was recorded only; the registry does not have it`);
  }
  const chosen = asked.filter(({ stored }) => stored);
  if (chosen.length === 0) throw new NoneError(`version ${number} has no file that the registry could give`);
  const seen = new Set<string>();
  for (const { path } of chosen) {
    if (seen.has(path)) throw new UsageError(`several builds have a file ${path}; choose one with --build`);
    seen.add(path);
  }
  return chosen;
}

type Place = { directory: string; force: boolean; output: Output };

async function save(
  { files }: RegistryClient,
  { artifact, number: version }: Resolved,
  { build, path, size, sha256 }: Wanted,
  { directory, force, output }: Place,
) {
  const target = await placeBelow(directory, path).catch((error: Error) => {
    throw new UsageError(`--output ${directory} cannot be used: ${error.message}`);
  });
  const earlier = await isThere(target);
  if (earlier && !force && !(await isFile(target, { size, sha256 }))) {
    throw new UsageError(`${join(directory, path)} is there with another content; --force replaces it`);
  }
  const { wasThere } = await saveFile(files, { artifact, version, build, path, size, sha256 }, target);
  output.note(wasThere ? `${path} is there already` : `downloaded ${path} (${size} bytes)`);
  return { path, target, size, sha256, build, downloaded: !wasThere };
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
