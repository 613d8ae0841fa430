import type { EventRow } from "../events/reading.ts";
import { sentence, shownMoment, tell } from "./text.ts";

/** What Slack reads as markup. */
const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const toText = (text: string): string => text.replaceAll(/[&<>]/g, (character) => escapes[character] ?? "");

/** The body of a request to an incoming webhook of Slack, or of what speaks like it. */
export function toSlack(event: EventRow) {
  const told = tell(event);
  const facts = told.facts.map(([name, value]) => `${name}: ${toText(value)}`);
  const seconds = Math.floor(Date.parse(event.at) / 1000);
  const when = `<!date^${seconds}^{date_short_pretty} {time}|${shownMoment(event.at)}>`;
  const headline = `*${toText(told.subject)}*${toText(sentence({ subject: "", says: told.says }))}`;
  return {
    // What a notification shows.
    text: toText(sentence(told)),
    unfurl_links: false,
    blocks: [
      { type: "section", text: { type: "mrkdwn", text: [headline, ...facts].join("\n") } },
      { type: "context", elements: [{ type: "mrkdwn", text: `Waybill · ${when} · ${event.action}` }] },
    ],
  };
}
