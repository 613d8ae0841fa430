import type { RegistryClient, ResolveResult } from "@waybill/registry-client/client";
import { problemError, RegistryError } from "@waybill/registry-client/problem";
import type { Resolved, ResolveQuery } from "@waybill/registry-client/types";

type Waiter = {
  readonly settle: (result: ResolveResult) => void;
  readonly fail: (error: unknown) => void;
};
/** One query of a batch, with everybody who asked just that. */
type Entry = { readonly query: ResolveQuery; readonly waiters: Set<Waiter> };
type Batch = {
  readonly entries: Map<string, Entry>;
  readonly controller: AbortController;
  grew: boolean;
  /** Set while it waits for others. */
  timer: NodeJS.Timeout | undefined;
};
type Client = Pick<RegistryClient, "resolveMany">;

/** As many as a registry takes in one request. */
const MOST_QUERIES = 100;
/** How long a batch waits, after the last that came, for others who usually ask at the same time. */
const PATIENCE_MS = 50;
/** How much of those who usually ask at once is still expected when not all of them came: some are only slow. */
const STILL_EXPECTED = 0.8;

/**
 * Resolves many queries in few requests. Terraform reads data sources one call each, ten at a time unless told
 * otherwise, and begins the next ones when it has the answers. So a batch goes out when as many wait in it as usually
 * ask at once, or nobody has come for a moment; who asks alone waits for no clock.
 *
 * Within a batch equal queries are asked once, one that fails fails only those who asked it, and a request whose
 * askers have all given up is given up too.
 */
export class Resolver {
  readonly #connect: () => Promise<Client>;
  #client: Promise<Client> | undefined;
  #open: Batch | undefined;
  /** How many have asked and have no answer yet, and how many those usually are. */
  #asking = 0;
  #usual = 1;

  /** @param connect makes the client, when there is a first request to send */
  constructor(connect: () => Promise<Client>) {
    this.#connect = connect;
  }

  /** @throws {RegistryError} when there is no answer, or a problem */
  async resolve(query: ResolveQuery, signal: AbortSignal): Promise<Resolved> {
    this.#asking++;
    this.#usual = Math.max(this.#usual, this.#asking);
    try {
      const result = await new Promise<ResolveResult>((settle, fail) =>
        this.#join(query, signal, { settle, fail }),
      );
      if ("problem" in result) throw problemError(result.problem);
      return result.resolved;
    } finally {
      this.#asking--;
    }
  }

  #join(query: ResolveQuery, signal: AbortSignal, waiter: Waiter): void {
    if (signal.aborted) {
      waiter.fail(cancelled());
      return;
    }
    const batch = this.#open ?? this.#begin();
    const key = JSON.stringify(query, Object.keys(query).sort());
    const entry = batch.entries.get(key) ?? { query, waiters: new Set() };
    entry.waiters.add(waiter);
    batch.entries.set(key, entry);
    batch.grew = true;
    signal.addEventListener("abort", () => leave(batch, entry, waiter), { once: true });
    if (batch.entries.size === MOST_QUERIES) this.#send(batch);
    else if (batch.timer) this.#closeWhenIdle(batch);
  }

  #begin(): Batch {
    const batch: Batch = {
      entries: new Map(),
      controller: new AbortController(),
      grew: false,
      timer: undefined,
    };
    this.#open = batch;
    this.#client ??= this.#connect();
    // Whoever comes while the client is loaded comes along.
    this.#client.then(
      () => this.#closeWhenIdle(batch),
      () => this.#send(batch),
    );
    return batch;
  }

  /** @param isLate whether it has waited for others long enough */
  #closeWhenIdle(batch: Batch, isLate = false): void {
    clearTimeout(batch.timer);
    batch.timer = undefined;
    setImmediate(() => {
      if (this.#open !== batch) return;
      // Something arrived in this turn of the event loop, so more may be on its way already.
      if (batch.grew) this.#closeWhenIdle(batch);
      else if (isLate || waiting(batch) >= this.#usual) this.#send(batch);
      else batch.timer = setTimeout(() => this.#closeWhenIdle(batch, true), PATIENCE_MS);
      batch.grew = false;
    });
  }

  async #send(batch: Batch): Promise<void> {
    if (this.#open === batch) this.#open = undefined;
    this.#usual = Math.max(this.#asking, Math.floor(this.#usual * STILL_EXPECTED));
    const entries = [...batch.entries.values()].filter(({ waiters }) => waiters.size > 0);
    if (entries.length === 0) return;
    try {
      const client = (await this.#client) as Client;
      const queries = entries.map(({ query }) => query);
      const results = await client.resolveMany(queries, { signal: batch.controller.signal });
      for (const [index, { waiters }] of entries.entries()) {
        const result = checked(results[index]);
        for (const { settle, fail } of waiters) result instanceof Error ? fail(result) : settle(result);
      }
    } catch (error) {
      for (const { waiters } of entries) for (const { fail } of waiters) fail(error);
    }
  }
}

function waiting({ entries }: Batch): number {
  return [...entries.values()].reduce((sum, { waiters }) => sum + waiters.size, 0);
}

function leave(batch: Batch, entry: Entry, waiter: Waiter): void {
  entry.waiters.delete(waiter);
  waiter.fail(cancelled());
  const abandoned = [...batch.entries.values()].every(({ waiters }) => waiters.size === 0);
  if (abandoned) batch.controller.abort();
}

function cancelled(): RegistryError {
  return new RegistryError("cancelled", "the read was cancelled before the registry answered");
}

/** An answer that is no answer must not look like a fault of the provider, nor reach the state half read. */
function checked(result: ResolveResult | undefined): ResolveResult | RegistryError {
  if (typeof result === "object" && result !== null) {
    if ("problem" in result && typeof result.problem?.code === "string") return result;
    if ("resolved" in result && isResolved(result.resolved)) return result;
  }
  return new RegistryError(
    "invalid_response",
    "the registry's answer is not what this version of the provider expects; check that both are of about the same release",
  );
}

function isResolved(value: Partial<Resolved> | null): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { artifact, number, fingerprint, images, files, metadata, metadata_full, labels, warnings } = value;
  return (
    typeof artifact === "string" &&
    typeof fingerprint === "string" &&
    typeof number === "number" &&
    [images, files, warnings].every((list) => Array.isArray(list)) &&
    [metadata, metadata_full, labels].every((map) => typeof map === "object" && map !== null)
  );
}
