import type { Assignment, Channel, ChannelRules } from "@waybill/registry-client";
import type { Output } from "./output.ts";

export function printChannels(channels: Channel[], artifact: string, output: Output): void {
  const rows = channels.map(({ name, version, assigned_at, assigned_by, reason }) => {
    const revoked = version?.revocation?.revoked ? "revoked" : "";
    return [name, version?.number, version?.semver, revoked, assigned_at, assigned_by, reason];
  });
  if (channels.every(({ managed }) => managed)) {
    output.note(`no channels yet; create one with: waybill channels create ${artifact} production`);
  }
  if (rows.length > 0) {
    output.table(["CHANNEL", "VERSION", "SEMVER", "REVOKED", "ASSIGNED", "BY", "REASON"], rows);
  }
}

export function printChannel(channel: Channel, output: Output): void {
  output.result(channel, () => {
    const { artifact, name, version, description, assigned_at, assigned_by, reason } = channel;
    output.facts({
      ...{ artifact, channel: name, version: version?.number, semver: version?.semver },
      ...{ fingerprint: version?.fingerprint, description, requires: rulesText(channel.rules) },
      ...{ assigned_at, assigned_by, reason, revoked: version?.revocation?.reason },
    });
    if (!version) output.note(`${name} points nowhere yet, so reading it is an error`);
  });
}

export function printHistory(assignments: Assignment[], output: Output): void {
  if (assignments.length === 0) output.note("nothing was ever assigned");
  const rows = assignments.map(
    ({ number, semver, kind, assigned_at, assigned_by, reason, source_channel }) => {
      const how = source_channel ? `${kind} from ${source_channel}` : kind;
      return [number ?? "nothing", semver, how, assigned_at, assigned_by, reason];
    },
  );
  if (rows.length > 0) output.table(["VERSION", "SEMVER", "HOW", "AT", "BY", "REASON"], rows);
}

/** What a channel requires of versions, on one line. */
function rulesText({ types, regions, after, scope }: ChannelRules): string {
  return [
    types && types.length > 0 && `types ${types.join(", ")}`,
    regions && regions.length > 0 && `regions ${regions.join(", ")}`,
    after && `assigned to ${after} before`,
    scope && `the scope ${scope}`,
  ]
    .filter(Boolean)
    .join("; ");
}
