import {
  type BuildReport,
  type Image,
  type Publication,
  type Published,
  RegistryError,
  type SpoolRecord,
} from "@waybill/registry-client";
import type { PublishEvent, RollCall } from "../messages.ts";

const MOST_SHOWN = 20;

/** Everything a person or a script sees of a publication, in Packer's output. */
export class Output {
  readonly #emit: (event: PublishEvent) => void;

  constructor(emit: (event: PublishEvent) => void) {
    this.#emit = emit;
  }

  /** Shown while somebody may wonder what takes so long. */
  readonly progress = (message: string): void => {
    this.#say(message);
  };

  readonly warn = (sentence: string): void => {
    this.#emit({ error: `warning: ${sentence}` });
  };

  published({ build: { name } }: Publication, published: Published, address: string): void {
    const { artifact, number, fingerprint, expected_builds, missing_builds } = published.version;
    const there = expected_builds.length - missing_builds.length;
    const verb = published.again ? "already has" : "reported";
    this.#say(`${artifact}: ${verb} build ${name} (${there} of ${expected_builds.length})`);
    this.#machine("waybill-build", artifact, name, fingerprint);
    if (number === null) {
      this.#remarks(published);
      this.#say(`${artifact}: this version still waits for ${missing_builds.join(", ")}`);
      return;
    }
    const latest = published.version.latest === false ? "" : " (latest)";
    this.#say(`${artifact}: version ${number} is complete${latest}`);
    this.#remarks(published);
    this.#say(`Read it at ${address}v1/artifacts/${artifact}/versions/${number}`);
    this.#machine("waybill-version", artifact, String(number), fingerprint);
  }

  sentLate({ artifact, build }: SpoolRecord, published: Published): void {
    const { number, fingerprint } = published.version;
    const which = number === null ? "an open version" : `version ${number}`;
    this.#say(`${artifact}: sent build ${build.name} from the spool, to ${which}`);
    this.#machine("waybill-build", artifact, build.name, fingerprint);
    this.#remarks(published);
  }

  spooled({ artifact, build, uploads = [], documents = [], reason }: SpoolRecord, path: string): void {
    const files = [...uploads, ...documents].map(({ source }) => source);
    const where =
      files.length === 0 ? "" : `Files that are uploaded then must stay where they are: ${some(files)}.\n`;
    this.#emit({
      error:
        `NOT PUBLISHED YET: ${reason.replace(/\.+$/, "")}.\n` +
        `What build ${build.name} of ${artifact} made is kept, and the record waits in ${path}.\n${where}` +
        `To publish it later, type: waybill spool send`,
    });
    this.#machine("waybill-spooled", artifact, build.name, path);
  }

  failed({ artifact, build }: RollCall, reason: string): void {
    this.#machine("waybill-failed", artifact, build, reason);
  }

  /** What the registry says, what it has and what was made now, so that a person can compare. */
  refusal(failure: Error, { images = [], files = [] }: BuildReport): string {
    const lines = [failure.message];
    const problem = failure instanceof RegistryError ? failure.problem : undefined;
    const recorded = Array.isArray(problem?.images) ? (problem.images as Image[]) : [];
    if (recorded.length > 0) lines.push(`The registry has: ${recorded.map(shortly).join(", ")}`);
    const made = [...images.map(shortly), ...(images.length > 0 ? [] : files.map(({ path }) => path))];
    lines.push(`This build made: ${some(made)}`);
    return lines.join("\n");
  }

  /** Such as: it did not become latest, because a version that is newer has been published meanwhile. */
  #remarks({ version: { artifact, number, warnings }, assigned, unattached }: Published): void {
    for (const { message } of warnings) this.warn(message);
    for (const { document, refusal } of unattached) {
      this.warn(`document ${document} of ${artifact} was not attached: ${refusal}`);
    }
    for (const { channel, refusal } of assigned) {
      if (refusal !== undefined) {
        this.warn(`channel ${channel} of ${artifact} was not assigned: ${refusal}`);
        this.#machine("waybill-channel-refused", artifact, channel, refusal);
      } else {
        this.#say(`${artifact}: channel ${channel} is at version ${number}`);
        this.#machine("waybill-channel", artifact, channel, String(number));
      }
    }
  }

  #say(text: string): void {
    this.#emit({ say: text });
  }

  #machine(type: string, ...data: string[]): void {
    this.#emit({ machine: { type, data } });
  }
}

function some(names: string[]): string {
  return `${names.slice(0, MOST_SHOWN).join(", ")}${names.length > MOST_SHOWN ? " ..." : ""}`;
}

function shortly({ platform, region, external_id }: Image): string {
  return [platform, region, external_id].filter(Boolean).join(" ");
}
