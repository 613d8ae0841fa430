import { decode, encode } from "@msgpack/msgpack";
import type { Provider } from "../../src/framework/provider.ts";
import type { Schema } from "../../src/framework/schema.ts";
import { providerService } from "../../src/framework/service.ts";
import { createLogger, type Logger } from "../../src/plugin/logger.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at as a client would see them
export type Answer = any;
/** @param cancelled is given what a client does that no longer waits */
export type Call = (
  name: string,
  request?: object,
  cancelled?: (cancel: () => void) => void,
) => Promise<Answer>;

/** Calls the service of a provider without a process in between. */
export function callsOf<S extends Schema, Client>(
  definition: Provider<S, Client>,
  logger: Logger = createLogger("test", {}, () => undefined),
): Call {
  const { handlers } = providerService(definition, logger);
  return (name, request = {}, cancelled) =>
    new Promise((resolve, reject) => {
      const on = (_event: string, listener: () => void) => cancelled?.(listener);
      const handler = handlers[name] as unknown as (
        call: object,
        done: (error: unknown, answer: unknown) => void,
      ) => void;
      handler({ request, on }, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
}

/** A value as the protocol carries it. */
export const value = (values: object | null) => ({
  msgpack: Buffer.from(encode(values)),
  json: Buffer.alloc(0),
});

export const seen = (state: { msgpack: Uint8Array }): Answer => decode(new Uint8Array(state.msgpack));

export const summaries = ({ diagnostics }: Answer): string[] =>
  diagnostics.map(({ summary }: { summary: string }) => summary);
