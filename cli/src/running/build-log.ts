import { type BuildFailure, spoolDirectory } from "@waybill/registry-client";
import type { SignedBuild } from "@waybill/registry-client/run-directory";
import { type LogClient, writeSpooledLog } from "@waybill/registry-client/spool-logs";
import { isAtFault } from "@waybill/registry-client/spool-send";
import { LogSender } from "../log-sender.ts";

/** What became of a log. */
export type LogOutcome =
  | { state: "sent" }
  /** The version was complete before, with the log of those who completed it. */
  | { state: "kept" }
  | { state: "spooled"; path: string; reason: string }
  | { state: "lost"; reason: string };

/** The version has a log of this build already. */
class LogKept extends Error {}

const LONGEST_ERROR = 4096;

/** Sends the log of one build while it is built. The version is opened for that before the first build is reported. */
export class BuildLog {
  readonly #build: SignedBuild;
  readonly #expected: string[];
  readonly #client: LogClient;
  readonly #signal: AbortSignal;
  readonly #sender: LogSender;
  #hasBegun = false;

  /** @param expected all builds of the version in this run */
  constructor(build: SignedBuild, expected: string[], client: LogClient, signal: AbortSignal) {
    this.#build = build;
    this.#expected = expected;
    this.#client = client;
    this.#signal = signal;
    const send = (piece: Parameters<LogClient["logs"]["append"]>[3]) => this.#send(piece);
    this.#sender = new LogSender({ offset: 0, ends: true, send });
  }

  /** @param lines a character for each byte */
  print(lines: string): void {
    this.#sender.push(Buffer.from(lines, "latin1"));
  }

  /**
   * Nothing more comes. What cannot be sent now waits in the spool.
   *
   * @param failure what was wrong with the build
   */
  async end(failure: BuildFailure | undefined, env: NodeJS.ProcessEnv): Promise<LogOutcome> {
    const { artifact, build, values } = this.#build;
    const failed = failure && { ...failure, error: failure.error.slice(0, LONGEST_ERROR) };
    try {
      await this.#sender.end();
      if (failed) {
        await this.#client.failBuild(artifact, values.fingerprint, build, failed, { signal: this.#signal });
      }
      return { state: "sent" };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (error instanceof LogKept) return { state: "kept" };
      return isAtFault(error) ? { state: "lost", reason } : this.#spool(failed, reason, env);
    }
  }

  async #spool(
    failure: BuildFailure | undefined,
    reason: string,
    env: NodeJS.ProcessEnv,
  ): Promise<LogOutcome> {
    const { artifact, build } = this.#build;
    const { offset, bytes } = this.#sender.rest;
    const record = {
      format: 1 as const,
      address: this.#client.address,
      artifact,
      open: this.#open,
      build,
      offset,
      ...(failure && { failure }),
      created_at: new Date().toISOString(),
      reason,
    };
    const directory = spoolDirectory(env);
    try {
      return { state: "spooled", path: await writeSpooledLog(directory, record, bytes), reason };
    } catch (error) {
      const why = `${reason}; and it could not be put into the spool ${directory}: ${(error as Error).message}`;
      return { state: "lost", reason: why };
    }
  }

  get #open() {
    return { fingerprint: this.#build.values.fingerprint, expected_builds: this.#expected };
  }

  async #send(piece: Parameters<LogClient["logs"]["append"]>[3]) {
    const { artifact, build, values } = this.#build;
    const version = `fingerprint:${values.fingerprint}` as const;
    const options = { signal: this.#signal };
    if (!this.#hasBegun) {
      const opened = await this.#client.publish(artifact, this.#open, options);
      const logs = await this.#client.logs.list(artifact, version, options);
      if (logs.some((log) => log.build === build)) {
        if (opened.version.state === "complete") throw new LogKept();
        // Of an earlier attempt, which this one replaces as its report does.
        await this.#client.logs.delete(artifact, version, build, options);
      }
      this.#hasBegun = true;
    }
    return this.#client.logs.append(artifact, version, build, piece, options);
  }
}
