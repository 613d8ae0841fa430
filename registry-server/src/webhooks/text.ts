/** Events in words, for people who read them in a chat or in their mail. */
import type { EventRow } from "../events/reading.ts";
import type { EventAction } from "../events/store.ts";

/** `subject` and `says` make a sentence: "hashicorp/web 12" "was published as 1.4.0". */
export type Told = { subject: string; says: string; facts: [name: string, value: string][] };

type Part = Record<string, unknown>;
type Words = (event: EventRow, before: Part, after: Part) => Partial<Told> & { says: string };

const longestFact = 500;

const words: Partial<Record<EventAction, Words>> = {
  "version.completed": (_event, _before, after) => ({
    says: `was published${after.semver ? ` as ${after.semver}` : ""}`,
    facts: [
      ["Builds", list(after.builds)],
      [
        "Latest",
        after.latest === "true" ? "yes, it is what `latest` gives now" : "no, `latest` stays as it is",
      ],
    ],
  }),
  "channel.assigned": ({ artifact }, before, after) => ({
    subject: `${artifact}, channel ${after.channel}:`,
    says: moved(before, after),
  }),
  "revocation.set": (event, _before, after) => ({
    says:
      typeof after.effective_at === "string" && after.effective_at > event.at
        ? `will be revoked on ${shownMoment(after.effective_at)}`
        : "was revoked",
  }),
  "revocation.effective": (event, _before, after) => ({
    says: "is revoked: do not use it any more",
    facts: [["Because of", ancestor(event, after)]],
  }),
  "revocation.inherited": (event, _before, after) => ({
    says: "has a revocation from what it was built from",
    facts: [["Because of", ancestor(event, after)]],
  }),
  "revocation.removed": () => ({ says: "is not revoked for this reason any more" }),
  "webhook.tested": (_event, _before, after) => ({
    subject: `The webhook "${after.name}"`,
    says: "works: this is only a test",
  }),
  "webhook.disabled": (_event, _before, after) => ({
    subject: `The webhook "${after.name}"`,
    says: "was disabled and delivers nothing any more",
  }),
};

function moved(before: Part, after: Part): string {
  const [from, to] = [before.version, after.version];
  if (to === null) return `points nowhere any more (it was version ${from})`;
  if (after.kind === "rollback") return `was rolled back from version ${from} to version ${to}`;
  if (after.kind === "revocation") return `went back to version ${to}, because version ${from} was revoked`;
  const how =
    after.kind === "promote" && after.source
      ? `got version ${to} from ${after.source}`
      : `points at version ${to} now`;
  return from === null ? `${how} (its first)` : `${how} (it was version ${from})`;
}

function ancestor(event: EventRow, after: Part): string {
  const { revoked_by: by } = after as { revoked_by?: { artifact: string; number: number } };
  if (!by || (by.artifact === event.artifact && by.number === event.number)) return "";
  return `${by.artifact} ${by.number}`;
}

const list = (value: unknown): string => (Array.isArray(value) ? value.join(", ") : "");

/** A moment as people write it, in UTC. */
export function shownMoment(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

/** Says what an event is about, what happened, who did it and why. */
export function tell(event: EventRow): Told {
  const { before = {}, after = {}, reason = "" } = event.detail;
  const found = words[event.action]?.(event, before, after);
  const named = [after.name, after.channel, before.name, before.channel].find(
    (name) => typeof name === "string",
  );
  const version = event.number ?? (event.fingerprint === null ? undefined : `(${event.fingerprint})`);
  const subject = [event.artifact ?? named ?? "The registry", version]
    .filter((part) => part !== undefined)
    .join(" ");
  const says = `: ${event.action.replace(".", " ").replaceAll("_", " ")}`;
  const facts: Told["facts"] = [
    [event.action === "version.completed" ? "Completed by hand" : "Reason", reason],
    ...(found?.facts ?? []),
    ["By", event.actor === "server" ? "the registry itself" : event.actor],
  ];
  return {
    subject,
    says,
    ...found,
    facts: facts.filter(([, value]) => value !== "").map(([name, value]) => [name, shorten(value)]),
  };
}

/** The sentence of {@link tell}, on one line. */
export function sentence({ subject, says }: Pick<Told, "subject" | "says">): string {
  return `${subject}${says.startsWith(":") ? "" : " "}${says}`.replaceAll(/\s+/g, " ");
}

function shorten(text: string): string {
  return text.length <= longestFact ? text : `${text.slice(0, longestFact - 1).trimEnd()}…`;
}
