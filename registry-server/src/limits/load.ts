import { Problem } from "../http/problem.ts";

/**
 * How much the requests of one turn of the event loop may take together; those that arrived with them are refused. Time
 * of the processor tells what is ours; the clock, which also runs while others have the machine, what waits for disks.
 */
const longestTurn = { cpuMs: 200, ms: 1_000 };
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
  #turn: { startedAt: number; cpu: NodeJS.CpuUsage } | undefined;
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
    if (this.#turn === undefined) {
      this.#turn = { startedAt: now, cpu: process.cpuUsage() };
      setImmediate(() => {
        this.#turn = undefined;
      });
    }
    if (this.inFlight <= this.#most && !this.#isTurnOver(now, this.#turn)) return;
    this.inFlight -= 1;
    throw this.#busy();
  }

  #isTurnOver(now: number, { startedAt, cpu }: { startedAt: number; cpu: NodeJS.CpuUsage }): boolean {
    const ms = now - startedAt;
    if (ms < longestTurn.cpuMs) return false;
    const { user, system } = process.cpuUsage(cpu);
    return ms > longestTurn.ms || (user + system) / 1_000 > longestTurn.cpuMs;
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
