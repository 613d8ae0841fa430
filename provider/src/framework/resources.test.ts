import { decode as decodeLibrary, ExtData, encode as encodeLibrary } from "@msgpack/msgpack";
import { describe, expect, test } from "vitest";
import { createLogger } from "../plugin/logger.ts";
import { DiagnosticError } from "./diagnostics.ts";
import { ephemeralResource } from "./ephemeral.ts";
import { ArgumentError, defineFunction } from "./function.ts";
import { provider } from "./provider.ts";
import { type Resource, resource } from "./resource.ts";
import { providerService } from "./service.ts";
import { types } from "./values/types.ts";

const UNKNOWN = new ExtData(0, Uint8Array.of(0));
const NOT_NULL = new ExtData(12, Uint8Array.of(0x81, 0x01, 0xc2));

const schema = {
  version: 2,
  description: "A note.",
  attributes: {
    title: { type: types.string, required: true, requiresReplace: true, description: "." },
    text: { type: types.string, optional: true, description: "." },
    color: { type: types.string, optional: true, computed: true, default: "red", description: "." },
    key: { type: types.string, optional: true, writeOnly: true, description: "." },
    id: { type: types.string, computed: true, stable: true, notNull: true, description: "." },
    revision: { type: types.number, computed: true, description: "." },
  },
} as const;
type Notes = {
  notes: Map<
    string,
    { title: string; text: string | null; color: string; key: string | null; revision: number }
  >;
};
type Note = Resource<typeof schema, Notes>;

function start(change: Partial<Note> = {}) {
  const notes: Notes["notes"] = new Map();
  const note = resource<typeof schema, Notes>({
    schema,
    async create({ title, text, color, key }, { client }) {
      client.notes.set(title, { title, text, color: color ?? "none", key, revision: 1 });
      return { id: title, revision: 1, color };
    },
    async read({ id }, { client }) {
      const found = client.notes.get(String(id));
      return found && { ...found, id, key: "leaked" };
    },
    async update({ text, color, key }, { id }, { client }) {
      const revision = (client.notes.get(String(id))?.revision ?? 0) + 1;
      client.notes.set(String(id), { title: String(id), text, color: color ?? "none", key, revision });
      return { id, revision, color };
    },
    async delete({ id }, { client }) {
      client.notes.delete(String(id));
    },
    import: (id) => {
      if (id === "") throw new DiagnosticError("Invalid id", "Give the title.");
      return { id };
    },
    upgrades: {
      0: ({ name, ...state }) => ({ ...state, title: name }),
      1: (state) => ({ ...state, color: "blue" }),
    },
    move: ({ typeName, state }) => (typeName === "old_note" ? { id: String(state.id) } : undefined),
    ...change,
  });
  const closed: unknown[] = [];
  const lease = ephemeralResource<typeof leaseSchema, Notes>({
    schema: leaseSchema,
    open: async ({ title }) => ({
      result: { secret: `${title}!` },
      private: { title },
      renewAt: new Date("2030-01-01T00:00:00Z"),
    }),
    renew: async ({ title }) => ({ private: { title: `${title}+` } }),
    close: async (held) => {
      closed.push(held);
    },
  });
  const repeat = defineFunction({
    summary: "Repeats.",
    description: "Repeats a text.",
    parameters: [
      { name: "text", type: types.string, description: "." },
      { name: "times", type: types.number, description: "." },
    ],
    returns: types.string,
    call(text, times) {
      if (Number(times) < 0) throw new ArgumentError(1, "times must not be negative");
      return text.repeat(Number(times));
    },
  });
  const definition = provider({
    schema: {
      description: ".",
      attributes: { where: { type: types.string, optional: true, description: "." } },
    },
    configure: () => ({ notes }),
    resources: { n_note: note },
    ephemeralResources: { n_lease: lease },
    functions: { repeat },
  });
  const { handlers } = providerService(
    definition,
    createLogger("n", {}, () => undefined),
  );
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at as a client would see them
  const call = (name: string, request: object = {}): Promise<any> =>
    new Promise((resolve, reject) => {
      const handler = handlers[name] as unknown as (
        call: object,
        done: (e: unknown, a: unknown) => void,
      ) => void;
      handler({ request, on: () => undefined }, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  const typeName = "n_note";
  return {
    notes,
    closed,
    call,
    configure: (where: unknown = null) => call("configureProvider", { config: value({ where }) }),
    plan: (prior: object | null, proposed: object | null, config = proposed) =>
      call("planResourceChange", {
        typeName,
        priorState: value(prior),
        proposedNewState: value(proposed),
        config: value(config),
      }),
    apply: (prior: object | null, planned: object | null, config = planned) =>
      call("applyResourceChange", {
        typeName,
        priorState: value(prior),
        plannedState: value(planned),
        config: value(config),
      }),
    read: (state: object) =>
      call("readResource", { typeName, currentState: value(state), private: Buffer.from("p") }),
    upgrade: (version: bigint, json: string) =>
      call("upgradeResourceState", { typeName, version, rawState: { json: Buffer.from(json), flatmap: {} } }),
  };
}
const leaseSchema = {
  description: "A lease.",
  attributes: {
    title: { type: types.string, required: true, description: "." },
    secret: { type: types.string, computed: true, sensitive: true, description: "." },
  },
} as const;

const value = (values: object | null) => ({
  msgpack: Buffer.from(encodeLibrary(values)),
  json: Buffer.alloc(0),
});
// biome-ignore lint/suspicious/noExplicitAny: as above
const seen = (state: { msgpack: Uint8Array }): any => decodeLibrary(new Uint8Array(state.msgpack));
const note = (values: object = {}) => ({
  title: "a",
  text: null,
  color: "red",
  key: null,
  id: "a",
  revision: 1,
  ...values,
});
const summaries = ({ diagnostics }: { diagnostics: { summary: string }[] }) =>
  diagnostics.map(({ summary }) => summary);

describe("a resource", () => {
  test("is planned, made, read, changed and removed", async () => {
    const service = start();
    await service.configure();
    const config = note({ text: "t", color: null, key: "k", id: null, revision: null });
    const planned = await service.plan(null, { ...config, key: null }, config);
    expect(seen(planned.plannedState)).toEqual(note({ text: "t", id: NOT_NULL, revision: UNKNOWN }));
    const made = await service.apply(null, seen(planned.plannedState), config);
    expect(made.diagnostics).toEqual([]);
    expect(seen(made.newState)).toEqual(note({ text: "t" }));
    expect(service.notes.get("a")).toMatchObject({ text: "t", color: "red", key: "k" });

    const read = await service.read(seen(made.newState));
    expect(seen(read.newState)).toEqual(note({ text: "t" }));
    expect(read.private).toEqual(Buffer.from("p"));

    const same = await service.plan(note({ text: "t" }), note({ text: "t" }), config);
    expect(seen(same.plannedState)).toEqual(note({ text: "t" }));
    const change = await service.plan(note({ text: "t" }), note({ text: "new" }), { ...config, text: "new" });
    expect(seen(change.plannedState)).toEqual(note({ text: "new", revision: UNKNOWN }));
    expect(change.requiresReplace).toEqual([]);
    const changed = await service.apply(note({ text: "t" }), seen(change.plannedState), config);
    expect(seen(changed.newState)).toEqual(note({ text: "new", revision: 2 }));

    const removed = await service.apply(note(), null);
    expect(seen(removed.newState)).toBeNull();
    expect(service.notes.size).toBe(0);
    expect(seen((await service.read(note())).newState)).toBeNull();
  });

  test("is replaced by a change that makes it another one", async () => {
    const service = start();
    await service.configure();
    const { requiresReplace } = await service.plan(
      note(),
      note({ title: "b" }),
      note({ title: "b", id: null, revision: null }),
    );
    expect(requiresReplace).toEqual([
      { steps: [{ selector: { $case: "attributeName", attributeName: "title" } }] },
    ]);
  });

  test("stays in the state as it was when a change or its removal fails", async () => {
    const fail = async () => {
      throw new DiagnosticError("Refused", "Because.", ["text"]);
    };
    const service = start({ create: fail, update: fail, delete: fail });
    await service.configure();
    const created = await service.apply(null, note());
    expect([summaries(created), seen(created.newState)]).toEqual([["Refused"], null]);
    for (const planned of [note({ text: "new" }), null]) {
      const { newState, diagnostics } = await service.apply(note(), planned);
      expect(diagnostics).toMatchObject([{ summary: "Refused", detail: "Because." }]);
      expect(seen(newState)).toEqual(note());
    }
  });

  test("can refuse a plan", async () => {
    const service = start({
      plan({ prior, planned }) {
        if (prior !== null && planned.text === "bad")
          throw new DiagnosticError("Bad text", "Choose another.", ["text"]);
      },
    });
    await service.configure();
    expect(summaries(await service.plan(note(), note({ text: "bad" })))).toEqual(["Bad text"]);
    expect(summaries(await service.plan(note(), note({ text: "good" })))).toEqual([]);
  });

  test("is planned with a provider that is configured only after apply, and then made", async () => {
    const service = start({
      plan() {
        throw new Error("nobody can be asked");
      },
    });
    await service.configure(UNKNOWN);
    expect(summaries(await service.plan(null, note({ id: null, revision: null })))).toEqual([]);
    expect(summaries(await service.read(note()))).toEqual([
      "Provider configuration is known only after apply",
    ]);
  });

  test("is imported by its id, and moved from what can become one", async () => {
    const service = start();
    await service.configure();
    const { importedResources } = await service.call("importResourceState", { typeName: "n_note", id: "a" });
    expect(importedResources).toMatchObject([{ typeName: "n_note" }]);
    expect(seen(importedResources[0].state)).toMatchObject({ id: "a", title: null });
    expect(summaries(await service.call("importResourceState", { typeName: "n_note", id: "" }))).toEqual([
      "Invalid id",
    ]);
    const move = (sourceTypeName: string) =>
      service.call("moveResourceState", {
        sourceProviderAddress: "registry.terraform.io/x/old",
        sourceTypeName,
        sourceSchemaVersion: 0n,
        targetTypeName: "n_note",
        sourceState: { json: Buffer.from('{"id":"a"}'), flatmap: {} },
      });
    expect(seen((await move("old_note")).targetState)).toMatchObject({ id: "a", title: null });
    expect(summaries(await move("other"))).toEqual(["Resource cannot be moved"]);
  });

  test("has state of every older schema upgraded, and of a newer one refused", async () => {
    const service = start();
    const rest = '"text":null,"key":null,"id":"a","revision":1';
    const first = await service.upgrade(0n, `{"name":"a",${rest}}`);
    expect(seen(first.upgradedState)).toEqual(note({ color: "blue" }));
    const present = await service.upgrade(2n, `{"title":"a","color":"red",${rest}}`);
    expect(seen(present.upgradedState)).toEqual(note());
    expect(summaries(await service.upgrade(3n, "{}"))).toEqual(["State was written by a newer provider"]);
    expect(summaries(await service.upgrade(1n, "[]"))).toEqual(["State cannot be read"]);
    expect(summaries(await service.upgrade(1n, ""))).toEqual(["State is too old"]);
  });

  test("takes what is only written from clients that can keep it out of the state", async () => {
    const service = start();
    const validate = (writeOnlyAttributesAllowed: boolean) =>
      service.call("validateResourceConfig", {
        typeName: "n_note",
        config: value(note({ key: "k", id: null, revision: null })),
        clientCapabilities: { writeOnlyAttributesAllowed },
      });
    expect(summaries(await validate(true))).toEqual([]);
    expect(summaries(await validate(false))).toEqual(["Write-only attribute not supported"]);
  });
});

describe("an ephemeral resource", () => {
  const typeName = "n_lease";

  test("is opened, renewed and closed with what it was opened with", async () => {
    const service = start();
    await service.configure();
    const opened = await service.call("openEphemeralResource", {
      typeName,
      config: value({ title: "a", secret: null }),
    });
    expect(seen(opened.result)).toEqual({ title: "a", secret: "a!" });
    expect(opened.renewAt).toEqual(new Date("2030-01-01T00:00:00Z"));
    const renewed = await service.call("renewEphemeralResource", { typeName, private: opened.private });
    await service.call("closeEphemeralResource", { typeName, private: renewed.private });
    expect(service.closed).toEqual([{ title: "a+" }]);
  });
});

describe("a function", () => {
  const call = (...given: unknown[]) =>
    start().call("callFunction", { name: "repeat", arguments: given.map((one) => value(one as object)) });

  test("is described and called", async () => {
    const { functions } = await start().call("getFunctions");
    expect(functions.repeat).toMatchObject({
      summary: "Repeats.",
      return: { type: Buffer.from('"string"') },
    });
    expect(seen((await call("ab", 2)).result)).toBe("abab");
  });

  test("says which argument cannot be used, and what else went wrong", async () => {
    expect(await call("ab", -1)).toMatchObject({
      error: { text: "times must not be negative", functionArgument: 1n },
    });
    expect(await call("ab")).toMatchObject({ error: { text: expect.stringContaining("takes 2 arguments") } });
    expect(await start().call("callFunction", { name: "none", arguments: [] })).toMatchObject({
      error: { text: "This provider has no function none." },
    });
  });
});
