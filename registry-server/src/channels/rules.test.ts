import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Api, ami, type Page, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { addToken } from "../../test/tokens.ts";
import type { Assignment, Channel, Skipped } from "./schema.ts";

forEachDatabase((test) => {
  let api: Api;
  let publisher = {};
  let promoter = {};
  let reader = {};
  let artifact = "";
  let count = 0;

  beforeAll(async () => {
    api = new Api(test.database, { dev: false });
    publisher = await addToken(test.database, "publisher", [{ scope: "publish", pattern: "rules" }]);
    promoter = await addToken(test.database, "promoter", [
      { scope: "promote", pattern: "rules" },
      { scope: "publish", pattern: "rules" },
    ]);
    reader = await addToken(test.database, "reader", [{ scope: "read", pattern: "*" }]);
  });
  beforeEach(() => {
    artifact = `rules/a${++count}`;
  });

  const path = (channel: string, rest = "") => `/v1/artifacts/${artifact}/channels/${channel}${rest}`;
  const put = (channel: string, body: object, who: object = promoter) =>
    api.send<Channel>("PUT", path(channel), body, { "If-Match": "*", ...who });
  const revoke = (number: number) =>
    api.send("PUT", `/v1/artifacts/${artifact}/versions/${number}/revocation`, { reason: "bad" }, promoter);

  async function publish(...builds: object[]): Promise<void> {
    const body = { fingerprint: `f${Math.random()}`, builds };
    const reply = await api.send("POST", `/v1/artifacts/${artifact}/versions`, body, publisher);
    expect(reply.status).toBe(201);
  }
  const aws = (region = "us-east-1") => ({ name: `aws-${region}`, ...ami("ami-1", { region }) });
  const docker = {
    name: "docker",
    artifact_type: "docker.image",
    images: [{ platform: "docker", region: "", external_id: "web@sha256:1" }],
  };

  it("types: a version must have a build of each, and the refusal names what is missing", async () => {
    await publish(aws());
    await publish(aws(), docker);
    await put("production", { rules: { types: ["amazon.ami", "docker.image"] } });
    expect(problemOf(await put("production", { version: 1 }))).toMatchObject({
      status: 409,
      code: "channel_rule",
      rule: "types",
      missing: ["docker.image"],
    });
    expect((await put("production", { version: 2 })).status).toBe(200);
  });

  it("regions: a version must have an image in each", async () => {
    await publish(aws());
    await publish(aws(), aws("eu-west-1"));
    await put("production", { rules: { regions: ["us-east-1", "eu-west-1"] } });
    expect(problemOf(await put("production", { version: 1 }))).toMatchObject({
      code: "channel_rule",
      rule: "regions",
      missing: ["eu-west-1"],
    });
    expect((await put("production", { version: 2 })).status).toBe(200);
  });

  it("after: a version must have been on the earlier channel, now or before", async () => {
    for (let i = 0; i < 3; i++) await publish(aws());
    await put("staging", {});
    await put("production", { rules: { after: "staging" } });
    await put("staging", { version: 1 });
    await put("staging", { version: 2 });
    expect((await put("production", { version: 1 })).status).toBe(200);
    expect(problemOf(await put("production", { version: 3 }))).toMatchObject({
      code: "channel_rule",
      rule: "after",
      missing: ["staging"],
    });
    const promoted = await api.send("POST", path("production", "/promote"), { from: "latest" }, promoter);
    expect(problemOf(promoted)).toMatchObject({ code: "channel_rule", rule: "after" });
    expect(problemOf(await api.send("DELETE", path("staging"), undefined, promoter))).toMatchObject({
      code: "channel_rule",
      rule: "after",
      channel: "production",
    });
  });

  it("after latest: a version must have been published as one that may be latest", async () => {
    await publish(aws());
    const body = { fingerprint: "side", latest: false, builds: [aws()] };
    await api.send("POST", `/v1/artifacts/${artifact}/versions`, body, publisher);
    await put("production", { rules: { after: "latest" } });
    expect((await put("production", { version: 1 })).status).toBe(200);
    expect(problemOf(await put("production", { version: 2 }))).toMatchObject({ rule: "after" });
  });

  it("after: names a channel that is there, and never goes in a circle", async () => {
    await publish(aws());
    expect(problemOf(await put("a", { rules: { after: "b" } }))).toMatchObject({ code: "channel_not_found" });
    await put("b", {});
    await put("a", { rules: { after: "b" } });
    await put("c", { rules: { after: "a" } });
    expect(problemOf(await put("b", { rules: { after: "c" } }))).toMatchObject({
      code: "invalid_request",
      errors: [{ path: "rules.after", message: expect.stringContaining("b after c after a after b") }],
    });
    expect(problemOf(await put("b", { rules: { after: "b" } })).code).toBe("invalid_request");
  });

  it("are checked with those that come in the same request, and not for what is there already", async () => {
    await publish(aws());
    expect(problemOf(await put("production", { version: 1, rules: { types: ["x"] } }))).toMatchObject({
      rule: "types",
    });
    expect((await api.get(path("production"), promoter)).status).toBe(404);
    await put("production", { version: 1 });
    expect((await put("production", { rules: { types: ["x"] } })).body.version?.number).toBe(1);
  });

  it("hold for a rollback too: what they do not allow is passed over and named", async () => {
    await publish(aws());
    await publish(aws(), docker);
    await publish(aws(), docker);
    for (const version of [2, 1, 3]) await put("production", { version });
    await put("production", { rules: { types: ["docker.image"] } });
    const reply = await api.send<{ channel: Channel; skipped: Skipped }>(
      "POST",
      path("production", "/rollback"),
      {},
      { ...promoter, "If-Match": "*" },
    );
    expect(reply.body).toMatchObject({
      channel: { version: { number: 2 } },
      skipped: [{ number: 1, reason: expect.stringContaining('"types"') }],
    });
    expect(
      problemOf(await api.send("POST", path("production", "/rollback"), { to: 1 }, promoter)),
    ).toMatchObject({ code: "channel_rule", rule: "types" });
  });

  describe("scope", () => {
    it("is promote unless a channel says that publishing is enough", async () => {
      await publish(aws());
      await publish(aws());
      await put("production", {});
      expect(problemOf(await put("production", { version: 1 }, publisher))).toMatchObject({
        status: 403,
        code: "forbidden",
        rule: "scope",
        scope: "promote",
      });
      await put("nightly", { rules: { scope: "publish" } });
      expect((await put("nightly", { version: 1 }, publisher)).body.assigned_by).toBe("publisher");
      expect((await put("nightly", { version: 2 }, promoter)).status).toBe(200);
      for (const rest of ["/promote", "/rollback"]) {
        const body = rest === "/promote" ? { from: "latest" } : {};
        expect((await api.send("POST", path("production", rest), body, publisher)).status).toBe(403);
      }
      const back = { ...publisher, "If-Match": "*" };
      expect((await api.send("POST", path("nightly", "/rollback"), {}, back)).status).toBe(200);
    });

    it("to publish makes, describes, rules and deletes nothing", async () => {
      await publish(aws());
      await put("nightly", { rules: { scope: "publish" } });
      for (const body of [{ description: "x" }, { rules: {} }]) {
        expect((await put("nightly", body, publisher)).status).toBe(403);
      }
      expect((await put("mine", { version: 1 }, publisher)).status).toBe(403);
      expect((await api.send("DELETE", path("nightly"), undefined, publisher)).status).toBe(403);
      expect((await revoke(1)).status).toBe(200);
      const unpromoted = `/v1/artifacts/${artifact}/versions/1/revocation`;
      expect((await api.send("PUT", unpromoted, { reason: "x" }, publisher)).status).toBe(403);
      expect((await api.send("DELETE", unpromoted, undefined, publisher)).status).toBe(403);
    });

    it("to read reads, and changes nothing", async () => {
      await publish(aws());
      await put("production", { version: 1 });
      expect((await api.get(path("production"), reader)).status).toBe(200);
      expect((await put("production", { version: null }, reader)).status).toBe(403);
      const entries = await api.get<Page<Assignment>>(path("production", "/history"), reader);
      expect(entries.body.items).toHaveLength(1);
    });
  });
});
