import { Problem } from "../http/problem.ts";

/** At most so many requests in any such time, all of them at once if need be. */
export type Rate = { requests: number; windowMs: number };

/** Of those who have asked lately; who has not has his whole quota anyway. */
const mostKeys = 10_000;

/**
 * Counts the requests of each token, or address, against a rate.
 *
 * Per key one moment is kept: when all of its quota will be there again. Every request moves it on by its share of the
 * window, and is refused when that would be more than a window ahead (the generic cell rate algorithm).
 */
export class Meter {
  readonly #rate: Rate;
  readonly #shareMs: number;
  readonly #what: string;
  readonly #policy: string;
  readonly #fullAt = new Map<string, number>();
  refused = 0;

  /** @param what is counted, as in "the token": `token` or `address` */
  constructor(rate: Rate, what: string) {
    this.#rate = rate;
    this.#shareMs = rate.windowMs / rate.requests;
    this.#what = what;
    this.#policy = `"${what}";q=${rate.requests};w=${Math.ceil(rate.windowMs / 1000)}`;
  }

  /** How many keys are known. */
  get size(): number {
    return this.#fullAt.size;
  }

  /**
   * Counts a request, and notes in the headers of its answer what is left.
   *
   * @param now milliseconds of a clock that never goes back
   * @throws Problem `too_many_requests`
   */
  count(key: string, now: number, headers: Record<string, string>): void {
    const fullAt = Math.max(this.#fullAt.get(key) ?? 0, now) + this.#shareMs;
    const left = Math.floor((this.#rate.windowMs - (fullAt - now)) / this.#shareMs + 1e-6);
    headers["RateLimit-Policy"] = this.#policy;
    headers.RateLimit = `"${this.#what}";r=${Math.max(0, left)};t=${Math.ceil((fullAt - now) / 1000)}`;
    if (left < 0) throw this.#tooMany(now, fullAt);
    if (this.#fullAt.size >= mostKeys && !this.#fullAt.has(key)) this.#forget(now);
    this.#fullAt.set(key, fullAt);
  }

  #tooMany(now: number, fullAt: number): Problem {
    this.refused += 1;
    const { requests, windowMs } = this.#rate;
    const seconds = Math.max(1, Math.ceil((fullAt - now - windowMs) / 1000));
    const detail = `This ${this.#what} has sent more than ${requests} requests in ${windowMs / 1000} seconds. Try again in ${seconds} s; many reads fit in one request (POST /v1/resolve).`;
    return new Problem("too_many_requests", detail, { retry_after: seconds });
  }

  /** Who has his whole quota again needs no entry; when that is nobody, who asked first goes. */
  #forget(now: number): void {
    for (const [key, fullAt] of this.#fullAt) if (fullAt <= now) this.#fullAt.delete(key);
    const first = this.#fullAt.keys().next();
    if (this.#fullAt.size >= mostKeys && !first.done) this.#fullAt.delete(first.value);
  }
}
