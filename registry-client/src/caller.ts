import { setTimeout as delay } from "node:timers/promises";
import { connectionFailure, type Failure, readAnswer } from "./failures.ts";
import { RegistryError } from "./problem.ts";
import type { Settings } from "./settings.ts";
import { type Answer, Transport } from "./transport.ts";

export type ClientOptions = {
  /** `waybill-<component>/<version>` */
  userAgent: string;
  /** How often a call is tried again after the first attempt; 3 when not given. */
  retries?: number;
  /** Told what the caller may want to know while it waits, without secrets. */
  log?: (message: string) => void;
  /** Where the proxy variables are read from; `process.env` when not given. */
  env?: NodeJS.ProcessEnv;
};

export type CallOptions = { signal?: AbortSignal | undefined };

export type Call = {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the address, every segment already encoded. */
  path: string;
  body?: unknown;
  /** Bytes to send as they are, in place of `body`. */
  content?: Content;
  /** Only if the thing still has this entity tag; otherwise the registry answers 412. */
  ifMatch?: string;
  /** A field that the body of the answer always has; not given when the answer has no body. */
  expects?: string;
};

/** Bytes and what they are. */
export type Content = { bytes: Uint8Array; mediaType: string };

/** What is sent, the same in every attempt. */
type Payload = { body: string | Uint8Array; headers: Record<string, string | number> };
/** An answer with its body read. */
type Done = Answer & { body: unknown };

const LARGEST_BODY_BYTES = 1024 * 1024;
const LARGEST_CONTENT_BYTES = 16 * LARGEST_BODY_BYTES;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 20_000;

/**
 * Makes calls: one deadline over all attempts of a call, retries with growing, jittered pauses. Every write of the
 * registry is idempotent, so an attempt whose answer was lost may be sent again.
 */
export class Caller {
  readonly #settings: Settings;
  readonly #transport: Transport;
  readonly #headers: Record<string, string>;
  readonly #retries: number;
  readonly #log: (message: string) => void;

  constructor(settings: Settings, options: ClientOptions) {
    this.#settings = settings;
    this.#log = options.log ?? (() => undefined);
    this.#transport = new Transport(settings, options.env ?? process.env, this.#log);
    this.#retries = options.retries ?? 3;
    const { token, consumer } = settings;
    this.#headers = {
      accept: "application/json, application/problem+json",
      "user-agent": options.userAgent,
      ...(token && { authorization: `Bearer ${token}` }),
      ...(consumer && { "waybill-consumer": headerText(consumer) }),
    };
  }

  /**
   * Makes one call and gives the parsed body and the status of the answer.
   *
   * @throws {RegistryError} in every case of failure
   */
  async call(call: Call, options?: CallOptions): Promise<{ body: unknown; status: number }> {
    const answer = await this.#tryAll(call, options);
    return { body: answer.body, status: answer.status };
  }

  /**
   * Makes one call and gives the bytes of the answer as they are.
   *
   * @throws {RegistryError} in every case of failure
   */
  async content(call: Call, options?: CallOptions): Promise<Content> {
    const { bytes, headers } = await this.#tryAll(call, options);
    return { bytes, mediaType: headers["content-type"] ?? "application/octet-stream" };
  }

  async #tryAll(call: Call, { signal }: CallOptions = {}): Promise<Done> {
    const payload = payloadOf(call);
    const ends = performance.now() + this.#settings.timeoutMs;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#attempt(call, payload, ends - performance.now(), signal);
      if ("body" in outcome) return outcome;
      const pause = outcome.afterMs ?? backoffMs(attempt);
      const hopeless = !outcome.again || attempt > this.#retries;
      if (hopeless || pause > LONGEST_PAUSE_MS || performance.now() + pause >= ends) throw outcome.error;
      // What happened comes before the semicolon, advice after it; that is for the end.
      const [happened] = outcome.error.message.split(";");
      this.#log(`${happened}; trying again (${attempt} of ${this.#retries})`);
      await delay(pause, undefined, { signal }).catch(() => {
        throw cancelled();
      });
    }
  }

  close(): void {
    this.#transport.close();
  }

  async #attempt(
    { method, path, expects, ifMatch }: Call,
    payload: Payload | undefined,
    remainingMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Done | Failure> {
    if (signal?.aborted) throw cancelled();
    const { address, timeoutMs } = this.#settings;
    const deadline = AbortSignal.timeout(Math.max(1, Math.ceil(remainingMs)));
    const headers = { ...this.#headers, ...payload?.headers, ...(ifMatch && { "if-match": ifMatch }) };
    let answer: Answer;
    try {
      answer = await this.#transport.send({
        method,
        url: new URL(path, address),
        headers,
        body: payload?.body,
        signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      });
    } catch (thrown) {
      if (signal?.aborted) throw cancelled();
      if (!deadline.aborted) return connectionFailure(thrown, this.#settings);
      const sentence = `the registry at ${address.href} did not answer within ${timeoutMs / 1000} s (timeout, WAYBILL_TIMEOUT)`;
      return { error: new RegistryError("unreachable", sentence, { code: "timeout" }), again: false };
    }
    const text = this.#withoutToken(answer.bytes.toString("utf8"));
    const read = readAnswer({ ...answer, text }, expects, address);
    return "body" in read ? { ...answer, ...read } : read;
  }

  /** A server that echoes what it was sent must not make us print the token. */
  #withoutToken(text: string): string {
    const { token } = this.#settings;
    return token ? text.replaceAll(token, "[token]") : text;
  }
}

function cancelled(): RegistryError {
  return new RegistryError("cancelled", "the request was cancelled");
}

function payloadOf({ body, content }: Call): Payload | undefined {
  if (content) return payload(content.bytes, content.mediaType, LARGEST_CONTENT_BYTES);
  return body === undefined
    ? undefined
    : payload(JSON.stringify(body), "application/json", LARGEST_BODY_BYTES);
}

function payload(body: string | Uint8Array, mediaType: string, limit: number): Payload {
  const length = Buffer.byteLength(body);
  if (length <= limit) return { body, headers: { "content-type": mediaType, "content-length": length } };
  const sentence = `the request is larger than the ${limit / 1024 / 1024} MiB that a registry takes`;
  throw new RegistryError("refused", sentence, { code: "body_too_large", status: 413 });
}

/** 200 ms, doubling, each between half and all of that, so that many clients do not come back together. */
function backoffMs(attempt: number): number {
  const full = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
  return full * (0.5 + Math.random() / 2);
}

/** Header values are ASCII; anything else in a job name is percent-encoded. */
function headerText(text: string): string {
  return text.toWellFormed().replace(/[^\x20-\x7e]/gu, encodeURIComponent);
}
