import type { RevocationPreview, RevocationState, Revoked } from "@waybill/registry-client";
import type { Output } from "./output.ts";

/** What revoking would touch, one row for each. */
export function printPreview(preview: RevocationPreview, output: Output): void {
  const { channels, consumers, descendants, hidden_descendants, truncated } = preview;
  const rows = [
    ...channels.map(({ artifact, channel }) => ["channel", `${artifact} ${channel}`, "points at it"]),
    ...consumers.map(({ artifact, number, consumer, client, last_at, count }) => [
      "consumer",
      consumer,
      `resolved ${artifact} ${number} ${count === 1 ? "once" : `${count} times`} with ${client}, last at ${last_at}`,
    ]),
    ...descendants.map(({ artifact, number, depth, will_be_revoked }) => [
      "descendant",
      `${artifact} ${number}`,
      `${will_be_revoked ? "revoked too" : "marked only"}, depth ${depth}`,
    ]),
  ];
  output.result(preview, () => {
    if (rows.length > 0) output.table(["WHAT", "NAME", "DETAIL"], rows);
    if (rows.length + hidden_descendants === 0) {
      output.note("no channel points at it, nobody resolved it, nothing was built from it");
    }
  });
  if (hidden_descendants > 0)
    output.note(`${hidden_descendants} more descendants are where this token may not read`);
  if (truncated) output.note("there are more than are shown");
}

/** What revoking did. */
export function printRevoked(revoked: Revoked, output: Output): void {
  for (const { message } of revoked.warnings) output.warning(message);
  output.result(revoked, () => {
    const { artifact, number, descendants, channels } = revoked;
    output.line(`${artifact} ${number} ${stateText(revoked)}`);
    if (descendants > 0)
      output.line(
        `the same goes for ${descendants} ${descendants === 1 ? "version" : "versions"} built from it`,
      );
    for (const { artifact, channel, from, to, skipped } of channels) {
      for (const { number, reason } of skipped)
        output.note(`${channel} of ${artifact} skipped ${number}: ${reason}`);
      if (to === null)
        output.warning(`${channel} of ${artifact} stays at ${from}: there is nothing to go back to`);
      else output.line(`${channel} of ${artifact}: ${from} -> ${to}`);
    }
  });
}

/** `is revoked: reason`, with the ancestors that are why. */
export function stateText({
  revoked,
  revoked_at,
  reason,
  causes,
}: Pick<RevocationState, "revoked" | "revoked_at" | "reason" | "causes">): string {
  if (revoked_at === null) return "is not revoked";
  const ancestors = causes.filter(({ own }) => !own).map(({ artifact, number }) => `${artifact} ${number}`);
  const because = ancestors.length > 0 ? ` (because of ${ancestors.join(", ")})` : "";
  return `${revoked ? "is revoked" : `will be revoked at ${revoked_at}`}: ${reason}${because}`;
}
