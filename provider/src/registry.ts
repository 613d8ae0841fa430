import type { RegistryClient } from "@waybill/registry-client/client";
import { RegistryError } from "@waybill/registry-client/problem";
import type { OnRevoked } from "@waybill/registry-client/query";
import type { Settings } from "@waybill/registry-client/settings";
import type { Self } from "@waybill/registry-client/types";
import { allows } from "@waybill/registry-server/tokens/scopes";
import { artifactName } from "./attributes.ts";
import { type Asked, reportFailure } from "./failures.ts";
import { DiagnosticError } from "./framework/diagnostics.ts";
import type { Resolver } from "./resolver.ts";

type Call = { readonly signal: AbortSignal };

/** What a handler needs to ask a registry. */
export type Context = Call & { readonly client: Registry };

/** What data sources and resources work with: a registry, and how it was configured. */
export class Registry {
  readonly settings: Settings;
  readonly onRevoked: OnRevoked | undefined;
  readonly resolver: Resolver;
  readonly #client: () => Promise<RegistryClient>;
  #self: Promise<Self> | undefined;

  constructor(
    parts: Pick<Registry, "settings" | "onRevoked" | "resolver">,
    client: () => Promise<RegistryClient>,
  ) {
    this.settings = parts.settings;
    this.onRevoked = parts.onRevoked;
    this.resolver = parts.resolver;
    this.#client = client;
  }

  /** The whole name of an artifact. @throws {DiagnosticError} at the attribute that it was written in */
  artifact(name: string, attribute = "artifact"): string {
    return artifactName(name, this.settings.namespace, attribute);
  }

  /**
   * Asks the registry.
   *
   * @param config what the user wrote, which decides where an error is shown
   * @throws {DiagnosticError} what went wrong and what to do
   */
  async ask<T>(
    call: Call,
    config: Asked["config"],
    work: (client: RegistryClient, options: Call) => Promise<T>,
  ): Promise<T> {
    try {
      return await work(await this.#client(), { signal: call.signal });
    } catch (error) {
      throw reportFailure(error, {
        artifact: String(config.artifact ?? ""),
        config,
        settings: this.settings,
      });
    }
  }

  /**
   * As {@link ask}, with undefined for what is not there.
   *
   * @throws {DiagnosticError} also when the token may not see whether it is: then the registry answers as if it were not
   */
  async find<T>(
    call: Call,
    config: Asked["config"],
    work: (client: RegistryClient, options: Call) => Promise<T>,
  ): Promise<T | undefined> {
    return this.ask(call, config, (client, options) =>
      work(client, options).catch(async (error: unknown) => {
        if (!(error instanceof RegistryError && /_(not_found|empty)$/.test(error.code))) throw error;
        await this.#requireSight(client, error.code, config);
        return undefined;
      }),
    );
  }

  async #requireSight(client: RegistryClient, code: string, config: Asked["config"]): Promise<void> {
    const needed = sightOf(code, config);
    if (!needed) return;
    this.#self ??= client.tokens.self();
    const self = await this.#self;
    const { at, scope: wanted, paths } = needed;
    if (paths.every((path) => allows(self, wanted, path))) return;
    const held = self.scopes.map(({ scope, pattern }) => `${scope} on ${pattern}`).join(", ") || "nothing";
    throw new DiagnosticError(
      "Token may not see this",
      `Whether there is ${config[at]} is not told to the token "${self.name}", which has ${held}. Use one that has ${wanted} there; what is in the state would be taken for deleted otherwise.`,
      [at],
    );
  }
}

/** What it takes to be told that something is not there, and where. */
function sightOf(code: string, { artifact, name, scopes }: Asked["config"]) {
  if (code === "artifact_not_found")
    return { at: "artifact", scope: "read", paths: [String(artifact)] } as const;
  if (code === "namespace_not_found") return { at: "name", scope: "read", paths: [String(name)] } as const;
  if (code !== "token_not_found" || !Array.isArray(scopes)) return undefined;
  // A token is seen by who is admin of all that it may do: of what its patterns begin with, at least.
  const paths = scopes.map(({ pattern }: { pattern: string }) => pattern.replace(/\*$/, ""));
  return { at: "name", scope: "admin", paths } as const;
}
