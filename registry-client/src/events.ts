import type { CallOptions } from "./caller.ts";
import { type Paging, queryString, type Routes } from "./routes.ts";
import type { Event_, EventFilter, Page } from "./types.ts";

/** What happened and who did it. */
export class Events {
  readonly #routes: Routes;

  constructor(routes: Routes) {
    this.#routes = routes;
  }

  /** The newest first. */
  list(filter: EventFilter & Paging = {}, options?: CallOptions): Promise<Page<Event_>> {
    return this.#routes.get(`v1/events${query(filter)}`, "items", options);
  }

  /**
   * Events as they happen, each once, until whoever reads them ends.
   *
   * @param after the id of an event, or 0 for the first; without it, what happens from now on
   */
  async *follow(filter: EventFilter = {}, after?: number, options?: CallOptions): AsyncGenerator<Event_> {
    const path = `v1/events/follow${query(filter)}`;
    const start = after === undefined ? undefined : String(after);
    for await (const { data } of this.#routes.follow(path, options, start)) yield JSON.parse(data) as Event_;
  }

  /** All of them as JSON lines, the oldest first, while they arrive. @param filter.after only what follows that event */
  async export(
    filter: EventFilter & { after?: number | undefined } = {},
    options?: CallOptions,
  ): Promise<AsyncIterable<Buffer>> {
    const path = `v1/events/export${query(filter)}`;
    return (await this.#routes.open({ method: "GET", path }, options)).stream;
  }
}

function query({ action = [], ...filter }: EventFilter & Paging): string {
  return queryString(
    filter,
    action.map((one) => ["action", one]),
  );
}
