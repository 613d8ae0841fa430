import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Settings } from "@waybill/registry-client";
import {
  type BuildOutcome,
  RUN_DIRECTORY,
  readRun,
  type SignedBuild,
} from "@waybill/registry-client/run-directory";
import type { Output } from "../output.ts";
import { keyOf } from "./attribution.ts";
import { Child, type Ending } from "./child.ts";
import { makeRunDirectory } from "./directory.ts";
import { Run } from "./following.ts";
import { LogFiles, type LogReader } from "./log-files.ts";
import { ownLog } from "./own-log.ts";
import { isWhole, type Result, summarize, unfinished } from "./summary.ts";

const READ_EVERY_MS = 100;
/** A program of the plugin whose Packer is gone puts aside what it has, and needs at most 10 s for it. */
const PATIENCE_MS = 12_000;
/** For the rest of the logs, when whoever started Packer has ended it. */
const HURRY_MS = 5_000;

export type RunOptions = { command: string[]; settings: Settings; env: NodeJS.ProcessEnv; output: Output };

/** How it ended; whether all that was to be published is, with its log. */
export type Ran = { ending: Ending; isWhole: boolean };

/**
 * Runs Packer, or what starts it, on the terminal of this process, and sends what it prints of each build to the
 * registry while it runs. Whatever goes wrong with that, Packer runs as it would without us.
 *
 * @throws {UsageError} when it cannot be started
 */
export async function runPacker(options: RunOptions): Promise<Ran> {
  const { command, env, output } = options;
  const stopping = new AbortController();
  const directory = await makeRunDirectory().catch((error: Error) => {
    output.warning(`no log is sent: ${error.message}`);
    return undefined;
  });
  if (directory === undefined) {
    const child = new Child(command, env, () => undefined);
    return { ending: await child.ended.finally(() => child.release()), isWhole: false };
  }
  try {
    const path = join(directory, "packer.log");
    const run = new Run(directory, options.settings, env, stopping.signal);
    const own = ownLog(env);
    const logs = new LogFiles(path, () => both(run.follow(), own));
    let hasEnded = false;
    let isInterrupted = false;
    const child = new Child(command, { ...env, PACKER_LOG_PATH: path, [RUN_DIRECTORY]: directory }, () => {
      // Whoever interrupts when Packer has ended does not want to wait for the rest.
      if (hasEnded) stopping.abort();
      isInterrupted = true;
    });
    try {
      const read = guarded(() => logs.read().then(() => run.give()), output);
      const ending = await whileRunning(child, read);
      hasEnded = true;
      await guarded(() => logs.end().then(() => run.give()), output)();
      own?.end();
      if (isInterrupted || ending.signal !== null) setTimeout(() => stopping.abort(), HURRY_MS).unref();
      const results = await finish(run, directory, ending).catch((error: Error) => {
        output.warning(`what became of the builds is not known: ${error.message}`);
        return undefined;
      });
      if (results) summarize(results, ending, run.address, output);
      return { ending, isWhole: results?.every(isWhole) ?? false };
    } finally {
      child.release();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function whileRunning(child: Child, read: () => Promise<void>): Promise<Ending> {
  let ending: Ending | undefined;
  const ended = child.ended.then((how) => {
    ending = how;
  });
  while (!ending) {
    await Promise.race([ended, delay(READ_EVERY_MS, undefined, { ref: false })]);
    await read();
  }
  return ending;
}

async function finish(run: Run, directory: string, ending: Ending): Promise<Result[]> {
  const outcomes = await lastOutcomes(directory);
  const outcomeOf = (signed: SignedBuild) => outcomes.find((outcome) => isOf(outcome, signed));
  const followed = await run.end((signed) => outcomeOf(signed) !== undefined, unfinished(ending));
  return run.builds.map((signed) => ({
    signed,
    outcome: outcomeOf(signed),
    ...followed.find((one) => one.signed === signed || keyOf(one.signed) === keyOf(signed)),
  }));
}

/** What became of the builds; those of which a program of the plugin still takes care are waited for. */
async function lastOutcomes(directory: string): Promise<BuildOutcome[]> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const { outcomes } = await readRun(directory);
    const isOver = outcomes.every(({ state }) => state !== "publishing");
    if (isOver || performance.now() > deadline) return outcomes;
    await delay(READ_EVERY_MS);
  }
}

function isOf({ artifact, build, fingerprint }: BuildOutcome, signed: SignedBuild): boolean {
  const { values } = signed;
  return artifact === signed.artifact && build === signed.build && fingerprint === values.fingerprint;
}

function both(following: LogReader, own: LogReader | undefined): LogReader {
  return {
    feed(bytes) {
      following.feed(bytes);
      own?.feed(bytes);
    },
    end: () => following.end(),
  };
}

/** Does something for as long as it works. What it does matters less than the build. */
function guarded(work: () => Promise<void>, output: Output): () => Promise<void> {
  let isBroken = false;
  return async () => {
    if (isBroken) return;
    await work().catch((error: Error) => {
      isBroken = true;
      output.warning(`the log is not followed any more: ${error.message}`);
    });
  };
}
