/**
 * Complete versions kept in memory. A version is kept with the revision it was read at, and the database says with
 * every request which revision is the present one, so any number of servers may keep their own.
 */
export class RevisionCache<T> {
  readonly #entries = new Map<number, { revision: number; value: T; weight: number }>();
  readonly #mostWeight: number;
  #weight = 0;

  /** @param mostWeight how much may be kept, in the unit of `set`; what was used least lately goes first */
  constructor(mostWeight: number) {
    this.#mostWeight = mostWeight;
  }

  get(id: number, revision: number): T | undefined {
    const entry = this.#entries.get(id);
    if (entry?.revision !== revision) return undefined;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    return entry.value;
  }

  set(id: number, revision: number, value: T, weight: number): void {
    this.#remove(id);
    if (weight > this.#mostWeight) return;
    this.#entries.set(id, { revision, value, weight });
    this.#weight += weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#mostWeight) break;
      this.#remove(oldest);
    }
  }

  #remove(id: number): void {
    this.#weight -= this.#entries.get(id)?.weight ?? 0;
    this.#entries.delete(id);
  }
}
