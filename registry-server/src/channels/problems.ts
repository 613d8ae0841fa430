import { Problem } from "../http/problem.ts";
import type { Channel } from "./schema.ts";

/** The channel that the server keeps. */
export const latest = "latest";

/** @param available the other channels of the artifact */
export function channelNotFound(path: string, name: string, available: string[]): Problem {
  const all = [latest, ...available];
  const detail = `There is no channel "${name}" in "${path}". It has ${all.join(", ")}.`;
  return new Problem("channel_not_found", detail, { available: all });
}

export function channelEmpty(path: string, name: string): Problem {
  const why =
    name === latest ? "it has no complete version yet" : "assign a version to it, or promote one to it";
  return new Problem("channel_empty", `"${name}" of "${path}" points nowhere: ${why}.`);
}

export function channelManaged(path: string): Problem {
  const detail = `"latest" of "${path}" is kept by the server: it is the newest complete version that was not published with latest = false. Use a channel of another name.`;
  return new Problem("channel_managed", detail);
}

/** @param channel as it is now, so that the client can decide anew */
export function preconditionFailed(path: string, name: string, channel: Channel | null): Problem {
  const now = channel?.version ? `points at version ${channel.version.number}` : "points nowhere";
  const state = channel ? `${now} (revision ${channel.revision})` : "does not exist";
  const detail = `"${name}" of "${path}" has changed since you read it: it ${state}. Look at it and send its ETag as If-Match.`;
  return new Problem("precondition_failed", detail, { channel });
}

export function preconditionRequired(path: string, name: string, channel: Channel): Problem {
  const at = channel.version ? `at version ${channel.version.number}` : "nowhere";
  const detail = `"${name}" of "${path}" points ${at}. To move it send its ETag as If-Match ("${channel.revision}"), so that you cannot overwrite unseen what somebody else did; or If-Match: *.`;
  return new Problem("precondition_required", detail, { channel });
}

export function versionRevoked(path: string, number: number | null, reason: string): Problem {
  const detail = `Version ${number} of "${path}" is revoked (${reason}), so no channel can be made to point at it. Take the revocation back first, or choose another.`;
  return new Problem("version_revoked", detail, { number, reason });
}

/** @param what why the version is refused, after "because" */
export function channelRule(
  path: string,
  name: string,
  rule: string,
  what: string,
  extras: Record<string, unknown> = {},
): Problem {
  const detail = `The rule "${rule}" of the channel "${name}" of "${path}" does not allow this: ${what}.`;
  return new Problem("channel_rule", detail, { rule, channel: name, ...extras });
}

/** @param asked the version that was asked for and never was on the channel */
export function nothingToRollBack(
  path: string,
  name: string,
  skipped: { number: number; reason: string }[],
  asked?: number | null,
): Problem {
  if (asked !== undefined) {
    const detail = `Version ${asked} was never on "${name}" of "${path}", so the channel cannot go back to it. Assign it instead.`;
    return new Problem("nothing_to_roll_back", detail, { skipped });
  }
  const passed = skipped.map(({ number, reason }) => `${number} (${reason})`).join(", ");
  const detail = `"${name}" of "${path}" has no earlier version to go back to${passed && `; passed over: ${passed}`}. Assign another version.`;
  return new Problem("nothing_to_roll_back", detail, { skipped });
}
