import type { ProviderDefinition } from "../../generated/terraform/tfplugin6.ts";
import type { Handlers } from "../../plugin/methods.ts";
import { CHANGE_GRACE_MS } from "../answering.ts";
import { stateless } from "../completing.ts";
import { deferred, findOffered, type Session, writeFields } from "../session.ts";
import { isRecord, Unknown, type Value, ValueError } from "../values/values.ts";

type Calls = Pick<
  Handlers<typeof ProviderDefinition>,
  | "validateEphemeralResourceConfig"
  | "openEphemeralResource"
  | "renewEphemeralResource"
  | "closeEphemeralResource"
>;

/** Answers the calls about ephemeral resources. */
export function ephemeralResourceCalls<Client>(session: Session<Client>): Calls {
  const { answer, provider } = session;
  const find = (typeName: string) => findOffered(provider.ephemeralResources, typeName, "ephemeral resource");
  const keyOf = (typeName: string, held: Uint8Array = new Uint8Array()) =>
    `${typeName} ${Buffer.from(held).toString("latin1")}`;
  const hold = (typeName: string, held: Uint8Array | undefined) =>
    session.opened.set(keyOf(typeName, held), () =>
      close(typeName, held, AbortSignal.timeout(CHANGE_GRACE_MS)),
    );
  const close = (typeName: string, held: Uint8Array | undefined, signal: AbortSignal) =>
    answer(`CloseEphemeralResource ${typeName}`, signal, async (context) => {
      const configured = session.client();
      await find(typeName).close?.(readHeld(held), { ...context, ...configured });
      session.opened.delete(keyOf(typeName, held));
      return {};
    });
  return {
    validateEphemeralResourceConfig: ({ typeName, config }, signal) =>
      answer(`ValidateEphemeralResourceConfig ${typeName}`, signal, ({ diagnostics }) => {
        session.validate(find(typeName), config, diagnostics);
        return {};
      }),

    openEphemeralResource: ({ typeName, config, clientCapabilities }, signal) =>
      answer(
        `OpenEphemeralResource ${typeName}`,
        signal,
        async (context) => {
          const definition = find(typeName);
          const { schema } = definition;
          const configured = session.client(clientCapabilities?.deferralAllowed);
          if (!configured) return { deferred, result: writeFields(schema, new Unknown()) };
          const fields = session.readConfig(definition, config);
          const { wanted, complete } = stateless(schema.attributes, fields);
          const opened = await definition.open(wanted as never, { ...context, ...configured });
          const result = writeFields(schema, complete(opened.result));
          const held = writeHeld(opened.private);
          hold(typeName, held);
          return { result, renewAt: opened.renewAt, private: held };
        },
        // What was opened must be known, to be closed.
        {},
      ),

    renewEphemeralResource: ({ typeName, private: held }, signal) =>
      answer(`RenewEphemeralResource ${typeName}`, signal, async (context) => {
        const configured = session.client();
        const renewed = await find(typeName).renew?.(readHeld(held), { ...context, ...configured });
        const now = renewed?.private ? writeHeld(renewed.private) : held;
        session.opened.delete(keyOf(typeName, held));
        hold(typeName, now);
        return { renewAt: renewed?.renewAt, private: now };
      }),

    closeEphemeralResource: ({ typeName, private: held }, signal) => close(typeName, held, signal),
  };
}

function writeHeld(held: object = {}): Buffer {
  return Buffer.from(JSON.stringify(held));
}

function readHeld(held: Uint8Array | undefined): Record<string, string> {
  if (!held || held.length === 0) return {};
  try {
    const known: Value = JSON.parse(Buffer.from(held).toString());
    if (isRecord(known)) return known as Record<string, string>;
  } catch {
    // It is as wrong as JSON that is no object.
  }
  throw new ValueError("what is held of an ephemeral resource is not what its provider wrote", []);
}
