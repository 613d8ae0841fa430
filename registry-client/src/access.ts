import type { CallOptions } from "./caller.ts";
import { type Paging, queryString, type Routes } from "./routes.ts";
import type {
  CreatedToken,
  Namespace,
  NamespaceChange,
  NewToken,
  Page,
  Self,
  Token,
  TrustRule,
  TrustRuleInput,
} from "./types.ts";

/** Tokens: who may do what. */
export class Tokens {
  readonly #routes: Routes;

  constructor(routes: Routes) {
    this.#routes = routes;
  }

  /** Makes a token; the answer is the only one that ever shows it. */
  async create(body: NewToken, options?: CallOptions): Promise<CreatedToken> {
    return this.#routes.send("POST", "v1/tokens", { body, once: true }, "token", options);
  }

  async list(paging: Paging = {}, options?: CallOptions): Promise<Page<Token>> {
    return this.#routes.get(`v1/tokens${queryString(paging)}`, "items", options);
  }

  async get(name: string, options?: CallOptions): Promise<Token> {
    return this.#routes.get(`v1/tokens/${encodeURIComponent(name)}`, "scopes", options);
  }

  /** Whom the token that is sent belongs to. */
  async self(options?: CallOptions): Promise<Self> {
    return this.#routes.get("v1/tokens/self", "scopes", options);
  }

  async revoke(name: string, options?: CallOptions): Promise<void> {
    await this.#routes.tell("DELETE", `v1/tokens/${encodeURIComponent(name)}`, options);
  }
}

/** What holds for all artifacts of a namespace. */
export class Namespaces {
  readonly #routes: Routes;

  constructor(routes: Routes) {
    this.#routes = routes;
  }

  async list(paging: Paging = {}, options?: CallOptions): Promise<Page<Namespace>> {
    return this.#routes.get(`v1/namespaces${queryString(paging)}`, "items", options);
  }

  async get(name: string, options?: CallOptions): Promise<Namespace> {
    return this.#routes.get(`v1/namespaces/${encodeURIComponent(name)}`, "namespace", options);
  }

  /** Makes a namespace, or changes what is given. */
  async put(name: string, body: NamespaceChange, options?: CallOptions): Promise<Namespace> {
    return this.#routes.send(
      "PUT",
      `v1/namespaces/${encodeURIComponent(name)}`,
      { body },
      "namespace",
      options,
    );
  }
}

/** Trust rules: which identity tokens of CI systems are exchanged for which rights. */
export class Trust {
  readonly #routes: Routes;

  constructor(routes: Routes) {
    this.#routes = routes;
  }

  async list(paging: Paging = {}, options?: CallOptions): Promise<Page<TrustRule>> {
    return this.#routes.get(`v1/trust${queryString(paging)}`, "items", options);
  }

  async get(name: string, options?: CallOptions): Promise<TrustRule> {
    return this.#routes.get(`v1/trust/${encodeURIComponent(name)}`, "issuer", options);
  }

  /** Makes a rule, or puts another in its place. */
  async put(name: string, body: TrustRuleInput, options?: CallOptions): Promise<TrustRule> {
    return this.#routes.send("PUT", `v1/trust/${encodeURIComponent(name)}`, { body }, "issuer", options);
  }

  async delete(name: string, options?: CallOptions): Promise<void> {
    await this.#routes.tell("DELETE", `v1/trust/${encodeURIComponent(name)}`, options);
  }
}
