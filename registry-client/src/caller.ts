import { setTimeout as delay } from "node:timers/promises";
import { connectionFailure, type Failure, readAnswer } from "./failures.ts";
import { Login } from "./identity.ts";
import { type Content, type Payload, payloadOf, Source, type Upload } from "./payload.ts";
import { RegistryError } from "./problem.ts";
import type { Settings } from "./settings.ts";
import { type Answer, type Opened, readAll, Transport } from "./transport.ts";

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
  /** Bytes to read while they are sent, in place of `body`; read anew in each attempt. */
  upload?: Upload;
  headers?: Record<string, string>;
  /** Only if the thing still has this entity tag; otherwise the registry answers 412. */
  ifMatch?: string;
  /** Doing it twice is not the same as doing it once: it is tried again only when it was surely not done. */
  once?: boolean;
  /** A field that the body of the answer always has; not given when the answer has no body. */
  expects?: string;
  /** Sent without a token. */
  anonymous?: boolean;
};

/** An answer with its body read. */
type Done = Answer & { body: unknown };
/** An answer with its body to be read while it arrives. */
export type Arriving = Omit<Opened, "stream"> & { stream: AsyncIterable<Buffer> };
/** Takes what a call is for out of an answer. */
type Take<T> = (answer: Opened) => Promise<T | Failure>;

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 20_000;
/** A body that goes on may take as long as it wants; one that does not move for so long is given up. */
const STALLED_MS = 60_000;
/** When it has all bytes of an upload, a registry makes sure that they survive a loss of power before it answers. */
const KEEPING_MS = 10 * STALLED_MS;

/**
 * Makes calls: one deadline over all attempts of a call, retries with growing, jittered pauses. Every write of the
 * registry is idempotent, so an attempt whose answer was lost may be sent again. Bodies that are streamed have no
 * deadline, but must go on.
 */
export class Caller {
  readonly #settings: Settings;
  readonly #transport: Transport;
  readonly #headers: Record<string, string>;
  readonly #retries: number;
  readonly #log: (message: string) => void;
  readonly #login: Login | undefined;
  /** What is sent to show who asks: nothing that comes back may show it. */
  readonly #secrets = new Set<string>();

  constructor(settings: Settings, options: ClientOptions) {
    this.#settings = settings;
    this.#log = options.log ?? (() => undefined);
    const { env = process.env } = options;
    this.#transport = new Transport(settings, env, this.#log);
    this.#retries = options.retries ?? 3;
    const { token, identity, consumer } = settings;
    if (token) this.#secrets.add(token);
    this.#login = identity && new Login(identity, settings, env, (given) => this.#exchange(given));
    this.#headers = {
      accept: "application/json, application/problem+json",
      "user-agent": options.userAgent,
      ...(consumer && { "waybill-consumer": headerText(consumer) }),
    };
  }

  /**
   * Makes one call and gives the parsed body and the status of the answer.
   *
   * @throws {RegistryError} in every case of failure
   */
  async call(call: Call, options?: CallOptions): Promise<{ body: unknown; status: number }> {
    const answer = await this.#tryAll(call, options, (opened) => this.#readWhole(call, opened));
    return { body: answer.body, status: answer.status };
  }

  /**
   * Makes one call and gives the bytes of the answer as they are.
   *
   * @throws {RegistryError} in every case of failure
   */
  async content(call: Call, options?: CallOptions): Promise<Content> {
    const { bytes, headers } = await this.#tryAll(call, options, (opened) => this.#readWhole(call, opened));
    return { bytes, mediaType: headers["content-type"] ?? "application/octet-stream" };
  }

  /**
   * Makes one call and gives the body of the answer while it arrives. Only what comes before it is tried again.
   *
   * @returns reading the body throws {@link RegistryError} when it breaks off, or does not go on
   * @throws {RegistryError} in every case of failure
   */
  async open(call: Call, options: CallOptions = {}): Promise<Arriving> {
    return this.#tryAll(call, options, async (opened) => {
      const { status, headers } = opened;
      if (status >= 200 && status < 300) return { status, headers, stream: this.#watched(opened, options) };
      const whole = await this.#readWhole(call, opened);
      if ("error" in whole) return whole;
      throw new Error(`an answer ${status} was taken for a success`);
    });
  }

  async #tryAll<T extends object>(call: Call, { signal }: CallOptions = {}, take: Take<T>): Promise<T> {
    const payload = payloadOf(call);
    const { timeoutMs } = this.#settings;
    const ends = call.upload ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs;
    let mayLogin = this.#login !== undefined && !call.anonymous;
    for (let attempt = 1; ; attempt++) {
      const token = call.anonymous ? undefined : (this.#settings.token ?? (await this.#login?.token()));
      const headers = { ...call.headers, ...(token && { authorization: `Bearer ${token}` }) };
      const outcome = await this.#attempt(
        { ...call, headers },
        payload,
        ends - performance.now(),
        signal,
        take,
      );
      if (!("again" in outcome)) return outcome;
      if (mayLogin && outcome.error.status === 401) {
        // It was good for as long as its rule says, and a build may take longer.
        this.#login?.forget(token ?? "");
        mayLogin = false;
        continue;
      }
      if (token === undefined && !call.anonymous && outcome.error.status === 401) {
        throw tokenMissing(outcome.error, this.#settings.address);
      }
      const pause = outcome.afterMs ?? backoffMs(attempt);
      if (call.once && outcome.again && !outcome.undone) throw perhapsDone(outcome.error);
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

  async #attempt<T extends object>(
    { method, path, headers, ifMatch, upload }: Call,
    payload: Payload | undefined,
    remainingMs: number,
    signal: AbortSignal | undefined,
    take: Take<T>,
  ): Promise<T | Failure> {
    if (signal?.aborted) throw cancelled();
    const { address, timeoutMs } = this.#settings;
    const deadline = new AbortController();
    const timerOf = (ms: number) => setTimeout(() => deadline.abort(), ms).unref();
    let timer = timerOf(upload ? STALLED_MS : Math.max(1, Math.ceil(remainingMs)));
    const source =
      upload &&
      new Source(upload.open(), (isAll) => {
        clearTimeout(timer);
        timer = timerOf(isAll ? KEEPING_MS : STALLED_MS);
      });
    try {
      const opened = await this.#transport.send({
        method,
        url: new URL(path, address),
        headers: {
          ...this.#headers,
          ...payload?.headers,
          ...headers,
          ...(ifMatch && { "if-match": ifMatch }),
        },
        body: source ?? payload?.body,
        signal: signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal,
      });
      return await take(opened);
    } catch (thrown) {
      if (signal?.aborted) throw cancelled();
      if (source?.failure) throw source.failure;
      if (!deadline.signal.aborted) return connectionFailure(thrown, this.#settings);
      const what = upload
        ? `did not go on with what it was sent`
        : `did not answer within ${timeoutMs / 1000} s`;
      const sentence = `the registry at ${address.href} ${what}${upload ? "" : " (timeout, WAYBILL_TIMEOUT)"}`;
      return {
        error: new RegistryError("unreachable", sentence, { code: "timeout" }),
        again: upload !== undefined,
      };
    } finally {
      clearTimeout(timer);
    }
  }

  async #readWhole({ expects }: Call, opened: Opened): Promise<Done | Failure> {
    const answer = await readAll(opened);
    const text = this.#withoutToken(answer.bytes.toString("utf8"));
    const read = readAnswer({ ...answer, text }, expects, this.#settings.address);
    return "body" in read ? { ...answer, ...read } : read;
  }

  async *#watched({ stream }: Opened, { signal }: CallOptions): AsyncGenerator<Buffer> {
    const timer = setTimeout(() => {
      const sentence = `the registry at ${this.#settings.address.href} sent nothing for ${STALLED_MS / 1000} s`;
      stream.destroy(new RegistryError("unreachable", sentence, { code: "timeout" }));
    }, STALLED_MS);
    try {
      for await (const chunk of stream) {
        timer.refresh();
        yield chunk;
      }
    } catch (thrown) {
      if (signal?.aborted) throw cancelled();
      throw thrown instanceof RegistryError ? thrown : connectionFailure(thrown, this.#settings).error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** A server that echoes what it was sent must not make us print the token. */
  #withoutToken(text: string): string {
    let hidden = text;
    for (const secret of this.#secrets) hidden = hidden.replaceAll(secret, "[token]");
    return hidden;
  }

  async #exchange(identity: string): Promise<{ token: string }> {
    const path = "v1/tokens/exchange";
    const call: Call = { method: "POST", path, body: { token: identity }, expects: "token", anonymous: true };
    this.#secrets.add(identity);
    const answer = (await this.call(call)).body as { token: string };
    this.#secrets.add(answer.token);
    return answer;
  }
}

function perhapsDone({ kind, message, code }: RegistryError): RegistryError {
  const [happened] = message.split(";");
  const advice = "it may have been done all the same, so look before you try again";
  return new RegistryError(kind, `${happened}; ${advice}`, { code });
}

/** The registry's own advice is for those who write the request. */
function tokenMissing({ kind, code, status, problem }: RegistryError, address: URL): RegistryError {
  const sentence = `the registry at ${address.href} asks for a token, and none is given; set token (WAYBILL_TOKEN, or --token of the command line)`;
  return new RegistryError(kind, sentence, { code, status, ...(problem && { problem }) });
}

function cancelled(): RegistryError {
  return new RegistryError("cancelled", "the request was cancelled");
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
