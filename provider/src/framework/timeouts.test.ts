import { describe, expect, test } from "vitest";
import { type Answer, callsOf, seen, summaries, value } from "../../test/harness/service-calls.ts";
import { dataSource, provider } from "./provider.ts";
import { resource } from "./resource.ts";
import { durationMs, type Timeouts } from "./timeouts.ts";
import { types } from "./values/types.ts";

const schema = {
  description: "A thing.",
  attributes: {
    name: { type: types.string, required: true, description: "." },
    revision: { type: types.number, computed: true, description: "." },
  },
} as const;
const typeName = "slow_thing";
const thing = (values: object = {}) => ({ name: "a", revision: 1, timeouts: null, ...values });
const set = (values: object) => ({ create: null, read: null, update: null, delete: null, ...values });

/** Things that are never done, and say so when they are asked to stop. */
async function start(timeouts: Timeouts, isSlow = true) {
  const asked: string[] = [];
  const work = (operation: string) => (_first: unknown, second: object, third?: object) => {
    asked.push(operation);
    const { signal } = (third ?? second) as { signal: AbortSignal };
    return new Promise<never>((resolve, reject) => {
      if (!isSlow) resolve({ name: "a", revision: 2 } as never);
      signal.addEventListener("abort", () => reject(new Error("stopped")), { once: true });
    });
  };
  const call = callsOf(
    provider({
      schema: { description: ".", attributes: {} },
      configure: () => ({}),
      resources: {
        [typeName]: resource<typeof schema, object>({
          ...{ schema, timeouts, create: work("create"), read: work("read"), update: work("update") },
          delete: work("delete"),
        }),
      },
      dataSources: {
        [typeName]: dataSource<typeof schema, object>({
          ...{ schema, timeouts: { read: timeouts.read ?? 0 }, read: work("look") },
        }),
      },
    }),
  );
  await call("configureProvider", { config: value({}) });
  const apply = (priorState: object | null, plannedState: object | null): Promise<Answer> =>
    call("applyResourceChange", {
      ...{ typeName, priorState: value(priorState), plannedState: value(plannedState) },
      config: value(plannedState),
    });
  const read = (state: object): Promise<Answer> =>
    call("readResource", { typeName, currentState: value(state) });
  return { call, apply, read, asked };
}

const all = { create: 60_000, read: 60_000, update: 60_000, delete: 60_000 };

describe("an operation that takes longer than it may", () => {
  test.each([
    ["Creating took too long", "create", "apply", [null, thing({ timeouts: set({ create: "20ms" }) })]],
    [
      "Updating took too long",
      "update",
      "apply",
      [thing(), thing({ name: "b", timeouts: set({ update: "20ms" }) })],
    ],
    ["Deleting took too long", "delete", "apply", [thing({ timeouts: set({ delete: "20ms" }) }), null]],
    ["Reading took too long", "read", "read", [thing({ timeouts: set({ read: "20ms" }) })]],
  ] as const)("is ended: %s", async (summary, operation, call, states) => {
    const service = await start(all);
    const { diagnostics, newState } = await (service[call] as (...states: unknown[]) => Promise<Answer>)(
      ...states,
    );
    expect(diagnostics).toMatchObject([
      {
        summary,
        detail: expect.stringMatching(
          new RegExp(`within 20ms \\(timeouts\\.${operation}\\).*set ${operation}`),
        ),
        attribute: {
          steps: ["timeouts", operation].map((name) => ({ selector: { attributeName: name } })),
        },
      },
    ]);
    expect(diagnostics[0].detail.includes("may have been done")).toBe(operation !== "read");
    if (call === "apply") expect(seen(newState)).toEqual(states[0]);
  });

  test("has the time of the provider where the user says nothing", async () => {
    const { apply } = await start({ ...all, create: 20 });
    const { diagnostics } = await apply(null, thing());
    expect(diagnostics).toMatchObject([
      { summary: "Creating took too long", detail: expect.stringContaining("20ms"), attribute: undefined },
    ]);
  });

  test.each(["soon", "-1s", "0s", ""])(
    "has the time of the provider where state holds %j",
    async (written) => {
      const { read } = await start({ ...all, read: 20 });
      const { diagnostics } = await read(thing({ timeouts: set({ read: written }) }));
      expect(diagnostics).toMatchObject([{ detail: expect.stringContaining("within 20ms") }]);
    },
  );

  test("may be a data source", async () => {
    const { call } = await start({ ...all, read: 20 });
    const config = value(thing({ revision: null, timeouts: { read: null } }));
    expect(summaries(await call("readDataSource", { typeName, config }))).toEqual(["Reading took too long"]);
  });

  test("is told apart from one that Terraform interrupts", async () => {
    const { call, read, asked } = await start(all);
    const reading = read(thing());
    await expect.poll(() => asked).toEqual(["read"]);
    await call("stopProvider");
    expect(summaries(await reading)).toEqual(["Cancelled"]);
  });
});

describe("the argument", () => {
  test("stays in the state, and its change asks nobody", async () => {
    const { call, apply, read, asked } = await start(all, false);
    const later = thing({ timeouts: set({ create: "5m" }) });
    const states = { priorState: value(thing()), proposedNewState: value(later) };
    const plan = await call("planResourceChange", {
      ...{ typeName, ...states, config: value({ ...later, revision: null }) },
    });
    expect(seen(plan.plannedState)).toEqual(later);
    const applied = await apply(thing(), later);
    expect([applied.diagnostics, seen(applied.newState), asked]).toEqual([[], later, []]);
    expect(seen((await read(later)).newState)).toEqual({ ...later, revision: 2 });
  });

  test("has what its resource has, and takes durations only", async () => {
    const { call } = await start({ create: 60_000 });
    const { resourceSchemas } = await call("getProviderSchema");
    const { attributes } = resourceSchemas[typeName].block;
    expect(attributes.at(-1)).toMatchObject({
      name: "timeouts",
      optional: true,
      nestedType: { attributes: [{ name: "create", description: "Default: `1m`." }] },
    });
    const config = value(thing({ revision: null, timeouts: { create: "soon" } }));
    expect((await call("validateResourceConfig", { typeName, config })).diagnostics).toMatchObject([
      { summary: "Invalid timeouts.create", detail: expect.stringContaining("such as 30s, 10m or 1h30m") },
    ]);
  });
});

test.each([
  ["30s", 30_000],
  ["1h30m", 5_400_000],
  ["1.5m", 90_000],
  ["250ms", 250],
  ["10", Number.NaN],
  ["-1s", Number.NaN],
  ["1 s", Number.NaN],
  ["", Number.NaN],
])("%s are %d ms", (text, ms) => expect(durationMs(text)).toBe(ms));
