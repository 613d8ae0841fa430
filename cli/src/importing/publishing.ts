import type { RegistryClient, Version } from "@waybill/registry-client";
import { failureOf } from "../failures.ts";
import { sendFiles } from "../local-files.ts";
import type { Output } from "../output.ts";
import type { Imported } from "./versions.ts";

/** Answers that are about one version alone; others would be the same for the next one. */
const OF_ONE_VERSION = new Set([400, 409, 413, 422]);

/** What became of one version. */
export type Done = {
  outcome: "published" | "there already" | "would be published" | "refused";
  artifact: string;
  number: number | null;
  fingerprint: string;
  builds: string[];
};

/**
 * Publishes versions one after the other, so that they are numbered in their order. What is complete already is left
 * alone, and what the registry refuses does not keep the others from being published.
 */
export async function publishAll(
  client: RegistryClient,
  versions: Imported[],
  dryRun: boolean,
  output: Output,
): Promise<Done[]> {
  const done: Done[] = [];
  const hadLatest = new Map<string, boolean>();
  for (const { artifact, fingerprint, builds, locals } of versions) {
    const names = builds.map(({ name }) => name);
    const tell = (outcome: Done["outcome"], number: number | null) =>
      done.push({ outcome, artifact, number, fingerprint, builds: names });
    const found = await client.getVersion(artifact, `fingerprint:${fingerprint}`).catch(unlessThereIsNone);
    if (!hadLatest.has(artifact)) hadLatest.set(artifact, await hasVersions(client, artifact));
    if (found?.state === "complete") tell("there already", found.number);
    else if (dryRun) tell("would be published", null);
    else {
      // Without times nobody knows which is newer: what is there already stays the latest.
      const isDated = builds.every(({ ended_at }) => ended_at !== undefined);
      const latest = isDated || !hadLatest.get(artifact) ? "if_newer" : false;
      try {
        await sendFiles(client, artifact, locals, output);
        const { version } = await client.publish(artifact, { fingerprint, latest, builds });
        tell("published", version.number);
        remark(version, output);
      } catch (error) {
        const { problem, message } = failureOf(error);
        if (!OF_ONE_VERSION.has(problem?.status ?? 0)) throw error;
        output.warning(`${fingerprint} of ${artifact} is refused: ${message}`);
        tell("refused", null);
      }
    }
  }
  return done;
}

async function hasVersions(client: RegistryClient, artifact: string): Promise<boolean> {
  return (await client.getArtifact(artifact).catch(unlessThereIsNone))?.latest != null;
}

function unlessThereIsNone(error: unknown): undefined {
  if (failureOf(error).means !== "none") throw error;
}

function remark({ artifact, fingerprint, warnings }: Version, output: Output): void {
  for (const { message } of warnings) output.warning(`${fingerprint} of ${artifact}: ${message}`);
}
