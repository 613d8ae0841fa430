import { RegistryClient, readSettings, type Settings } from "@waybill/registry-client";
import { readRun, type SignedBuild } from "@waybill/registry-client/run-directory";
import { version } from "../version.ts";
import { Attribution, keyOf } from "./attribution.ts";
import { BuildLog, type LogOutcome } from "./build-log.ts";
import type { LogReader } from "./log-files.ts";
import { UiLog } from "./ui-log.ts";

/** Of text that waits until it is clear whose it is; as much as a registry keeps of a log. */
const MOST_HELD = 64 * 1024 * 1024;

/** A build that was followed: what was wrong with it, unless it was built, and what became of its log. */
export type Followed = { signed: SignedBuild; error: string | undefined; log: LogOutcome };

type Text = { pieces: string[]; held: number; given: Map<BuildLog, number> };

/** Follows one Packer: sends what it prints of each build to where that build is published. */
export class Following implements LogReader {
  readonly #run: Run;
  readonly #attribution = new Attribution();
  readonly #texts = new Map<string, Text>();
  /** How builds ended: without an error, or with one. */
  readonly #endings = new Map<string, string | undefined>();
  readonly #ui: UiLog;
  /** Those of Packers that ran before. */
  readonly #others: Set<string>;
  #isOver = false;

  constructor(run: Run, others: Set<string>) {
    this.#run = run;
    this.#others = others;
    this.#ui = new UiLog({
      announced: (target) => this.#textOf(target),
      printed: (target, lines) => this.#hold(target, lines),
      finished: (target) => this.#endings.set(target, undefined),
      failed: (target, error) => this.#endings.set(target, error),
      claimed: (target, artifact, build) => {
        run.isStale = true;
        this.#attribution.claim(target, artifact, build);
      },
    });
  }

  feed(bytes: Buffer): void {
    this.#ui.feed(bytes.toString("latin1"));
  }

  end(): void {
    this.#ui.end();
    this.#isOver = true;
    this.#run.isStale = true;
  }

  /** Hands on what was printed, as far as it is clear whose it is. */
  give(): void {
    for (const signed of this.#run.builds) {
      const isElsewhere = this.#others.has(keyOf(signed)) && this.#attribution.claimOf(signed) === undefined;
      const target = isElsewhere ? undefined : this.#attribution.targetOf(signed, this.#isOver);
      const text = target === undefined ? undefined : this.#texts.get(target);
      if (!text) continue;
      const log = this.#run.logOf(signed, target ?? "", this);
      const from = text.given.get(log) ?? 0;
      if (from < text.pieces.length) log.print(text.pieces.slice(from).join(""));
      text.given.set(log, text.pieces.length);
    }
    if (this.#run.builds.every((signed) => this.#run.isFollowed(signed))) this.#forgetGiven();
  }

  /** @param otherwise what was wrong with a build that has not ended */
  errorOf(target: string, otherwise: string): string | undefined {
    return this.#endings.has(target) ? this.#endings.get(target) : otherwise;
  }

  #textOf(target: string): Text {
    let text = this.#texts.get(target);
    if (!text) {
      text = { pieces: [], held: 0, given: new Map() };
      this.#texts.set(target, text);
      this.#attribution.learn(target);
      this.#run.isStale = true;
    }
    return text;
  }

  #hold(target: string, lines: string): void {
    const text = this.#textOf(target);
    if (text.held > MOST_HELD) return;
    text.pieces.push(lines);
    text.held += lines.length;
  }

  #forgetGiven(): void {
    for (const text of this.#texts.values()) {
      Object.assign(text, { pieces: [], held: 0 });
      for (const log of text.given.keys()) text.given.set(log, 0);
    }
  }
}

/** All that is followed in one `waybill run`. */
export class Run {
  builds: SignedBuild[] = [];
  /** Where the registry is, unless a template names another. */
  readonly address: string;
  /** There may be builds that are not known yet. */
  isStale = true;
  readonly #directory: string;
  readonly #settings: Settings;
  readonly #env: NodeJS.ProcessEnv;
  readonly #signal: AbortSignal;
  readonly #followings: Following[] = [];
  readonly #logs = new Map<string, { signed: SignedBuild; log: BuildLog; target: string; by: Following }>();
  readonly #clients = new Map<string, RegistryClient>();

  constructor(directory: string, settings: Settings, env: NodeJS.ProcessEnv, signal: AbortSignal) {
    this.#directory = directory;
    this.address = settings.address.href;
    this.#settings = settings;
    this.#env = env;
    this.#signal = signal;
  }

  /** A Packer has begun to write a log. */
  readonly follow = (): Following => {
    const following = new Following(this, new Set(this.builds.map(keyOf)));
    this.#followings.push(following);
    return following;
  };

  /** Hands on what was read. */
  async give(): Promise<void> {
    if (this.isStale) this.builds = (await readRun(this.#directory)).signed;
    this.isStale = false;
    for (const following of this.#followings) following.give();
  }

  isFollowed(signed: SignedBuild): boolean {
    return this.#logs.has(keyOf(signed));
  }

  logOf(signed: SignedBuild, target: string, by: Following): BuildLog {
    const known = this.#logs.get(keyOf(signed));
    if (known) return known.log;
    const { artifact, values } = signed;
    const expected = this.builds
      .filter((one) => one.artifact === artifact && one.values.fingerprint === values.fingerprint)
      .map(({ build }) => build);
    const log = new BuildLog(signed, expected, this.#clientOf(signed), this.#signal);
    this.#logs.set(keyOf(signed), { signed, log, target, by });
    return log;
  }

  /**
   * Sends the last of everything, and records the builds that failed.
   *
   * @param isPublishing whether the post-processor of a build has come to it: then it was built
   * @param otherwise what was wrong with builds that have not ended
   */
  async end(isPublishing: (signed: SignedBuild) => boolean, otherwise: string): Promise<Followed[]> {
    const failed_at = new Date().toISOString();
    const ended = [...this.#logs.values()].map(async ({ signed, log, target, by }) => {
      const error = isPublishing(signed) ? undefined : by.errorOf(target, otherwise);
      return { signed, error, log: await log.end(error ? { error, failed_at } : undefined, this.#env) };
    });
    const followed = await Promise.all(ended);
    for (const client of this.#clients.values()) client.close();
    return followed;
  }

  /** A template may name another registry than the settings here; the token is that of the settings. */
  #clientOf({ address }: SignedBuild): RegistryClient {
    const settings = address
      ? { ...this.#settings, address: readSettings({ address }, {}).address }
      : this.#settings;
    const known = this.#clients.get(settings.address.href);
    if (known) return known;
    const client = new RegistryClient(settings, { userAgent: `waybill-cli/${version}` });
    this.#clients.set(settings.address.href, client);
    return client;
  }
}
