import { chmod, copyFile, rename, rm, stat, symlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { makeDirectory } from "@waybill/registry-client/directory";
import { builtIn } from "./built.ts";
import { UsageError } from "./failures.ts";

const SYSTEMS: Partial<Record<NodeJS.Platform, string>> = { win32: "windows" };
const PROCESSORS: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64", ia32: "386" };

/** This machine as HashiCorp's tools name it: `linux_amd64`. */
export const target = `${SYSTEMS[process.platform] ?? process.platform}_${PROCESSORS[process.arch] ?? process.arch}`;

/** What executables end with here. */
export const suffix = process.platform === "win32" ? ".exe" : "";

/**
 * Finds the executable to install: the one given, or the one that `make build` left in dist/.
 *
 * @throws {UsageError} saying where it looked
 */
export async function findExecutable(given: string | undefined, name: string): Promise<string> {
  if (given === undefined && builtIn === undefined) {
    throw new UsageError(`name the executable with --from; releases have ${name} for each platform`);
  }
  const path = resolve(given ?? join(builtIn ?? "", `${name}${suffix}`));
  if (path.endsWith(".zip"))
    throw new UsageError(`--from ${given} is an archive; unpack it, and name what is in it`);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return path;
  if (given !== undefined) throw new UsageError(`--from ${given} is no file`);
  throw new UsageError(`there is no ${path}; build it with \`make build\`, or name it with --from`);
}

/** Puts an executable in its place in one step, so that nobody ever starts half of it; a running one stays whole. */
export async function place(from: string, to: string, how: "copy" | "link"): Promise<void> {
  await makeDirectory(dirname(to));
  await inOneStep(to, async (aside) => {
    if (how === "link") return symlink(from, aside);
    await copyFile(from, aside);
    await chmod(aside, 0o755);
  });
}

/** Lets `write` make a file beside its final place and then renames it. */
export async function inOneStep(to: string, write: (aside: string) => Promise<void>): Promise<void> {
  const aside = `${to}.${process.pid}.tmp`;
  try {
    await write(aside);
    await rename(aside, to);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}
