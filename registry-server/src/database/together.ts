type Waiting<I, O> = { item: I; resolve(outcome: O): void; reject(error: unknown): void };

/**
 * Does many things of one kind in one go: what arrives while a go runs makes up the next one. Nobody waits for company:
 * what comes alone is done alone.
 */
export class Together<I, O> {
  readonly #waiting: Waiting<I, O>[] = [];
  readonly #keyOf: (item: I) => string;
  readonly #run: (items: I[]) => Promise<O[]>;
  readonly #most: number;
  #isRunning = false;

  /**
   * @param keyOf no two items of one key are in one go; the later waits for the next
   * @param run does all of them; gives the outcome of each, in their order
   * @param most how many there are in one go
   */
  constructor(keyOf: (item: I) => string, run: (items: I[]) => Promise<O[]>, most: number) {
    this.#keyOf = keyOf;
    this.#run = run;
    this.#most = most;
  }

  /** Does one thing together with others. */
  add(item: I): Promise<O> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (this.#isRunning) return;
      this.#isRunning = true;
      // Those who arrived in the same turn of the event loop come along.
      setImmediate(() => this.#runAll());
    });
  }

  async #runAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#next();
      try {
        const outcomes = await this.#run(group.map(({ item }) => item));
        for (const [at, { resolve }] of group.entries()) resolve(outcomes[at] as O);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#isRunning = false;
  }

  #next(): Waiting<I, O>[] {
    const group = new Map<string, Waiting<I, O>>();
    const later: Waiting<I, O>[] = [];
    for (const waiting of this.#waiting.splice(0)) {
      const key = this.#keyOf(waiting.item);
      if (group.size < this.#most && !group.has(key)) group.set(key, waiting);
      else later.push(waiting);
    }
    this.#waiting.push(...later);
    return [...group.values()];
  }
}
