import { Problem } from "../http/problem.ts";

/**
 * How long the requests of one turn of the event loop may take together; those that arrived with them are refused. The
 * clock also runs while others have the machine, so this is generous; what is ours of it could be told only at a cost.
 */
const longestTurnMs = 1_000;
/** What the bodies that are read whole may take of the memory: together, and those of one sender. */
const mostBytes = { together: 256 * 1024 * 1024, ofOne: 64 * 1024 * 1024 };
/** Clients are told to come back between these, so that they do not come back together. */
const [leastRetrySeconds, mostRetrySeconds] = [1, 4];

/**
 * How much the server does at once. What is more is refused at once, which is cheap, instead of making all wait longer
 * and longer: with memory and patience bounded, whoever is answered is answered in time.
 */
export class Load {
  readonly #most: number;
  readonly #bodies = new WeakMap<Request, { sender: string; bytes: number }>();
  readonly #bytesOf = new Map<string, number>();
  #bytes = 0;
  #turnStartedAt: number | undefined;
  inFlight = 0;
  refused = 0;

  /** @param most requests at once, from when all of them has arrived until they are answered */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Looks at a request that has just arrived.
   *
   * @param now milliseconds of a clock that never goes back
   * @throws Problem `unavailable`
   */
  meet(now: number): void {
    if (this.#most === Infinity) return;
    if (this.#turnStartedAt === undefined) {
      this.#turnStartedAt = now;
      setImmediate(() => {
        this.#turnStartedAt = undefined;
      });
    }
    if (now - this.#turnStartedAt > longestTurnMs) throw this.#busy();
  }

  /**
   * Lets a request in whose body is here, so that nobody takes a place by sending slowly. It must {@link leave}.
   *
   * @throws Problem `unavailable`
   */
  enter(): void {
    if (this.inFlight >= this.#most) throw this.#busy();
    this.inFlight += 1;
  }

  leave(): void {
    this.inFlight -= 1;
  }

  /**
   * Notes that more of a body is in memory; it must be {@link release}d.
   *
   * @param sender whose body it is; those who have shown no token are one
   * @throws Problem `unavailable`
   */
  hold(request: Request, bytes: number, sender: string): void {
    const own = this.#bytesOf.get(sender) ?? 0;
    if (this.#bytes + bytes > mostBytes.together || own + bytes > mostBytes.ofOne) throw this.#busy();
    this.#bytes += bytes;
    this.#bytesOf.set(sender, own + bytes);
    const held = this.#bodies.get(request);
    if (held) held.bytes += bytes;
    else this.#bodies.set(request, { sender, bytes });
  }

  release(request: Request): void {
    const { sender, bytes } = this.#bodies.get(request) ?? { sender: "", bytes: 0 };
    this.#bodies.delete(request);
    this.#bytes -= bytes;
    const left = (this.#bytesOf.get(sender) ?? 0) - bytes;
    if (left > 0) this.#bytesOf.set(sender, left);
    else this.#bytesOf.delete(sender);
  }

  #busy(): Problem {
    this.refused += 1;
    const seconds =
      leastRetrySeconds + Math.floor(Math.random() * (mostRetrySeconds - leastRetrySeconds + 1));
    const detail = `The registry has as much to do as it can, and did nothing of this. Try again in ${seconds} s.`;
    return new Problem("unavailable", detail, { retry_after: seconds });
  }
}
