import { beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { Api, ami, type Page, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { addToken } from "../../test/tokens.ts";
import type { Channel } from "../channels/schema.ts";
import type { Preview, RevocationState, Revoked } from "../revocations/schema.ts";
import type { Version } from "../versions/schema.ts";
import { everything } from "./scopes.ts";

/** Tokens of one namespace that are not for all its artifacts: what goes from one to the other must not tell of it. */
forEachDatabase((test) => {
  let api: Api;
  let owner = {};
  let base = {};
  let web = {};

  beforeAll(async () => {
    api = new Api(test.database, { dev: false });
    owner = await addToken(test.database, "owner", everything);
    base = await addToken(test.database, "base", [
      { scope: "promote", pattern: "team/base" },
      { scope: "publish", pattern: "team/base" },
    ]);
    web = await addToken(test.database, "web", [{ scope: "publish", pattern: "team/web" }]);
    for (const fingerprint of ["b1", "b2", "b3"]) await publish("team/base", fingerprint);
    for (const number of [1, 2, 3]) await publish("team/web", `w${number}`, number);
    const channel = "/v1/artifacts/team/web/channels/production";
    for (const version of [1, 2]) {
      const moved = await api.send("PUT", channel, { version }, { ...owner, "If-Match": "*" });
      expect([200, 201]).toContain(moved.status);
    }
    await api.get("/v1/artifacts/team/web/resolve?version=2", { ...owner, "Waybill-Consumer": "shop" });
    await api.consumptions.flush();
  });

  async function publish(artifact: string, fingerprint: string, parent?: number): Promise<void> {
    const parents = parent === undefined ? [] : [{ artifact: "team/base", version: parent }];
    const builds = [{ name: "a", ...ami(`ami-${fingerprint}`), parents }];
    const reply = await api.send(
      "POST",
      `/v1/artifacts/${artifact}/versions`,
      { fingerprint, builds },
      owner,
    );
    expect(reply.status).toBe(201);
  }

  const baseRevocation = (number: number) => `/v1/artifacts/team/base/versions/${number}/revocation`;
  const reaching = { reason: "CVE", with_descendants: true, rollback_channels: true };

  it("the preview of a revocation names no channel, consumer or version of what may not be read", async () => {
    const path = `${baseRevocation(2)}/preview`;
    const all = await api.send<Preview>("POST", path, { with_descendants: true }, owner);
    expect(all.body.channels).toContainEqual({ artifact: "team/web", channel: "production" });
    expect(all.body.consumers).toHaveLength(1);
    const seen = await api.send<Preview>("POST", path, { with_descendants: true }, base);
    expect(seen.body).toMatchObject({ consumers: [], descendants: [], hidden_descendants: 1 });
    expect(JSON.stringify(seen.body)).not.toContain("team/web");
  });

  it("who promotes one artifact revokes no other, moves none of its channels, and lifts no such revocation", async () => {
    const refused = await api.send("PUT", baseRevocation(2), reaching, base);
    expect(problemOf(refused)).toMatchObject({ code: "forbidden", scope: "promote", namespace: "team" });
    const all = await addToken(test.database, "all", [{ scope: "promote", pattern: "team/*" }]);
    const done = await api.send<Revoked>("PUT", baseRevocation(2), reaching, all);
    expect(done.body.channels).toMatchObject([{ artifact: "team/web", from: 2, to: 1 }]);
    for (const [method, body] of [
      ["PUT", { reason: "another" }],
      ["PUT", { reason: "another", with_descendants: false }],
      ["DELETE", undefined],
    ] as const) {
      expect(problemOf(await api.send(method, baseRevocation(2), body, base)).code).toBe("forbidden");
    }
    const alone = await api.send<Revoked>("PUT", baseRevocation(3), { reason: "alone" }, base);
    expect(alone).toMatchObject({ status: 200, body: { revoked: true, descendants: 0 } });
    expect((await api.send("DELETE", baseRevocation(3), undefined, base)).status).toBe(200);
  });

  it("causes of a revocation that may not be read are not named, and the reason is", async () => {
    const ask = async (who: object) => ({
      state: (await api.get<RevocationState>("/v1/artifacts/team/web/versions/2/revocation", { ...who }))
        .body,
      version: (await api.get<Version>("/v1/artifacts/team/web/versions/2", { ...who })).body,
      versions: (await api.get("/v1/artifacts/team/web/versions", { ...who })).body,
      channel: (await api.get<Channel>("/v1/artifacts/team/web/channels/latest", { ...who })).body,
      channels: (await api.get("/v1/artifacts/team/web/channels", { ...who })).body,
    });
    await api.send("PUT", baseRevocation(3), { reason: "latest too", with_descendants: true }, owner);
    const all = await ask(owner);
    expect(all.channel.version?.revocation?.causes).toHaveLength(1);
    expect(all.state.causes).toMatchObject([{ artifact: "team/base", number: 2, own: false }]);
    const seen = await ask(web);
    expect(seen.state).toMatchObject({
      revoked: true,
      reason: "CVE",
      causes: [],
      revoked_ancestors_hidden: 1,
    });
    expect(seen.channel.version?.revocation).toMatchObject({ revoked: true, reason: "latest too" });
    expect(JSON.stringify(seen)).not.toContain("team/base");
  });

  it("publishers of an artifact are not told the parents that others have named", async () => {
    const versions = "/v1/artifacts/team/web/versions";
    const parents = [{ artifact: "team/base", version: 1 }];
    const body = { fingerprint: "open", expected_builds: ["a", "b", "c"] };
    await api.send("POST", versions, body, owner);
    await api.send("PUT", `${versions}/fingerprint:open/builds/a`, { ...ami("ami-o1"), parents }, owner);
    const reported = await api.send("PUT", `${versions}/fingerprint:open/builds/b`, ami("ami-o2"), web);
    const abandoned = await api.send("DELETE", `${versions}/fingerprint:open`, undefined, web);
    for (const { status, body: told } of [reported, abandoned]) {
      expect(status).toBe(200);
      expect(JSON.stringify(told)).not.toContain("team/base");
    }
  });

  it("whether there is something that may not be read is not found out by naming it as a parent", async () => {
    const versions = "/v1/artifacts/team/web/versions";
    const naming = (artifact: string) => ({ ...ami("ami-p"), parents: [{ artifact, version: 1 }] });
    const whole = (artifact: string) => ({ fingerprint: "p", builds: [{ name: "a", ...naming(artifact) }] });
    await api.send("POST", versions, { fingerprint: "q", expected_builds: ["a"] }, web);
    const ask = async (artifact: string) => {
      const replies = [
        await api.send("POST", versions, whole(artifact), web),
        await api.send("PUT", `${versions}/fingerprint:q/builds/a`, naming(artifact), web),
      ];
      for (const reply of replies) expect(problemOf(reply)).toMatchObject({ status: 403, scope: "read" });
      return JSON.stringify(replies.map((reply) => reply.body)).replaceAll(artifact, "it");
    };
    expect(await ask("team/base")).toBe(await ask("team/none"));
    expect((await api.send("POST", versions, whole("team/web"), web)).status).toBe(201);
  });

  it("who follows is let go when less may be read than at the beginning, and comes back as who is left", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const open = async (isOpen: boolean) => {
      const reply = await api.send("PUT", "/v1/namespaces/open", { anonymous_read: isOpen }, owner);
      expect(reply.status).toBe(200);
    };
    const follow = async () => (await api.request("/v1/events/follow", { headers: web })).body?.getReader();
    const end = async (reader: Awaited<ReturnType<typeof follow>>) => {
      for (;;) if ((await reader?.read())?.done !== false) return "ended";
    };
    await open(true);
    const reader = await follow();
    await vi.advanceTimersByTimeAsync(15_000);
    const ended = end(reader);
    await open(false);
    await vi.advanceTimersByTimeAsync(15_000);
    await expect(ended).resolves.toBe("ended");
    const again = await follow();
    await vi.advanceTimersByTimeAsync(15_000);
    expect((await again?.read())?.done).toBe(false);
    await again?.cancel();
  });

  it("who only asks for the headers of a stream leaves nothing running", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const reply = await api.request("/v1/events/follow", { method: "HEAD", headers: web });
    expect(reply.headers.get("content-type")).toBe("text/event-stream");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("events do not name them wherever they are: deleted versions and channels had them", async () => {
    const channel = "/v1/artifacts/team/web/channels/doomed";
    await api.send("PUT", channel, { version: 1 }, owner);
    await api.send("PUT", baseRevocation(1), { reason: "old", with_descendants: true }, owner);
    expect((await api.send("DELETE", channel, undefined, { ...owner, "If-Match": "*" })).status).toBe(204);
    expect((await api.send("DELETE", "/v1/artifacts/team/web/versions/3", undefined, owner)).status).toBe(
      204,
    );
    const events = async (who: object) =>
      (await api.get<Page<{ action: string }>>("/v1/events?artifact=team/web&limit=200", { ...who })).body;
    const all = await events(owner);
    for (const action of ["channel.deleted", "version.deleted"]) {
      const event = all.items.find((one) => one.action === action);
      expect(JSON.stringify(event)).toContain("team/base");
    }
    expect(JSON.stringify(await events(web))).not.toContain("team/base");
  });
});
