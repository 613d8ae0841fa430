import type { Revocation, RevocationPreview } from "@waybill/registry-client";
import type { Output } from "./output.ts";

/** What revoking would touch, one row for each. */
export function printPreview(preview: RevocationPreview, output: Output): void {
  output.result(preview, () => {
    const { channels, consumers, descendants, hidden_descendants } = preview;
    const rows = [
      ...channels.map(({ artifact, channel }) => ["channel", `${artifact} ${channel}`, "points at it"]),
      ...consumers.map(({ consumer, client, last_at, count }) => [
        "consumer",
        consumer,
        `resolved it ${count} times with ${client}, last at ${last_at}`,
      ]),
      ...descendants.map(({ artifact, number, depth, will_be_revoked }) => [
        "descendant",
        `${artifact} ${number}`,
        `${will_be_revoked ? "will be revoked too" : "will be marked"}, depth ${depth}`,
      ]),
    ];
    if (rows.length > 0) output.table(["WHAT", "NAME", "DETAIL"], rows);
    if (hidden_descendants > 0) {
      output.note(`${hidden_descendants} more descendants are where this token may not read`);
    }
    if (rows.length + hidden_descendants === 0) {
      output.note("no channel points at it, nobody resolved it lately, nothing was built from it");
    }
  });
}

/** `is revoked: reason`, with every cause that is not its own. */
export function revocationText({ revoked, revoked_at, reason, causes }: Revocation): string {
  const inherited = causes.filter(({ own }) => !own).map(({ artifact, number }) => `${artifact} ${number}`);
  const because = inherited.length > 0 ? ` (because of ${inherited.join(", ")})` : "";
  return revoked
    ? `is revoked: ${reason}${because}`
    : `will be revoked at ${revoked_at}: ${reason}${because}`;
}
