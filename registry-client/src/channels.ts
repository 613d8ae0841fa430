import type { CallOptions } from "./caller.ts";
import { type Paging, queryString, type Routes } from "./routes.ts";
import type { Assignment, Channel, ChannelChange, Page, RolledBack } from "./types.ts";

/** `ifUnchanged`: only if the channel is still as it was read here; the registry refuses with 412 when it is not. */
export type MoveOptions = CallOptions & { ifUnchanged?: Pick<Channel, "revision"> | undefined };

/** The channels of artifacts: what they point to, and every assignment they ever had. */
export class Channels {
  readonly #routes: Routes;

  constructor(routes: Routes) {
    this.#routes = routes;
  }

  /** `latest`, which the registry keeps, comes first. */
  async list(artifact: string, paging: Paging = {}, options?: CallOptions): Promise<Page<Channel>> {
    return this.#routes.get(
      `${this.#routes.artifact(artifact)}/channels${queryString(paging)}`,
      "items",
      options,
    );
  }

  async get(artifact: string, channel: string, options?: CallOptions): Promise<Channel> {
    return this.#routes.get(this.#path(artifact, channel), "revision", options);
  }

  /**
   * Creates a channel, describes it, or assigns a version to it. To move one that points somewhere, give `ifUnchanged`,
   * so that two people cannot overwrite each other unseen.
   */
  async put(
    artifact: string,
    channel: string,
    change: ChannelChange,
    options: MoveOptions = {},
  ): Promise<Channel> {
    const call = { body: change, ...condition(options) };
    return this.#routes.send("PUT", this.#path(artifact, channel), call, "revision", options);
  }

  /** Gives the channel what `from` points to. */
  async promote(
    artifact: string,
    channel: string,
    body: { from: string; reason?: string },
    options: MoveOptions = {},
  ): Promise<Channel> {
    const path = `${this.#path(artifact, channel)}/promote`;
    return this.#routes.send("POST", path, { body, ...condition(options) }, "revision", options);
  }

  /** Goes back to what was assigned before the present version's first assignment, or to the version `to`. */
  async rollback(
    artifact: string,
    channel: string,
    body: { to?: number; reason?: string } = {},
    options: MoveOptions = {},
  ): Promise<RolledBack> {
    const path = `${this.#path(artifact, channel)}/rollback`;
    return this.#routes.send("POST", path, { body, ...condition(options) }, "channel", options);
  }

  /** Every assignment, the newest first. */
  async history(
    artifact: string,
    channel: string,
    paging: Paging = {},
    options?: CallOptions,
  ): Promise<Page<Assignment>> {
    return this.#routes.get(
      `${this.#path(artifact, channel)}/history${queryString(paging)}`,
      "items",
      options,
    );
  }

  async delete(artifact: string, channel: string, options: MoveOptions = {}): Promise<void> {
    const path = this.#path(artifact, channel);
    await this.#routes.call({ method: "DELETE", path, ...condition(options) }, options);
  }

  #path(artifact: string, channel: string): string {
    return `${this.#routes.artifact(artifact)}/channels/${encodeURIComponent(channel)}`;
  }
}

function condition({ ifUnchanged }: MoveOptions): { ifMatch?: string } {
  return ifUnchanged ? { ifMatch: `"${ifUnchanged.revision}"` } : {};
}
