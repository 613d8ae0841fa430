/**
 * Bytes that this server is just taking in, by namespace: a quota holds for them as well, so that uploads that come
 * together cannot fill the disk with what is refused in the end.
 */
export class Underway {
  readonly #bytes = new Map<string, number>();

  in(namespace: string): number {
    return this.#bytes.get(namespace) ?? 0;
  }

  /** @param bytes fewer than none when they have arrived, or will not */
  add(namespace: string, bytes: number): void {
    const sum = this.in(namespace) + bytes;
    if (sum === 0) this.#bytes.delete(namespace);
    else this.#bytes.set(namespace, sum);
  }
}
