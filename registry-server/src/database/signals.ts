import type { Writer } from "./database.ts";

/** Who waits for which topic in this process, and what a transaction will signal once it has committed. */
export class Signals {
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #pending = new WeakMap<Writer, Set<string>>();

  /** Notes a topic, to be sent by {@link committed}. */
  note(tx: Writer, topic: string): void {
    const topics = this.#pending.get(tx) ?? new Set();
    this.#pending.set(tx, topics.add(topic));
  }

  /**
   * Wakes up who listens to what a transaction noted.
   *
   * @returns the topics
   */
  committed(tx: Writer): Iterable<string> {
    const topics = this.#pending.get(tx) ?? [];
    for (const topic of topics) this.emit(topic);
    return topics;
  }

  /** Wakes up everybody, after signals may have been missed. */
  emitAll(): void {
    for (const topic of this.#listeners.keys()) this.emit(topic);
  }

  emit(topic: string): void {
    for (const listener of [...(this.#listeners.get(topic) ?? [])]) listener();
  }

  on(topic: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(topic) === listeners) this.#listeners.delete(topic);
    };
  }
}
