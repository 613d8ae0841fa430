import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Api, ami, type Page, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import type { Channel } from "../channels/schema.ts";
import { readJson } from "../database/json.ts";
import { serverCaller } from "../tokens/scopes.ts";
import { announceDue } from "./announcing.ts";
import type { Preview, RevocationState, Revoked } from "./schema.ts";

forEachDatabase((test) => {
  let api: Api;
  let ns = "";
  let count = 0;

  beforeAll(() => {
    api = new Api(test.database);
  });
  beforeEach(() => {
    ns = `ns${++count}`;
  });

  const v = (artifact: string, number: number) => `/v1/artifacts/${artifact}/versions/${number}`;
  const revoke = (artifact: string, number: number, change: object = {}) =>
    api.send<Revoked>("PUT", `${v(artifact, number)}/revocation`, { reason: "CVE", ...change });
  const restore = (artifact: string, number: number) =>
    api.send<RevocationState>("DELETE", `${v(artifact, number)}/revocation?reason=fixed`);
  const state = async (artifact: string, number: number) =>
    (await api.get<RevocationState>(`${v(artifact, number)}/revocation`)).body;
  const causes = async (artifact: string, number: number) =>
    (await state(artifact, number)).causes.map((cause) => `${cause.artifact} ${cause.number}`);
  const in1Minute = () => new Date(api.clock.read().getTime() + 60_000).toISOString();

  /** Publishes a version that was built from others, each `namespace/artifact number`. */
  async function publish(artifact: string, ...parents: string[]): Promise<void> {
    const refs = parents.map((parent) => {
      const [name = "", number] = parent.split(" ");
      return { artifact: name, version: Number(number) };
    });
    const build = { name: "a", ...ami(`ami-${Math.random()}`), ...(refs.length > 0 && { parents: refs }) };
    await api.publish(artifact, { fingerprint: `f${Math.random()}`, builds: [build] });
  }

  async function assign(artifact: string, channel: string, ...numbers: number[]): Promise<void> {
    for (const version of numbers) {
      const path = `/v1/artifacts/${artifact}/channels/${channel}`;
      const reply = await api.send("PUT", path, { version }, { "If-Match": "*" });
      expect(reply.status).toBeLessThan(300);
    }
  }

  async function events(artifact: string) {
    const rows = await test.database.reads
      .selectFrom("events")
      .selectAll()
      .where("artifact", "=", artifact)
      .where("action", "like", "revocation.%")
      .orderBy("id")
      .execute();
    return rows.map((row) => ({ ...row, detail: readJson(row.detail) as Record<string, unknown> }));
  }
  const announced = async (artifact: string) =>
    (await events(artifact)).filter((event) => event.action === "revocation.effective").length;

  describe("a version", () => {
    it("is revoked from now on, says so everywhere, and is restored", async () => {
      await publish(`${ns}/web`);
      expect(await state(`${ns}/web`, 1)).toMatchObject({ revoked: false, revoked_at: null, causes: [] });
      const now = api.clock.read().toISOString();
      const cause = { artifact: `${ns}/web`, number: 1, own: true, reason: "CVE", revoked_by: "dev" };
      const revocation = { revoked: true, revoked_at: now, reason: "CVE", causes: [cause] };
      expect((await revoke(`${ns}/web`, 1)).body).toMatchObject({
        ...revocation,
        descendants: 0,
        channels: [],
      });
      expect((await api.version(`${ns}/web`, 1)).body.revocation).toMatchObject(revocation);
      expect((await api.versions(`${ns}/web`)).body.items[0]?.revocation).toMatchObject(revocation);
      const latest = await api.get<Channel>(`/v1/artifacts/${ns}/web/channels/latest`);
      expect(latest.body.version?.revocation).toMatchObject(revocation);
      expect((await restore(`${ns}/web`, 1)).body).toMatchObject({ revoked: false, causes: [] });
      expect((await api.version(`${ns}/web`, 1)).body.revocation).toBeNull();
      expect((await events(`${ns}/web`)).map((event) => event.action)).toEqual([
        ...["revocation.set", "revocation.effective", "revocation.removed"],
      ]);
    });

    it("is revoked again with the same: nothing changes, however often; with another reason: that is kept", async () => {
      await publish(`${ns}/web`);
      const first = (await revoke(`${ns}/web`, 1)).body;
      api.clock.advance(1_000);
      expect((await revoke(`${ns}/web`, 1)).body).toEqual(first);
      expect(await events(`${ns}/web`)).toHaveLength(2);
      expect((await revoke(`${ns}/web`, 1, { reason: "worse" })).body).toMatchObject({
        reason: "worse",
        revoked_at: first.revoked_at,
      });
      expect(await announced(`${ns}/web`)).toBe(1);
      await restore(`${ns}/web`, 1);
      const length = (await events(`${ns}/web`)).length;
      expect((await restore(`${ns}/web`, 1)).status).toBe(200);
      expect(await events(`${ns}/web`)).toHaveLength(length);
    });

    it("that is incomplete is abandoned, not revoked", async () => {
      await api.publish(`${ns}/web`, { fingerprint: "open", expected_builds: ["a"] });
      const path = `/v1/artifacts/${ns}/web/versions/fingerprint:open/revocation`;
      expect(problemOf(await api.send("PUT", path, { reason: "x" }))).toMatchObject({
        status: 409,
        code: "version_incomplete",
      });
    });

    it.each([
      ["no reason", {}, "reason"],
      ["an empty reason", { reason: "" }, "reason"],
      ["a date that is none", { reason: "x", at: "tomorrow" }, "at"],
      [
        "a rollback at a date",
        { reason: "x", at: "2030-01-01T00:00:00Z", rollback_channels: true },
        "rollback_channels",
      ],
    ])("is not revoked with %s", async (_what, body, path) => {
      await publish(`${ns}/web`);
      expect(problemOf(await api.send("PUT", `${v(`${ns}/web`, 1)}/revocation`, body))).toMatchObject({
        status: 400,
        errors: [{ path }],
      });
    });

    it("that is not there is not found", async () => {
      await publish(`${ns}/web`);
      expect(problemOf(await revoke(`${ns}/web`, 2)).code).toBe("version_not_found");
      expect(problemOf(await revoke(`${ns}/none`, 1)).code).toBe("artifact_not_found");
    });
  });

  describe("a scheduled revocation", () => {
    it("takes effect on time though no server runs, and is announced once by those that start then", async () => {
      await publish(`${ns}/web`);
      await publish(`${ns}/app`, `${ns}/web 1`);
      await revoke(`${ns}/web`, 1, { at: in1Minute(), with_descendants: true });
      const announce = () => announceDue(test.database, api.clock.read, serverCaller("test"));
      expect(await announce()).toBe(0);
      expect(await state(`${ns}/app`, 1)).toMatchObject({ revoked: false, causes: [{ own: false }] });
      api.clock.advance(60_000);
      expect((await state(`${ns}/app`, 1)).revoked).toBe(true);
      const counts = await Promise.all([announce(), announce(), announce()]);
      expect(counts.reduce((sum, one) => sum + one, 0)).toBe(2);
      expect(await announce()).toBe(0);
      expect(await announced(`${ns}/web`)).toBe(1);
      expect(await announced(`${ns}/app`)).toBe(1);
      const [set] = await events(`${ns}/web`);
      const effective = (await events(`${ns}/app`)).at(-1);
      expect(effective).toMatchObject({ actor: "server", cause_id: set?.id });
    });

    it("that is in force cannot be put off, which would lift it; restored, it is scheduled and announced again", async () => {
      await publish(`${ns}/web`);
      const { revoked_at } = (await revoke(`${ns}/web`, 1)).body;
      expect(problemOf(await revoke(`${ns}/web`, 1, { at: in1Minute() }))).toMatchObject({
        status: 409,
        code: "revocation_in_force",
        revoked_at,
        detail: expect.stringContaining("Take the revocation back"),
      });
      expect(await state(`${ns}/web`, 1)).toMatchObject({ revoked: true, revoked_at });
      await restore(`${ns}/web`, 1);
      expect((await revoke(`${ns}/web`, 1, { at: in1Minute() })).body.revoked).toBe(false);
      api.clock.advance(60_000);
      expect(await announceDue(test.database, api.clock.read, serverCaller("test"))).toBe(1);
      expect(await announced(`${ns}/web`)).toBe(2);
    });

    it("that has not come is put off", async () => {
      await publish(`${ns}/web`);
      await revoke(`${ns}/web`, 1, { at: in1Minute() });
      api.clock.advance(59_000);
      expect((await revoke(`${ns}/web`, 1, { at: in1Minute() })).status).toBe(200);
      api.clock.advance(59_000);
      expect(await state(`${ns}/web`, 1)).toMatchObject({ revoked: false, causes: [{ own: true }] });
      await restore(`${ns}/web`, 1);
    });

    it("that is restored before its time is never announced", async () => {
      await publish(`${ns}/web`);
      await revoke(`${ns}/web`, 1, { at: in1Minute() });
      await restore(`${ns}/web`, 1);
      api.clock.advance(120_000);
      expect(await announceDue(test.database, api.clock.read, serverCaller("test"))).toBe(0);
      expect(await announced(`${ns}/web`)).toBe(0);
    });
  });

  describe("descendants", () => {
    it("are only marked unless it is asked for more; those of other namespaces are always only marked", async () => {
      await publish(`${ns}/base`);
      await publish(`other-${ns}/mid`, `${ns}/base 1`);
      await publish(`${ns}/leaf`, `other-${ns}/mid 1`);
      await revoke(`${ns}/base`, 1);
      const mark = [{ artifact: `${ns}/base`, number: 1 }];
      for (const artifact of [`other-${ns}/mid`, `${ns}/leaf`]) {
        expect((await api.version(artifact, 1)).body).toMatchObject({
          revocation: null,
          revoked_ancestors: mark,
          revoked_ancestors_hidden: 0,
        });
      }
      expect((await revoke(`${ns}/base`, 1, { with_descendants: true })).body.descendants).toBe(1);
      expect((await api.version(`other-${ns}/mid`, 1)).body).toMatchObject({
        revocation: null,
        revoked_ancestors: mark,
      });
      expect((await state(`${ns}/leaf`, 1)).causes).toMatchObject([{ artifact: `${ns}/base`, own: false }]);
      expect((await api.versions(`${ns}/leaf`)).body.items[0]?.revoked_ancestors).toEqual(mark);
    });

    it("that appear later are reached too: built from it, or from what was built from it", async () => {
      await publish(`${ns}/base`);
      await revoke(`${ns}/base`, 1, { with_descendants: true });
      await publish(`other-${ns}/mid`, `${ns}/base 1`);
      await publish(`${ns}/leaf`, `other-${ns}/mid 1`);
      expect(await causes(`other-${ns}/mid`, 1)).toEqual([]);
      expect(await causes(`${ns}/leaf`, 1)).toEqual([`${ns}/base 1`]);
      expect(problemOf(await api.resolve(`${ns}/leaf`)).code).toBe("version_revoked");
    });

    it("are reached through a parent that is published after its child", async () => {
      await publish(`${ns}/leaf`, `${ns}/mid 1`);
      await publish(`${ns}/base`);
      await revoke(`${ns}/base`, 1, { with_descendants: true });
      expect(await causes(`${ns}/leaf`, 1)).toEqual([]);
      await publish(`${ns}/mid`, `${ns}/base 1`);
      expect(await causes(`${ns}/leaf`, 1)).toEqual([`${ns}/base 1`]);
    });

    it("keep one cause per ancestor; restoring an ancestor takes back exactly its own", async () => {
      await publish(`${ns}/base`);
      await publish(`${ns}/mid`, `${ns}/base 1`);
      await publish(`${ns}/leaf`, `${ns}/mid 1`);
      await revoke(`${ns}/leaf`, 1, { reason: "own" });
      await revoke(`${ns}/base`, 1, { with_descendants: true });
      await revoke(`${ns}/mid`, 1, { with_descendants: true });
      expect((await causes(`${ns}/leaf`, 1)).sort()).toEqual([`${ns}/base 1`, `${ns}/leaf 1`, `${ns}/mid 1`]);
      await restore(`${ns}/base`, 1);
      expect(await causes(`${ns}/mid`, 1)).toEqual([`${ns}/mid 1`]);
      await restore(`${ns}/mid`, 1);
      expect(await causes(`${ns}/leaf`, 1)).toEqual([`${ns}/leaf 1`]);
      expect((await restore(`${ns}/leaf`, 1)).body.revoked).toBe(false);
    });

    it("let go of when that is asked for explicitly, and stay as they are when nothing is said", async () => {
      await publish(`${ns}/base`);
      await publish(`${ns}/leaf`, `${ns}/base 1`);
      await revoke(`${ns}/base`, 1, { with_descendants: true });
      await revoke(`${ns}/base`, 1, { reason: "another" });
      expect((await state(`${ns}/leaf`, 1)).reason).toBe("another");
      await revoke(`${ns}/base`, 1, { with_descendants: false });
      expect(await causes(`${ns}/leaf`, 1)).toEqual([]);
    });

    it.each([
      ["version", () => v(`${ns}/base`, 1)],
      ["artifact", () => `/v1/artifacts/${ns}/base`],
    ])("of a deleted %s can still be restored by its number", async (_what, path) => {
      await publish(`${ns}/base`);
      await publish(`${ns}/leaf`, `${ns}/base 1`);
      await revoke(`${ns}/base`, 1, { with_descendants: true });
      expect((await api.send("DELETE", path())).status).toBe(204);
      expect((await restore(`${ns}/base`, 1)).status).toBe(200);
      expect(await causes(`${ns}/leaf`, 1)).toEqual([]);
      expect((await restore(`${ns}/base`, 1)).status).toBe(404);
    });

    it("that are published while it is revoked are reached, whoever comes first", async () => {
      for (let round = 0; round < 5; round++) {
        const [base, leaf] = [`${ns}/base${round}`, `${ns}/leaf${round}`];
        await publish(base);
        await Promise.all([
          publish(leaf, `${base} 1`),
          revoke(base, 1, { with_descendants: true }),
          publish(leaf, `${base} 1`),
        ]);
        expect([await causes(leaf, 1), await causes(leaf, 2)]).toEqual([[`${base} 1`], [`${base} 1`]]);
      }
    });
  });

  describe("a preview", () => {
    const preview = (artifact: string, number: number, body: object = {}) =>
      api.send<Preview>("POST", `${v(artifact, number)}/revocation/preview`, body);

    it("names channels, consumers and descendants, and changes nothing", async () => {
      await publish(`${ns}/base`);
      await publish(`${ns}/leaf`, `${ns}/base 1`);
      await publish(`${ns}/deep`, `${ns}/leaf 1`);
      await publish(`other-${ns}/x`, `${ns}/base 1`);
      await publish(`${ns}/base`);
      await assign(`${ns}/base`, "production", 1);
      await assign(`${ns}/deep`, "stable", 1);
      await api.get(`/v1/artifacts/${ns}/base/resolve?version=1`, { "Waybill-Consumer": "acme/net" });
      await api.consumptions.flush();
      expect((await preview(`${ns}/base`, 1)).body).toEqual({
        channels: [{ artifact: `${ns}/base`, channel: "production" }],
        consumers: [expect.objectContaining({ artifact: `${ns}/base`, number: 1, consumer: "acme/net" })],
        descendants: [
          { artifact: `${ns}/leaf`, number: 1, depth: 1, will_be_revoked: false },
          { artifact: `other-${ns}/x`, number: 1, depth: 1, will_be_revoked: false },
          { artifact: `${ns}/deep`, number: 1, depth: 2, will_be_revoked: false },
        ],
        hidden_descendants: 0,
        truncated: false,
      });
      const all = (await preview(`${ns}/base`, 1, { with_descendants: true })).body;
      expect(all.channels).toEqual([
        { artifact: `${ns}/base`, channel: "production" },
        { artifact: `${ns}/deep`, channel: "stable" },
        { artifact: `${ns}/leaf`, channel: "latest" },
        { artifact: `${ns}/deep`, channel: "latest" },
      ]);
      expect(all.descendants.map((one) => one.will_be_revoked)).toEqual([true, false, true]);
      expect((await state(`${ns}/base`, 1)).causes).toEqual([]);
    });
  });

  describe("rolling channels back", () => {
    it("happens in the same request, for descendants too, each caused by the revocation", async () => {
      for (let i = 0; i < 3; i++) await publish(`${ns}/base`);
      await publish(`${ns}/leaf`);
      await publish(`${ns}/leaf`, `${ns}/base 3`);
      await assign(`${ns}/base`, "production", 1, 2, 3);
      await assign(`${ns}/base`, "only", 3);
      await assign(`${ns}/leaf`, "stable", 1, 2);
      await revoke(`${ns}/base`, 2);
      const body = { with_descendants: true, rollback_channels: true };
      const reply = (await revoke(`${ns}/base`, 3, body)).body;
      expect(reply.channels).toEqual([
        { artifact: `${ns}/base`, channel: "only", from: 3, to: null, skipped: [] },
        {
          ...{ artifact: `${ns}/base`, channel: "production", from: 3, to: 1 },
          skipped: [{ number: 2, reason: "revoked: CVE" }],
        },
        { artifact: `${ns}/leaf`, channel: "stable", from: 2, to: 1, skipped: [] },
      ]);
      expect(reply.warnings).toMatchObject([{ code: "channel_not_rolled_back" }]);
      const path = `/v1/artifacts/${ns}/leaf/channels/stable/history`;
      const [newest] = (await api.get<Page<Record<string, unknown>>>(path)).body.items;
      const set = (await events(`${ns}/base`)).findLast((event) => event.action === "revocation.set");
      expect(newest).toMatchObject({ number: 1, kind: "revocation", reason: "CVE", cause: String(set?.id) });
      expect((await api.resolve(`${ns}/leaf`, "channel=stable")).body.number).toBe(1);
    });

    it("asked for again moves nothing more", async () => {
      for (let i = 0; i < 3; i++) await publish(`${ns}/base`);
      await assign(`${ns}/base`, "production", 1, 2, 3);
      await revoke(`${ns}/base`, 3, { rollback_channels: true });
      expect((await revoke(`${ns}/base`, 3, { rollback_channels: true })).body.channels).toEqual([]);
      expect((await api.resolve(`${ns}/base`, "channel=production")).body.number).toBe(2);
    });

    it("by several at once ends with no channel on a revoked version", async () => {
      for (let i = 0; i < 4; i++) await publish(`${ns}/base`);
      await assign(`${ns}/base`, "production", 1, 2, 3, 4);
      const all = [4, 3, 2].map((number) => revoke(`${ns}/base`, number, { rollback_channels: true }));
      for (const reply of await Promise.all(all)) expect(reply.status).toBe(200);
      expect((await api.resolve(`${ns}/base`, "channel=production")).body.number).toBe(1);
    });
  });
});
