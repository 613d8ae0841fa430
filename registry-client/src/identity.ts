import { RegistryError } from "./problem.ts";
import type { Settings } from "./settings.ts";
import { readAll, Transport } from "./transport.ts";

/** Where a CI job has its identity token from: it was given one, or it asks GitHub for one. */
export type Identity = { token: string } | { url: URL; secret: string; audience: string };

/**
 * Finds the identity of a CI job: `WAYBILL_OIDC_TOKEN`, or in GitHub Actions, with `WAYBILL_OIDC_AUDIENCE`, what a job
 * with `permissions: id-token: write` is given.
 */
export function readIdentity(env: NodeJS.ProcessEnv): Identity | undefined {
  const token = env.WAYBILL_OIDC_TOKEN?.trim();
  if (token) return { token };
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret } = env;
  const audience = env.WAYBILL_OIDC_AUDIENCE;
  if (!audience || !url || !secret || !URL.canParse(url)) return undefined;
  return { url: new URL(url), secret, audience };
}

/** What a login asks of the registry: to exchange an identity token. */
type Ask = (identity: string) => Promise<{ token: string }>;

/** The short-lived token of a CI job: exchanged when it is first needed, and anew when the registry refuses it. */
export class Login {
  readonly #identity: Identity;
  readonly #settings: Settings;
  readonly #env: NodeJS.ProcessEnv;
  readonly #ask: Ask;
  #token: Promise<string> | undefined;
  #known = "";

  constructor(identity: Identity, settings: Settings, env: NodeJS.ProcessEnv, ask: Ask) {
    this.#identity = identity;
    this.#settings = settings;
    this.#env = env;
    this.#ask = ask;
  }

  /** @throws {RegistryError} */
  token(): Promise<string> {
    this.#token ??= this.#exchange().catch((error: unknown) => {
      this.#token = undefined;
      throw error;
    });
    return this.#token;
  }

  /** Lets the next call exchange again, unless another one has done so since. */
  forget(refused: string): void {
    if (refused !== this.#known) return;
    this.#known = "";
    this.#token = undefined;
  }

  async #exchange(): Promise<string> {
    const identity = this.#identity;
    const shown = "token" in identity ? identity.token : await this.#fromGitHub(identity);
    const { token } = await this.#ask(shown).catch((error: unknown) => {
      throw error instanceof RegistryError && error.kind === "refused" ? refusal(error) : error;
    });
    this.#known = token;
    return token;
  }

  async #fromGitHub({ url, secret, audience }: Exclude<Identity, { token: string }>): Promise<string> {
    const address = new URL(url);
    address.searchParams.set("audience", audience);
    // Its certificate is GitHub's, whoever signed that of the registry.
    const transport = new Transport(
      { ...this.#settings, address, caFile: undefined },
      this.#env,
      () => undefined,
    );
    try {
      const headers = { authorization: `Bearer ${secret}`, accept: "application/json" };
      const signal = AbortSignal.timeout(this.#settings.timeoutMs);
      const request = { method: "GET", url: address, headers, body: undefined, signal };
      const { status, bytes } = await readAll(await transport.send(request));
      if (status !== 200) throw new Error(`it answered ${status}`);
      const { value } = JSON.parse(bytes.toString("utf8")) as { value?: unknown };
      if (typeof value !== "string") throw new Error("its answer holds none");
      return value;
    } catch (error) {
      const sentence = `GitHub Actions gave no identity token: ${(error as Error).message}; the job needs "permissions: id-token: write"`;
      throw new RegistryError("unreachable", sentence, { code: "identity" });
    } finally {
      transport.close();
    }
  }
}

/** Who asks is refused, not what is asked for: a build that is about to be published is kept, as without a token. */
function refusal({ message, code, problem }: RegistryError): RegistryError {
  const sentence = `the identity token of this job was not exchanged for a token: ${message}`;
  return new RegistryError("refused", sentence, { code, status: 401, ...(problem && { problem }) });
}
