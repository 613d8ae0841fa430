import { Problem } from "../http/problem.ts";

/**
 * How long the requests of one turn of the event loop may take together; those that arrived with them are refused. The
 * clock also runs while others have the machine, so this is generous; what is ours of it could be told only at a cost.
 */
const longestTurnMs = 1_000;
/** What the bodies that are read whole may take of the memory together. */
const mostBodyBytes = 256 * 1024 * 1024;
/** Clients are told to come back between these, so that they do not come back together. */
const [leastRetrySeconds, mostRetrySeconds] = [1, 4];

/**
 * How much the server does at once. What is more is refused at once, which is cheap, instead of making all wait longer
 * and longer: with memory and patience bounded, whoever is answered is answered in time.
 */
export class Load {
  readonly #most: number;
  readonly #bodies = new WeakMap<Request, number>();
  #bodyBytes = 0;
  #turnStartedAt: number | undefined;
  inFlight = 0;
  refused = 0;

  /** @param most requests at once, from when they have arrived until they are answered; Infinity limits nothing */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Lets a request in; it must {@link leave}.
   *
   * @param now milliseconds of a clock that never goes back
   * @throws Problem `unavailable`
   */
  enter(now: number): void {
    this.inFlight += 1;
    if (this.#most === Infinity) return;
    if (this.#turnStartedAt === undefined) {
      this.#turnStartedAt = now;
      setImmediate(() => {
        this.#turnStartedAt = undefined;
      });
    }
    if (this.inFlight <= this.#most && now - this.#turnStartedAt <= longestTurnMs) return;
    this.inFlight -= 1;
    throw this.#busy();
  }

  /** @throws Problem `unavailable` when all bodies together are too large for so many more bytes */
  hold(request: Request, bytes: number): void {
    if (this.#bodyBytes + bytes > mostBodyBytes) throw this.#busy();
    this.#bodyBytes += bytes;
    this.#bodies.set(request, (this.#bodies.get(request) ?? 0) + bytes);
  }

  leave(request: Request): void {
    this.inFlight -= 1;
    if (this.#bodyBytes > 0) this.#bodyBytes -= this.#bodies.get(request) ?? 0;
  }

  #busy(): Problem {
    this.refused += 1;
    const seconds =
      leastRetrySeconds + Math.floor(Math.random() * (mostRetrySeconds - leastRetrySeconds + 1));
    const detail = `The registry has as much to do as it can, and did nothing of this. Try again in ${seconds} s.`;
    return new Problem("unavailable", detail, { retry_after: seconds });
  }
}
