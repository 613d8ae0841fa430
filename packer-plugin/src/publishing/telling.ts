import { type BuildOutcome, tellOutcome } from "@waybill/registry-client/run-directory";
import type { PublishEvent, RollCall } from "../messages.ts";

/** Gathers what becomes of one build from what is said of it, and tells `waybill run`, where that started Packer. */
export class Telling {
  readonly #which: { artifact: string; build: string; fingerprint: string };
  readonly #env: NodeJS.ProcessEnv;
  #outcome: BuildOutcome;

  constructor({ artifact, build, values: { fingerprint } }: RollCall, env: NodeJS.ProcessEnv) {
    this.#which = { artifact, build, fingerprint };
    this.#env = env;
    this.#outcome = { ...this.#which, state: "publishing" };
  }

  start(): Promise<void> {
    return tellOutcome(this.#env, this.#outcome);
  }

  see(event: PublishEvent): void {
    if (!("machine" in event)) return;
    const { type, data } = event.machine;
    const [artifact, second = "", third = ""] = data;
    const { build, fingerprint } = this.#which;
    if (artifact !== this.#which.artifact) return;
    if (type === "waybill-version" && third === fingerprint) {
      this.#outcome = { ...this.#which, state: "published", number: Number(second) };
    }
    if (second !== build) return;
    if (type === "waybill-build" && third === fingerprint) {
      this.#outcome = { ...this.#which, state: "published", number: null };
    }
    if (type === "waybill-failed") this.#outcome = { ...this.#which, state: "failed", reason: third };
    if (type === "waybill-spooled" && this.#outcome.state === "failed") {
      this.#outcome = { ...this.#which, state: "spooled", path: third, reason: this.#outcome.reason };
    }
  }

  /** @param failure why the build was neither published nor put into the spool */
  end(failure: string | undefined): Promise<void> {
    if (failure !== undefined) this.#outcome = { ...this.#which, state: "failed", reason: failure };
    return tellOutcome(this.#env, this.#outcome);
  }
}
