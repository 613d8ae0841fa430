import type { Database } from "../database/database.ts";
import { EventStream, type StreamedEvent } from "../http/event-stream.ts";
import { JsonLines } from "../http/json-lines.ts";
import { defaultPageSize, readCursor, toPage } from "../http/paging.ts";
import { type Actor, mayRead } from "../tokens/scopes.ts";
import type { Caller } from "../unit.ts";
import { actionsOf, type EventFilter } from "./filter.ts";
import { EventTail } from "./following.ts";
import { beginning, type EventRow, lastPosition, listEvents, positionOf, readAfter } from "./reading.ts";
import type { Event, EventQuery } from "./schema.ts";

const exportBatch = 500;

/** Tells what happened and who did it. */
export class EventService {
  readonly #database: Database;
  readonly #tail: EventTail;

  constructor(database: Database) {
    this.#database = database;
    this.#tail = new EventTail(database);
  }

  /** The newest first. */
  async list(query: EventQuery, caller: Caller): Promise<{ items: Event[]; next_cursor: string | null }> {
    const size = query.limit ?? defaultPageSize;
    const page = { before: readCursor(query.cursor, "number"), limit: size + 1 };
    const rows = await listEvents(this.#database.reads, toFilter(query), caller, page);
    return toPage(
      rows,
      size,
      ({ id }) => id,
      (row) => viewEvent(row, caller),
    );
  }

  /** @param after the id of the event to go on after; without it, what happens from now on */
  follow(query: EventQuery, after: number | undefined, caller: Caller): EventStream {
    const filter = toFilter(query);
    const tail = this.#tail;
    const { reads } = this.#database;
    return new EventStream(async function* streamEvents(signal) {
      const start = after ?? (await lastPosition(reads)).id;
      // Who loses the connection before the first event comes goes on from here, too.
      yield { id: String(start) };
      for await (const row of tail.follow({ filter, reader: caller, after: start }, signal)) {
        yield toStreamed(row, caller);
      }
    });
  }

  /** In the order in which they are followed, up to the last one that is certain now. */
  export(query: EventQuery & { after?: number | undefined }, caller: Caller): JsonLines {
    const { reads } = this.#database;
    const narrowed = { filter: toFilter(query), reader: caller };
    return new JsonLines(
      (async function* exportEvents() {
        const until = await lastPosition(reads);
        let after = query.after === undefined ? beginning : await positionOf(reads, query.after);
        for (;;) {
          const { events } = await readAfter(reads, { after, until, limit: exportBatch }, narrowed);
          for (const { event } of events) yield viewEvent(event, caller);
          const last = events.at(-1);
          if (!last || events.length < exportBatch) return;
          after = last.position;
        }
      })(),
    );
  }
}

function toFilter({ artifact, actor, action, since, until }: EventQuery): EventFilter {
  return { artifact, actor, since, until, actions: action?.flatMap(actionsOf) };
}

/** An event as its reader may see it: without the names of parents and ancestors that the reader may not read. */
export function viewEvent(event: EventRow, reader: Actor): EventRow {
  const detail = hide(event.detail, reader) as EventRow["detail"];
  return detail === event.detail ? event : { ...event, detail };
}

/** What has, wherever it is in the detail of an event, the names of other artifacts. */
const lists = new Set(["parents", "causes"]);

/** A part of an event without what its reader may not read; the same one where that is nothing. */
function hide(part: unknown, reader: Actor, name = ""): unknown {
  if (typeof part !== "object" || part === null) return part;
  if (name === "revoked_by" && isHidden(part, reader)) return null;
  if (Array.isArray(part)) {
    const left = lists.has(name) ? part.filter((one) => !isHidden(one, reader)) : part;
    const shown = left.map((one) => hide(one, reader));
    return shown.length === part.length && shown.every((one, index) => one === part[index]) ? part : shown;
  }
  const shown = Object.entries(part).map(([key, value]) => [key, value, hide(value, reader, key)] as const);
  if (shown.every(([, value, left]) => left === value)) return part;
  return Object.fromEntries(shown.map(([key, , left]) => [key, left]));
}

function isHidden(one: unknown, reader: Actor): boolean {
  const { artifact } = (one ?? {}) as { artifact?: unknown };
  return typeof artifact === "string" && !mayRead(reader, artifact);
}

const streamed = new WeakMap<EventRow, StreamedEvent>();

/** What is the same for all who follow is written once. */
function toStreamed(row: EventRow, reader: Actor): StreamedEvent {
  const event = viewEvent(row, reader);
  const earlier = streamed.get(event);
  if (earlier) return earlier;
  const made = { id: String(event.id), data: JSON.stringify(event) };
  streamed.set(event, made);
  return made;
}
