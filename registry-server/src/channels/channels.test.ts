import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Api, ami, type Page, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import type { Assignment, Channel, Skipped } from "./schema.ts";

type Headers = Record<string, string>;

forEachDatabase((test) => {
  let api: Api;
  let artifact = "";
  let count = 0;

  beforeAll(() => {
    api = new Api(test.database);
  });
  beforeEach(() => {
    artifact = `channels/a${++count}`;
  });

  const path = (channel: string, rest = "") => `/v1/artifacts/${artifact}/channels/${channel}${rest}`;
  const put = (channel: string, body: object, headers: Headers = { "If-Match": "*" }) =>
    api.send<Channel>("PUT", path(channel), body, headers);
  const get = (channel: string) => api.get<Channel>(path(channel));
  const rollback = (channel: string, body: object = {}, headers: Headers = { "If-Match": "*" }) =>
    api.send<{ channel: Channel; skipped: Skipped }>("POST", path(channel, "/rollback"), body, headers);
  const promote = (channel: string, body: object, headers: Headers = {}) =>
    api.send<Channel>("POST", path(channel, "/promote"), body, headers);
  const history = async (channel: string) =>
    (await api.get<Page<Assignment>>(path(channel, "/history"))).body.items;
  const pointsAt = async (channel: string) => (await get(channel)).body.version?.number ?? null;
  const revoke = (number: number, body: object = { reason: "bad" }) =>
    api.send("PUT", `/v1/artifacts/${artifact}/versions/${number}/revocation`, body);

  async function publish(times: number, change: object = {}): Promise<void> {
    for (let i = 0; i < times; i++) {
      const fingerprint = `f${Math.random()}`;
      await api.publish(artifact, { fingerprint, builds: [{ name: "a", ...ami("ami-1") }], ...change });
    }
  }

  describe("a channel", () => {
    it("is created, described, pointed somewhere, and says who put it there, when and why", async () => {
      await publish(2);
      const created = await put("production", { description: "What customers run" });
      expect(created.status).toBe(201);
      expect(created.body).toMatchObject({ managed: false, version: null, revision: 1, assigned_at: null });
      const etag = created.headers.get("etag") ?? "";
      const assigned = await put("production", { version: 1, reason: "release" }, { "If-Match": etag });
      expect(assigned.status).toBe(200);
      expect(assigned.body).toMatchObject({
        version: { number: 1, revocation: null },
        description: "What customers run",
        assigned_by: "dev",
        assigned_at: api.clock.read().toISOString(),
        reason: "release",
        revision: 2,
      });
      expect((await api.resolve(artifact, "channel=production")).body).toMatchObject({
        number: 1,
        channel: "production",
      });
    });

    it("answers 304 to the ETag it gave, and another ETag once a scheduled revocation has come", async () => {
      await publish(1);
      await put("production", { version: 1 });
      const at = new Date(api.clock.read().getTime() + 1_000).toISOString();
      await revoke(1, { reason: "later", at });
      const etag = (await get("production")).headers.get("etag") ?? "";
      expect((await api.get(path("production"), { "If-None-Match": etag })).status).toBe(304);
      api.clock.advance(1_000);
      const later = await api.get<Channel>(path("production"), { "If-None-Match": etag });
      expect(later.status).toBe(200);
      expect(later.body.version?.revocation).toMatchObject({ revoked: true, reason: "later" });
      // It is the same assignment, so the ETag from before still is one to change it with.
      expect((await put("production", { version: null }, { "If-Match": etag })).status).toBe(200);
    });

    it("that is unknown is not found, with those that are there", async () => {
      await publish(1);
      await put("staging", {});
      for (const reply of [await get("prod"), await api.resolve(artifact, "channel=prod")]) {
        expect(problemOf(reply)).toMatchObject({
          status: 404,
          code: "channel_not_found",
          available: ["latest", "staging"],
        });
      }
    });

    it("that points nowhere is an error to read, never an empty answer", async () => {
      await publish(1);
      await put("staging", {});
      expect(problemOf(await api.resolve(artifact, "channel=staging"))).toMatchObject({
        status: 404,
        code: "channel_empty",
      });
      await put("staging", { version: 1 });
      await put("staging", { version: null, reason: "off" });
      expect(problemOf(await api.resolve(artifact, "channel=staging"))).toMatchObject({
        code: "channel_empty",
      });
      expect((await history("staging")).map((one) => one.number)).toEqual([null, 1]);
    });

    it("is deleted with its history; made anew it is empty", async () => {
      await publish(1);
      await put("staging", { version: 1 });
      expect((await api.send("DELETE", path("staging"), undefined, { "If-Match": '"7"' })).status).toBe(412);
      expect((await api.send("DELETE", path("staging"))).status).toBe(204);
      expect((await get("staging")).status).toBe(404);
      await put("staging", {});
      expect(await history("staging")).toEqual([]);
    });

    it("goes with its artifact and does not come back with it", async () => {
      await publish(1);
      await put("staging", { version: 1 });
      const refused = await api.send("DELETE", `/v1/artifacts/${artifact}`);
      expect(problemOf(refused)).toMatchObject({ code: "version_in_use", channels: ["staging"] });
      await put("staging", { version: null });
      expect((await api.send("DELETE", `/v1/artifacts/${artifact}`)).status).toBe(204);
      await publish(1);
      expect((await get("staging")).status).toBe(404);
      expect(problemOf(await api.resolve(artifact, "channel=staging")).code).toBe("channel_not_found");
    });

    it("keeps the version it points at from being deleted", async () => {
      await publish(2);
      await put("production", { version: 1 });
      const reply = await api.send("DELETE", `/v1/artifacts/${artifact}/versions/1`);
      expect(problemOf(reply)).toMatchObject({
        status: 409,
        code: "version_in_use",
        channels: ["production"],
      });
      await put("production", { version: 2 });
      expect((await api.send("DELETE", `/v1/artifacts/${artifact}/versions/1`)).status).toBe(204);
    });

    it("is listed after latest, by name, in pages that stay as they are while others are added", async () => {
      await publish(1);
      for (const name of ["b", "d", "f"]) await put(name, {});
      const list = async (query: string) =>
        (await api.get<Page<Channel>>(`/v1/artifacts/${artifact}/channels?${query}`)).body;
      const first = await list("limit=2");
      expect(first.items.map((channel) => channel.name)).toEqual(["latest", "b"]);
      expect(first.items[0]).toMatchObject({ managed: true, version: { number: 1 } });
      await put("a", {});
      const second = await list(`limit=2&cursor=${first.next_cursor}`);
      expect(second.items.map((channel) => channel.name)).toEqual(["d", "f"]);
      expect(second.next_cursor).toBeNull();
      const [one, two] = [await list("limit=1"), await list("limit=50")];
      expect(one.items.map((channel) => channel.name)).toEqual(["latest"]);
      expect(two.items.map((channel) => channel.name)).toEqual(["latest", "a", "b", "d", "f"]);
      expect((await list(`cursor=${one.next_cursor}`)).items.map((channel) => channel.name)).toEqual([
        ...["a", "b", "d", "f"],
      ]);
    });
  });

  describe("latest", () => {
    it("is kept by the server and has its history", async () => {
      await publish(2);
      await publish(1, { latest: false });
      expect((await get("latest")).body).toMatchObject({ managed: true, version: { number: 2 } });
      expect(await history("latest")).toMatchObject([
        { number: 2, kind: "assign", assigned_by: "dev" },
        { number: 1, kind: "assign" },
      ]);
    });

    it.each([
      ["PUT", "", { version: 1 }],
      ["DELETE", "", undefined],
      ["POST", "/promote", { from: "staging" }],
      ["POST", "/rollback", {}],
    ])("is not changed by %s%s", async (method, rest, body) => {
      await publish(1);
      const reply = await api.send(method, path("latest", rest), body);
      expect(problemOf(reply)).toMatchObject({ status: 409, code: "channel_managed" });
    });
  });

  describe("moving a channel that points somewhere", () => {
    it("needs If-Match; a stale one is refused with the channel as it is", async () => {
      await publish(3);
      const { body } = await put("production", { version: 1 });
      expect(problemOf(await put("production", { version: 2 }, {}))).toMatchObject({
        status: 428,
        code: "precondition_required",
        channel: { version: { number: 1 }, revision: body.revision },
      });
      const match = { "If-Match": `"${body.revision}"` };
      expect((await put("production", { version: 2 }, match)).status).toBe(200);
      expect(problemOf(await put("production", { version: 3 }, match))).toMatchObject({
        status: 412,
        code: "precondition_failed",
        channel: { version: { number: 2 } },
      });
      expect(problemOf(await promote("production", { from: "latest" }, match)).code).toBe(
        "precondition_failed",
      );
      expect(problemOf(await rollback("production", {}, match)).code).toBe("precondition_failed");
      expect(problemOf(await rollback("production", {}, {})).code).toBe("precondition_required");
      expect(problemOf(await put("production", { description: "x" }, match)).code).toBe(
        "precondition_failed",
      );
      expect(await pointsAt("production")).toBe(2);
    });

    it("to where it points already changes nothing, so that a request can be sent again", async () => {
      await publish(2);
      const { body } = await put("production", { version: 1 });
      const match = { "If-Match": `"${body.revision}"` };
      const moved = await put("production", { version: 2 }, match);
      expect((await put("production", { version: 2 }, match)).body).toEqual(moved.body);
      expect((await put("production", { version: 2 }, {})).body).toEqual(moved.body);
      expect(await history("production")).toHaveLength(2);
    });

    it("that does not exist with an ETag is refused", async () => {
      await publish(1);
      expect(problemOf(await put("production", { version: 1 }, { "If-Match": '"1"' }))).toMatchObject({
        code: "precondition_failed",
        channel: null,
      });
    });

    it.each(["1", "abc", '"x"', '"1", "2"'])("with If-Match %s is not understood", async (given) => {
      await publish(1);
      expect(problemOf(await put("production", { version: 1 }, { "If-Match": given }))).toMatchObject({
        status: 400,
        errors: [{ path: "header.if-match" }],
      });
    });

    it("by many at once with one ETag: exactly one wins", async () => {
      await publish(9);
      const { body } = await put("production", { version: 1 });
      const match = { "If-Match": `"${body.revision}"` };
      const numbers = [2, 3, 4, 5, 6, 7, 8, 9];
      const replies = await Promise.all(numbers.map((version) => put("production", { version }, match)));
      const won = replies.filter((reply) => reply.status === 200);
      expect(won).toHaveLength(1);
      expect(replies.filter((reply) => reply.status === 412)).toHaveLength(7);
      expect(await pointsAt("production")).toBe(won[0]?.body.version?.number);
      expect(await history("production")).toHaveLength(2);
    });
  });

  describe("promoting", () => {
    it("gives a channel what another points at, and says where from", async () => {
      await publish(2);
      await put("staging", { version: 1 });
      await put("production", {});
      expect((await promote("production", { from: "staging", reason: "tested" })).body).toMatchObject({
        version: { number: 1 },
      });
      await promote("production", { from: "latest" });
      expect(await history("production")).toMatchObject([
        { number: 2, kind: "promote", source_channel: "latest" },
        { number: 1, kind: "promote", source_channel: "staging", reason: "tested" },
      ]);
    });

    it("from nowhere, or from or to an unknown channel, is refused", async () => {
      await publish(1);
      await put("staging", {});
      expect(problemOf(await promote("production", { from: "staging" })).code).toBe("channel_not_found");
      await put("production", {});
      expect(problemOf(await promote("production", { from: "staging" })).code).toBe("channel_empty");
      expect(problemOf(await promote("production", { from: "nothing" })).code).toBe("channel_not_found");
      expect(problemOf(await promote("production", { from: "production" })).status).toBe(400);
    });
  });

  describe("rolling back", () => {
    it("goes to what was assigned before the present version first was; twice never restores the broken one", async () => {
      await publish(3);
      for (const version of [1, 2, 3]) await put("production", { version });
      expect((await rollback("production", { reason: "broken" })).body).toMatchObject({
        channel: { version: { number: 2 }, reason: "broken" },
        skipped: [],
      });
      expect((await rollback("production")).body.channel.version?.number).toBe(1);
      expect(problemOf(await rollback("production"))).toMatchObject({
        status: 409,
        code: "nothing_to_roll_back",
      });
      expect((await history("production")).map(({ number, kind }) => [number, kind])).toEqual([
        [1, "rollback"],
        [2, "rollback"],
        [3, "assign"],
        [2, "assign"],
        [1, "assign"],
      ]);
    });

    it("counts from the first assignment of a version that was assigned again", async () => {
      await publish(3);
      for (const version of [1, 2, 3, 2]) await put("production", { version });
      expect((await rollback("production")).body.channel.version?.number).toBe(1);
    });

    it("passes over revoked and deleted versions, and names the revoked", async () => {
      await publish(4);
      for (const version of [1, 2, 3, 4]) await put("production", { version });
      await revoke(3, { reason: "CVE" });
      await api.send("DELETE", `/v1/artifacts/${artifact}/versions/2`);
      expect((await rollback("production")).body).toMatchObject({
        channel: { version: { number: 1 } },
        skipped: [{ number: 3, reason: "revoked: CVE" }],
      });
    });

    it("says what it passed over when nothing is left", async () => {
      await publish(2);
      for (const version of [1, 2]) await put("production", { version });
      await revoke(1);
      expect(problemOf(await rollback("production"))).toMatchObject({
        code: "nothing_to_roll_back",
        skipped: [{ number: 1 }],
        detail: expect.stringContaining("1 (revoked: bad)"),
      });
    });

    it("goes where it is told, if the version was there", async () => {
      await publish(4);
      for (const version of [1, 2, 3]) await put("production", { version });
      expect((await rollback("production", { to: 1 })).body.channel.version?.number).toBe(1);
      expect((await rollback("production", { to: 1 })).body.channel.version?.number).toBe(1);
      expect(problemOf(await rollback("production", { to: 4 })).code).toBe("nothing_to_roll_back");
      expect(problemOf(await rollback("production", { to: 9 })).code).toBe("version_not_found");
      await revoke(2);
      expect(problemOf(await rollback("production", { to: 2 })).code).toBe("version_revoked");
      expect(await history("production")).toHaveLength(4);
    });

    it("of an emptied channel gives back what it had", async () => {
      await publish(1);
      await put("production", { version: 1 });
      await put("production", { version: null });
      expect((await rollback("production")).body.channel.version?.number).toBe(1);
    });
  });

  describe("a version", () => {
    it("that is revoked is never assigned; one that will be is", async () => {
      await publish(3);
      await put("staging", { version: 1 });
      await put("production", {});
      await revoke(1);
      for (const reply of [
        await put("production", { version: 1 }),
        await promote("production", { from: "staging" }),
      ]) {
        expect(problemOf(reply)).toMatchObject({ status: 409, code: "version_revoked", reason: "bad" });
      }
      await revoke(2, { reason: "old", at: "2030-01-01T00:00:00Z" });
      expect((await put("production", { version: 2 })).body.version).toMatchObject({
        number: 2,
        revocation: { revoked: false, revoked_at: "2030-01-01T00:00:00.000Z" },
      });
    });

    it("that is incomplete is never assigned", async () => {
      await api.publish(artifact, { fingerprint: "open", expected_builds: ["a"] });
      expect(problemOf(await put("production", { fingerprint: "open" }))).toMatchObject({
        status: 409,
        code: "version_incomplete",
      });
      await api.report(artifact, "open", "a", ami("ami-1"));
      expect((await put("production", { fingerprint: "open" })).body.version?.number).toBe(1);
    });

    it("that is not there is not assigned", async () => {
      await publish(1);
      expect(problemOf(await put("production", { version: 2 })).code).toBe("version_not_found");
      expect((await get("production")).status).toBe(404);
    });
  });
});
