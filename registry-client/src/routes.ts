import type { Arriving, Call, Caller, CallOptions } from "./caller.ts";
import { followEvents, type StreamedEvent } from "./event-stream.ts";
import type { Content } from "./payload.ts";
import { RegistryError } from "./problem.ts";
import { parseReference } from "./reference.ts";

/** A version by its number or by `fingerprint:<fingerprint>`. */
export type VersionReference = number | `fingerprint:${string}`;
export type Paging = { limit?: number | undefined; cursor?: string | undefined };

type Value = string | number | boolean | undefined;
type Change = Pick<Call, "ifMatch" | "content" | "upload" | "once"> & { body?: unknown };

/** What the parts of the client share: where things are below the address, and how they are asked for. */
export class Routes {
  readonly #caller: Caller;
  readonly #namespace: string | undefined;

  constructor(caller: Caller, namespace: string | undefined) {
    this.#caller = caller;
    this.#namespace = namespace;
  }

  reference(artifact: string) {
    return parseReference(artifact, this.#namespace);
  }

  artifact(artifact: string): string {
    const { namespace, artifact: name } = this.reference(artifact);
    return `v1/artifacts/${namespace}/${name}`;
  }

  version(artifact: string, version: VersionReference): string {
    return `${this.artifact(artifact)}/versions/${encodeURIComponent(version)}`;
  }

  build(artifact: string, version: VersionReference, build: string): string {
    // Such a segment would be taken for a step in the path, whichever way it is written.
    if (build === "." || build === "..") throw new RegistryError("refused", `"${build}" cannot name a build`);
    return `${this.version(artifact, version)}/builds/${encodeURIComponent(build)}`;
  }

  call(call: Call, options?: CallOptions): Promise<{ body: unknown; status: number }> {
    return this.#caller.call(call, options);
  }

  content(call: Call, options?: CallOptions): Promise<Content> {
    return this.#caller.content(call, options);
  }

  /** The body of the answer while it arrives. */
  open(call: Call, options?: CallOptions): Promise<Arriving> {
    return this.#caller.open(call, options);
  }

  /** Events as they happen, until whoever reads them ends. */
  follow(path: string, options?: CallOptions, after?: string): AsyncGenerator<StreamedEvent> {
    return followEvents(this.#caller, path, options, after);
  }

  get<T>(path: string, expects: string, options?: CallOptions): Promise<T> {
    return this.send("GET", path, {}, expects, options);
  }

  async send<T>(
    method: Call["method"],
    path: string,
    change: Change,
    expects: string,
    options?: CallOptions,
  ): Promise<T> {
    const answer = await this.#caller.call({ method, path, ...change, expects }, options);
    return answer.body as T;
  }

  /** Deletes something, or anything else whose answer has no body. */
  async tell(method: Call["method"], path: string, options?: CallOptions): Promise<void> {
    await this.#caller.call({ method, path }, options);
  }
}

/** Makes `?key=value&...` of what is given; several values of one key by `pairs`. */
export function queryString(
  values: Record<string, Value>,
  pairs: (readonly [string, string])[] = [],
): string {
  const given = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)]],
  );
  const text = new URLSearchParams([...given, ...pairs.map(([key, value]) => [key, value])]).toString();
  return text && `?${text}`;
}

/** `labels=a=1&labels=b=2`, as {@link queryString} takes it. */
export function labelPairs(name: string, labels: Record<string, string> | undefined): [string, string][] {
  return Object.entries(labels ?? {}).map(([key, value]) => [name, `${key}=${value}`]);
}
