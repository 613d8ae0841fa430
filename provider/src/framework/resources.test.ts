import { ExtData } from "@msgpack/msgpack";
import { describe, expect, test } from "vitest";
import { callsOf, seen, summaries, value } from "../../test/harness/service-calls.ts";
import { DiagnosticError } from "./diagnostics.ts";
import { provider } from "./provider.ts";
import { type Resource, resource } from "./resource.ts";
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
      1: (state) => ({ ...state, color: "blue", revision: Number(state.revision) }),
    },
    move: ({ typeName, state }) => (typeName === "old_note" ? { id: String(state.id) } : undefined),
    ...change,
  });
  const definition = provider({
    schema: {
      description: ".",
      attributes: { where: { type: types.string, optional: true, description: "." } },
    },
    configure: () => ({ notes }),
    resources: { n_note: note },
  });
  const call = callsOf(definition);
  const typeName = "n_note";
  return {
    notes,
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

const note = (values: object = {}) => ({
  title: "a",
  text: null,
  color: "red",
  key: null,
  id: "a",
  revision: 1,
  ...values,
});
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

  test("is the same when its text changes and its meaning does not", async () => {
    const asked: unknown[] = [];
    const service = start({
      meansSame: (name, before, after) =>
        name === "title" && String(before).toLowerCase() === String(after).toLowerCase(),
      update: async (config) => {
        asked.push(config);
        return { id: "a", revision: 9, color: "red" };
      },
    });
    await service.configure();
    const { plannedState, requiresReplace } = await service.plan(note(), note({ title: "A" }));
    expect([seen(plannedState), requiresReplace]).toEqual([note({ title: "A" }), []]);
    const applied = await service.apply(note(), note({ title: "A" }));
    expect([seen(applied.newState), asked]).toEqual([note({ title: "A" }), []]);
    expect((await service.plan(note(), note({ title: "b" }))).requiresReplace).toHaveLength(1);
    service.notes.set("a", { title: "a", text: null, color: "red", key: null, revision: 1 });
    expect(seen((await service.read(note({ title: "A" }))).newState)).toEqual(note({ title: "A" }));
    expect(seen((await service.read(note({ title: "b" }))).newState)).toEqual(note());
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
