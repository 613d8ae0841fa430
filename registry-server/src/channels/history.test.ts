import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { Api, ami, type Page } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import type { Assignment, Channel } from "./schema.ts";

const versions = 4;

/** What somebody does with one of two channels; all of it is sent at once or one after the other. */
const action = fc.record({
  channel: fc.constantFrom("staging", "production"),
  what: fc.constantFrom("assign", "promote", "rollback", "empty"),
  version: fc.integer({ min: 1, max: versions }),
  /** Whether it is for the channel as it was at the beginning. */
  checked: fc.boolean(),
});
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

forEachDatabase((test) => {
  let api: Api;
  let count = 0;

  beforeAll(() => {
    api = new Api(test.database);
  });

  async function setUp(): Promise<string> {
    const artifact = `history/a${++count}`;
    for (let number = 1; number <= versions; number++) {
      await api.publish(artifact, { fingerprint: `f${number}`, builds: [{ name: "a", ...ami("ami-1") }] });
    }
    for (const channel of ["staging", "production"]) {
      await api.send("PUT", `/v1/artifacts/${artifact}/channels/${channel}`, { version: 1 });
    }
    return artifact;
  }

  /** The revision and the version that an acknowledged action left behind; nothing when it was refused. */
  async function act(artifact: string, { channel, what, version, checked }: Action) {
    const path = `/v1/artifacts/${artifact}/channels/${channel}`;
    const match = { "If-Match": checked ? '"2"' : "*" };
    const other = channel === "staging" ? "production" : "staging";
    const [method, url, body] = {
      assign: ["PUT", path, { version }],
      empty: ["PUT", path, { version: null }],
      promote: ["POST", `${path}/promote`, { from: other }],
      rollback: ["POST", `${path}/rollback`, {}],
    }[what] as [string, string, object];
    const reply = await api.send<Channel & { channel?: Channel }>(method, url, body, match);
    if (reply.status !== 200) {
      expect([404, 409, 412]).toContain(reply.status);
      return undefined;
    }
    const shown = reply.body.channel ?? reply.body;
    return { channel, revision: shown.revision, number: shown.version?.number ?? null };
  }

  type Done = NonNullable<Awaited<ReturnType<typeof act>>>;

  async function check(artifact: string, done: (Done | undefined)[]): Promise<void> {
    for (const channel of ["staging", "production"]) {
      const path = `/v1/artifacts/${artifact}/channels/${channel}`;
      const { items } = (await api.get<Page<Assignment>>(`${path}/history?limit=200`)).body;
      // Two answers with one revision: the second found what it wanted there already.
      const byRevision = new Map(
        done.flatMap((one) => (one?.channel === channel ? [[one.revision, one.number] as const] : [])),
      );
      const acknowledged = [...byRevision]
        .filter(([revision]) => revision > 2)
        .sort(([a], [b]) => a - b)
        .map(([, number]) => number);
      expect(items.map((item) => item.number).reverse()).toEqual([1, ...acknowledged]);
      const { body } = await api.get<Channel>(path);
      expect(body.version?.number ?? null).toBe(items[0]?.number);
    }
  }

  it("the history is the sequence of acknowledged assignments, whatever is done one after the other", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 12 }), async (actions) => {
        const artifact = await setUp();
        const done = [];
        for (const one of actions) done.push(await act(artifact, one));
        await check(artifact, done);
      }),
      { numRuns: 10 },
    );
  }, 120_000);

  it("the history is the sequence of acknowledged assignments, whatever is done at once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 2, maxLength: 12 }), async (actions) => {
        const artifact = await setUp();
        await check(artifact, await Promise.all(actions.map((one) => act(artifact, one))));
      }),
      { numRuns: 10 },
    );
  }, 120_000);

  it("going back again and again never restores what was left, and ends", async () => {
    const numbers = fc.array(fc.integer({ min: 1, max: versions }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(numbers, async (assigned) => {
        const artifact = await setUp();
        const path = `/v1/artifacts/${artifact}/channels/production`;
        for (const version of assigned) await api.send("PUT", path, { version }, { "If-Match": "*" });
        const left = new Set<number | undefined>([assigned.at(-1)]);
        for (;;) {
          const reply = await api.send<{ channel: Channel }>(
            "POST",
            `${path}/rollback`,
            {},
            { "If-Match": "*" },
          );
          if (reply.status !== 200) break;
          const number = reply.body.channel.version?.number;
          expect(left).not.toContain(number);
          left.add(number);
        }
        expect((await api.get<Channel>(path)).body.version?.number).toBe(1);
      }),
      { numRuns: 10 },
    );
  }, 120_000);
});
