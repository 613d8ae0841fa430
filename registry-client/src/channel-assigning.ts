/** Channels of a version that was just published. Loaded only by whoever assigns some. */
import type { CallOptions } from "./caller.ts";
import type { Channels } from "./channels.ts";
import { RegistryError, refusalOf } from "./problem.ts";
import type { VersionReference } from "./routes.ts";
import type { Channel, Version } from "./types.ts";

/** A channel that now points to the version, or why it does not. */
export type Assigned = { channel: string; refusal?: string };

type Assigner = {
  channels: Pick<Channels, "get" | "put" | "history">;
  getVersion(artifact: string, version: VersionReference, options?: CallOptions): Promise<Version>;
};

/** What an answer says when somebody else moved the channel between reading and assigning. */
const MOVED_MEANWHILE = new Set(["precondition_failed", "precondition_required"]);
const MOST_ATTEMPTS = 5;
/** Kept in the channel's history. */
const REASON = "assigned when it was published";

/**
 * Points channels at a complete version, in the order given, so that one may come after another by its rules. A channel
 * never goes back by this: one stays at a version that was built later, which may have been published before what waited
 * in a spool, and one that left this version before does not return to it because somebody publishes the same again.
 *
 * @param again whether the version was complete before this publication
 * @returns one entry for each channel; what its rules, or those of the token, do not allow is a `refusal`
 * @throws {RegistryError} when the registry cannot be asked
 */
export async function assignChannels(
  client: Assigner,
  version: Version,
  channels: readonly string[],
  again: boolean,
  options?: CallOptions,
): Promise<Assigned[]> {
  const assigned: Assigned[] = [];
  for (const channel of channels) {
    const refusal = await assign(client, version, channel, again, options).catch(refusalOf);
    assigned.push({ channel, ...(refusal !== undefined && { refusal }) });
  }
  return assigned;
}

/** @returns why it stays where it is */
async function assign(
  client: Assigner,
  version: Version,
  channel: string,
  again: boolean,
  options?: CallOptions,
): Promise<string | undefined> {
  const { artifact, number } = version;
  for (let attempt = 1; ; attempt++) {
    const present = await client.channels.get(artifact, channel, options).catch(unlessMissing);
    const at = present?.version?.number;
    if (at === number) return undefined;
    if (at !== undefined && builtAt(await client.getVersion(artifact, at, options)) > builtAt(version)) {
      return `it stays at version ${at}, which was built later`;
    }
    if (present && again && (await wasAt(client, version, channel, options))) {
      return `version ${number} was there before, and it has been moved since; it stays at ${at ?? "nothing"}`;
    }
    try {
      const change = { version: number, reason: REASON };
      await client.channels.put(artifact, channel, change, { ...options, ifUnchanged: present });
      return undefined;
    } catch (error) {
      const isRace = error instanceof RegistryError && MOVED_MEANWHILE.has(error.code);
      if (!isRace || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

/** Newest first, so that one page has what happened since a version was published that is published again. */
async function wasAt(
  client: Assigner,
  { artifact, number }: Version,
  channel: string,
  options?: CallOptions,
) {
  const { items } = await client.channels.history(artifact, channel, {}, options);
  return items.some((assignment) => assignment.number === number);
}

/** When the last build of a version ended, as the registry sees it when it decides on `latest`. */
function builtAt({ builds }: Version): number {
  return Math.max(...builds.map(({ ended_at, reported_at }) => Date.parse(ended_at ?? reported_at)));
}

function unlessMissing(error: unknown): Channel | undefined {
  if (error instanceof RegistryError && error.code === "channel_not_found") return undefined;
  throw error;
}
