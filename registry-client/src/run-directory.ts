import { createHash } from "node:crypto";
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Names the directory in which `waybill run` and the Packer plugin tell each other of one run. Whoever starts Packer
 * sets it, and everything below Packer inherits it. Nothing depends on it: a build is published without it too.
 */
export const RUN_DIRECTORY = "WAYBILL_RUN_DIR";

/** A build that a post-processor is going to publish, as its process said when it was configured (shim/rollcall). */
export type SignedBuild = {
  artifact: string;
  build: string;
  values: { fingerprint: string };
  /** `amazon-ebs` and `web`: the source, which need not be what the build is called. */
  builder_type: string;
  source_name: string;
  /** The registry, where the template names it. */
  address?: string;
};

/** What became of publishing a build; `publishing` until that is over. */
export type BuildOutcome = {
  artifact: string;
  build: string;
  fingerprint: string;
} & (
  | { state: "publishing" }
  | { state: "published"; number: number | null }
  | { state: "spooled"; path: string; reason: string }
  | { state: "failed"; reason: string }
);

/** Tells `waybill run`, where that started Packer, what became of a build. It never fails: the build matters more. */
export async function tellOutcome(env: NodeJS.ProcessEnv, outcome: BuildOutcome): Promise<void> {
  const directory = env[RUN_DIRECTORY];
  if (!directory) return;
  const key = JSON.stringify([outcome.artifact, outcome.build, outcome.fingerprint]);
  const path = join(directory, `outcome-${createHash("sha256").update(key).digest("hex").slice(0, 32)}.json`);
  try {
    await writeFile(`${path}.tmp`, JSON.stringify(outcome), { mode: 0o600 });
    await rename(`${path}.tmp`, path);
  } catch (error) {
    console.error(`waybill run cannot be told what became of ${outcome.build}: ${error}`);
  }
}

/** What the processes of the plugin have told so far. */
export async function readRun(
  directory: string,
): Promise<{ signed: SignedBuild[]; outcomes: BuildOutcome[] }> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".json")).sort();
  const read = async (kind: string) =>
    Promise.all(
      names
        .filter((name) => name.startsWith(kind))
        .map(async (name) => JSON.parse(await readFile(join(directory, name), "utf8"))),
    );
  return { signed: await read("build-"), outcomes: await read("outcome-") };
}
