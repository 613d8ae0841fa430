import type { Result, Router } from "hono/router";
import { RegExpRouter } from "hono/router/reg-exp-router";
import { TrieRouter } from "hono/router/trie-router";

/**
 * Finds routes: those without parameters in a map, all others with one regular expression. The two apart, since that
 * one expression could not hold both `/v1/tokens/self` and `/v1/tokens/:name`, and Hono would then search for every
 * request. Nor could it hold paths that Terraform laid out, with `versions` where others have a version.
 */
export class FixedFirstRouter<T> implements Router<T> {
  readonly name = "FixedFirstRouter";
  readonly #fixed = new Map<string, Map<string, Result<T>>>();
  readonly #others = new RegExpRouter<T>();
  readonly #mixed = new TrieRouter<T>();

  add(method: string, path: string, handler: T): void {
    if (/[:*]/.test(path)) {
      (isMixed(path) ? this.#mixed : this.#others).add(method, path, handler);
      return;
    }
    const methods = this.#fixed.get(path) ?? new Map<string, Result<T>>();
    this.#fixed.set(path, methods.set(method, [[[handler, {}]]]));
  }

  match(method: string, path: string): Result<T> {
    if (isMixed(path)) return this.#mixed.match(method, path);
    return this.#fixed.get(path)?.get(method) ?? this.#others.match(method, path);
  }
}

function isMixed(path: string): boolean {
  return path.startsWith("/v1/provider");
}
