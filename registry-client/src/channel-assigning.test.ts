import fc from "fast-check";
import { expect, test } from "vitest";
import { assignChannels } from "./channel-assigning.ts";
import { RegistryError } from "./index.ts";
import type { Assignment, Channel, ChannelChange, Page, Version } from "./types.ts";

const refused = (code: string, status: number) =>
  new RegistryError("refused", `it is ${code}`, { code, status });

/** A version that was built in this minute. */
function version(number: number, minute = number): Version {
  const ended_at = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
  return { artifact: "hashicorp/web", number, builds: [{ ended_at }] } as unknown as Version;
}

/** Plays a registry whose channels point to versions by these numbers, which tell when each was built, too. */
function registry(at: Record<string, number>, history: number[] = []) {
  const refusals: RegistryError[] = [];
  const puts: { channel: string; revision: number | undefined }[] = [];
  return {
    at,
    refusals,
    puts,
    channels: {
      async get(_artifact: string, channel: string): Promise<Channel> {
        if (!(channel in at)) throw refused("channel_not_found", 404);
        return {
          name: channel,
          revision: at[channel],
          version: { number: at[channel] },
        } as unknown as Channel;
      },
      async put(
        _artifact: string,
        channel: string,
        change: ChannelChange,
        options: { ifUnchanged?: { revision: number } | undefined } = {},
      ): Promise<Channel> {
        puts.push({ channel, revision: options.ifUnchanged?.revision });
        const refusal = refusals.shift();
        if (refusal) throw refusal;
        at[channel] = change.version ?? 0;
        return {} as Channel;
      },
      async history(): Promise<Page<Assignment>> {
        return { items: history.map((number) => ({ number }) as Assignment), next_cursor: null };
      },
    },
    getVersion: async (_artifact: string, number: unknown) => version(Number(number)),
  };
}

test("points channels at the version in the order given, those that are new and those that are older", async () => {
  const server = registry({ staging: 3 });
  const assigned = await assignChannels(server, version(4), ["staging", "production"], false);
  expect(assigned).toEqual([{ channel: "staging" }, { channel: "production" }]);
  expect(server.at).toEqual({ staging: 4, production: 4 });
  expect(server.puts).toEqual([
    { channel: "staging", revision: 3 },
    { channel: "production", revision: undefined },
  ]);
});

test("asks for nothing where it points there already", async () => {
  const server = registry({ staging: 4 });
  expect(await assignChannels(server, version(4), ["staging"], false)).toEqual([{ channel: "staging" }]);
  expect(server.puts).toEqual([]);
});

test("leaves a channel at what was built later, though it has a lower number", async () => {
  const server = registry({ staging: 3 });
  const [assigned] = await assignChannels(server, version(4, 2), ["staging"], false);
  expect(assigned?.refusal).toBe("it stays at version 3, which was built later");
  expect(server.at).toEqual({ staging: 3 });
});

test("in whatever order versions arrive, and however often, a channel never goes back", async () => {
  // Numbers are given as versions arrive, which is not the order they were built in.
  const builtIn = fc.uniqueArray(fc.nat(59), { minLength: 1, maxLength: 8 });
  const arrivals = builtIn.chain((minutes) =>
    fc.record({ minutes: fc.constant(minutes), again: fc.array(fc.nat(minutes.length - 1)) }),
  );
  await fc.assert(
    fc.asyncProperty(arrivals, async ({ minutes, again }) => {
      const server = registry({});
      server.getVersion = async (_artifact, number) => version(Number(number), minutes[Number(number) - 1]);
      let newest = -1;
      const arrive = async (index: number, isAgain: boolean) => {
        await assignChannels(server, version(index + 1, minutes[index]), ["staging"], isAgain);
        const at = minutes[(server.at.staging ?? 0) - 1] ?? -1;
        expect(at).toBeGreaterThanOrEqual(newest);
        newest = at;
      };
      for (const index of minutes.keys()) await arrive(index, false);
      for (const index of again) await arrive(index, true);
      expect(newest).toBe(Math.max(...minutes));
    }),
  );
});

test("publishing the same again does not take back what a person decided since", async () => {
  const server = registry({ staging: 3 }, [3, 4, 3]);
  const [assigned] = await assignChannels(server, version(4), ["staging"], true);
  expect(assigned?.refusal).toBe("version 4 was there before, and it has been moved since; it stays at 3");
  expect(await assignChannels(registry({ staging: 3 }, [3]), version(4), ["staging"], true)).toEqual([
    { channel: "staging" },
  ]);
});

test.each([
  ["channel_rule", 409],
  ["forbidden", 403],
  ["version_revoked", 409],
])("what is not allowed (%s) is said, and the next channel gets its turn", async (code, status) => {
  const server = registry({ staging: 3 });
  server.refusals.push(refused(code, status));
  expect(await assignChannels(server, version(4), ["production", "staging"], false)).toEqual([
    { channel: "production", refusal: `it is ${code}` },
    { channel: "staging" },
  ]);
});

test("looks again when somebody else moves it at the same time, and not for ever", async () => {
  const server = registry({ staging: 3 });
  server.refusals.push(refused("precondition_failed", 412), refused("precondition_required", 428));
  expect(await assignChannels(server, version(4), ["staging"], false)).toEqual([{ channel: "staging" }]);
  server.refusals.push(...Array.from({ length: 9 }, () => refused("precondition_failed", 412)));
  expect(await assignChannels(server, version(5), ["staging"], false)).toEqual([
    { channel: "staging", refusal: "it is precondition_failed" },
  ]);
});

test.each([new RegistryError("unreachable", "away"), refused("unauthorized", 401)])(
  "what says nothing about the channel is thrown: %s",
  async (error) => {
    const server = registry({ staging: 3 });
    server.refusals.push(error);
    await expect(assignChannels(server, version(4), ["staging"], false)).rejects.toBe(error);
  },
);
