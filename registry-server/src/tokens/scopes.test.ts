import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Api, ami, type Page, problemOf } from "../../test/api.ts";
import { everyContract, requestFor } from "../../test/contracts.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { addToken } from "../../test/tokens.ts";
import type { Artifact } from "../artifacts/schema.ts";
import type { FoundImage } from "../images/schema.ts";
import type { Preview, RevocationState } from "../revocations/schema.ts";
import type { Version } from "../versions/schema.ts";
import { covers } from "./reach.ts";
import { allows, everything, type Scope } from "./scopes.ts";

describe("a scope", () => {
  const actor = (scope: Scope, pattern: string) => ({ name: "t", scopes: [{ scope, pattern }] });

  it.each<[Scope, Scope[]]>([
    ["read", ["read"]],
    ["publish", ["read", "publish"]],
    ["promote", ["read", "promote"]],
    ["admin", ["read", "publish", "promote", "admin"]],
  ])("%s allows %j", (held, allowed) => {
    const all: Scope[] = ["read", "publish", "promote", "admin"];
    expect(all.filter((scope) => allows(actor(held, "web"), scope, "web"))).toEqual(allowed);
  });

  it.each([
    ["web", "web", true],
    ["web", "webb", false],
    ["web", "we", false],
    ["team-*", "team-a", true],
    ["team-*", "team", false],
    ["*", "anything", true],
    ["", "web", false],
    ["web", "web/api", true],
    ["web", "webb/api", false],
    ["team-*", "team-a/api", true],
    ["team-*", "team/-a", false],
    ["team/web", "team/web", true],
    ["team/web", "team/web2", false],
    ["team/web", "team", false],
    ["team/web-*", "team/web-a", true],
    ["team/web-*", "team/web", false],
    ["team/*", "team/web", true],
    ["team/*", "team", false],
    ["team/*", "team-a/web", false],
    ["*", "*", true],
    ["team", "*", false],
    ["a*", "*", false],
  ])("on %j holds for %j: %s", (pattern, path, expected) => {
    expect(allows(actor("read", pattern), "read", path)).toBe(expected);
  });

  it("covers another one exactly when it holds for every path that the other holds for", () => {
    const name = fc.stringMatching(/^[ab][ab.-]{0,2}$/);
    const path = fc.tuple(name, name).map((parts) => parts.join("/"));
    const start = fc.oneof(
      name,
      path,
      name.map((text) => `${text}/`),
      fc.constant(""),
    );
    const pattern = fc.oneof(
      name,
      path,
      start.map((text) => `${text}*`),
    );
    const names = ["a", "b"].flatMap((one) => ["", "a", "b", ".", "-", "aa", "b-"].map((two) => one + two));
    const paths = names.flatMap((one) => [one, ...names.map((two) => `${one}/${two}`)]);
    const holdsFor = (one: string) => paths.filter((each) => allows(actor("read", one), "read", each));
    fc.assert(
      fc.property(pattern, pattern, (one, other) => {
        const all = new Set(holdsFor(one));
        if (covers(one, other)) expect(holdsFor(other).filter((each) => !all.has(each))).toEqual([]);
        else expect([one, other]).not.toEqual([one, one]);
        const more = one.endsWith("*") && one.length < 3 && other.startsWith(one.slice(0, -1));
        if (more) expect(covers(one, other)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("is needed for anything at all", () => {
    expect(allows({ name: "t", scopes: [] }, "read", "web")).toBe(false);
    expect(allows({ name: "t", scopes: everything }, "admin", "web")).toBe(true);
  });
});

forEachDatabase((test) => {
  let api: Api;
  let owner = {};
  let stranger = {};

  beforeAll(async () => {
    api = new Api(test.database, { dev: false });
    owner = await addToken(test.database, "owner", everything);
    stranger = await addToken(test.database, "stranger", [
      { scope: "admin", pattern: "open" },
      { scope: "read", pattern: "team-*" },
      { scope: "read", pattern: "mixed/open" },
      { scope: "read", pattern: "mixed/web-*" },
    ]);
    const secret = { fingerprint: "s1", builds: [{ name: "a", ...ami("ami-secret") }] };
    await publish("secret/base", secret);
    await publish("open/mid", child("o1", "secret/base"));
    await publish("open/mid", { fingerprint: "o2", builds: [{ name: "a", ...ami("ami-o2") }] });
    await publish("secret/leaf", child("s2", "open/mid"));
    const mixed = ["mixed/open", "mixed/opener", "mixed/web", "mixed/web-a", "mixed/web.a"];
    for (const artifact of ["team/x", "team-a/x", "team.a/x", "teams/x", ...mixed]) {
      await publish(artifact, { fingerprint: "f", builds: [{ name: "a", ...ami("ami-team") }] });
    }
    const channel = "/v1/artifacts/secret/base/channels/production";
    await api.send("PUT", channel, { version: 1 }, owner);
  });

  function child(fingerprint: string, parent: string) {
    const parents = [{ artifact: parent, version: 1 }];
    return { fingerprint, builds: [{ name: "a", ...ami(`ami-${fingerprint}`), parents }] };
  }

  async function publish(artifact: string, body: object): Promise<void> {
    const reply = await api.send("POST", `/v1/artifacts/${artifact}/versions`, body, owner);
    expect(reply.status).toBe(201);
  }

  it("what a caller may not read answers exactly as what does not exist, on every route below an artifact", async () => {
    const below = everyContract.filter((contract) => contract.path.includes("{artifact}"));
    expect(below.length).toBeGreaterThan(20);
    for (const contract of below) {
      const ask = async (artifact: string) => {
        const { path, init } = requestFor(contract, { namespace: "secret", artifact });
        const reply = await api.request(path, { ...init, headers: { ...init.headers, ...stranger } });
        return [contract.operationId, reply.status, (await reply.text()).replaceAll(artifact, "it")];
      };
      const hidden = await ask("base");
      expect(hidden).toEqual(await ask("none"));
      expect([403, 404]).toContain(hidden[1]);
    }
    const unchanged = await api.get<Version>("/v1/artifacts/secret/base/versions/1", owner);
    expect(unchanged.body).toMatchObject({ state: "complete", revocation: null });
  });

  it("lists hold what the caller may read, and nothing else", async () => {
    const readable = ["mixed/open", "mixed/web-a", "open/mid", "team-a/x"];
    const artifacts = (await api.get<Page<Artifact>>("/v1/artifacts", stranger)).body;
    expect(artifacts.items.map((one) => one.artifact)).toEqual(readable);
    const one = (await api.get<Page<Artifact>>("/v1/artifacts?limit=1", stranger)).body;
    expect(one.items).toHaveLength(1);
    const inSecret = await api.get<Page<Artifact>>("/v1/artifacts?namespace=secret", stranger);
    expect(inSecret.body.items).toEqual([]);
    const images = async (id: string, who: object) =>
      (await api.get<Page<FoundImage>>(`/v1/images?external_id=${id}`, { ...who })).body.items;
    expect(await images("ami-secret", stranger)).toEqual([]);
    expect(await images("ami-secret", owner)).toHaveLength(1);
    const team = (await images("ami-team", stranger)).map((image) => image.artifact);
    expect(team.toSorted()).toEqual(readable.filter((artifact) => artifact !== "open/mid"));
    const found = async (query: string) => {
      const hits = await api.get<Page<Version>>(`/v1/search?${query}`, stranger);
      return hits.body.items.map((version) => version.artifact).toSorted();
    };
    expect(await found("external_id=ami-team")).toEqual(["mixed/open", "mixed/web-a", "team-a/x"]);
    expect(await found("namespace=mixed")).toEqual(["mixed/open", "mixed/web-a"]);
    expect(await found("namespace=secret")).toEqual([]);
  });

  it("resolving many answers for what may not be read as for what does not exist", async () => {
    const queries = ["secret/base", "secret/none", "open/mid"].map((artifact) => ({ artifact }));
    const reply = await api.send<{ results: object[] }>("POST", "/v1/resolve", { queries }, stranger);
    const [hidden, none, open] = reply.body.results.map((result) => JSON.stringify(result));
    expect(hidden?.replace("secret/base", "it")).toBe(none?.replace("secret/none", "it"));
    expect(hidden).toContain("artifact_not_found");
    expect(open).toContain('"resolved"');
  });

  it("ancestors and descendants that may not be read are counted, and not named", async () => {
    const base = "/v1/artifacts/secret/base/versions/1/revocation";
    await api.send("PUT", base, { reason: "CVE", with_descendants: true }, owner);
    const mid = await api.get<Version>("/v1/artifacts/open/mid/versions/1", stranger);
    expect(mid.body).toMatchObject({ revocation: null, revoked_ancestors: [], revoked_ancestors_hidden: 1 });
    const state = await api.get<RevocationState>("/v1/artifacts/open/mid/versions/1/revocation", stranger);
    expect(state.body).toMatchObject({ revoked_ancestors: [], revoked_ancestors_hidden: 1 });
    const path = "/v1/artifacts/open/mid/versions/1/revocation/preview";
    const preview = await api.send<Preview>("POST", path, { with_descendants: true }, stranger);
    expect(preview.body).toMatchObject({ descendants: [], hidden_descendants: 1 });
    for (const reply of [mid, state, preview]) expect(JSON.stringify(reply.body)).not.toContain("secret/");
    const diff = await api.get("/v1/artifacts/open/mid/diff?from=1&to=2", stranger);
    expect(JSON.stringify(diff.body)).not.toContain("secret/");
    const known = await api.get<Version>("/v1/artifacts/open/mid/versions/1", owner);
    expect(known.body.revoked_ancestors).toEqual([{ artifact: "secret/base", number: 1 }]);
    await api.send("DELETE", base, undefined, owner);
  });

  it("events of what may be read do not name what may not", async () => {
    const path = "/v1/artifacts/open/replaced/versions";
    await api.send("POST", path, { fingerprint: "r", expected_builds: ["a", "b"] }, owner);
    for (const [id, parent] of [
      ["ami-r1", "secret/base"],
      ["ami-r2", "open/mid"],
    ] as const) {
      const report = { ...ami(id), parents: [{ artifact: parent, version: 1 }] };
      const reply = await api.send("PUT", `${path}/fingerprint:r/builds/a`, report, owner);
      expect(reply.status).toBe(200);
    }
    const seen = async (who: object) => {
      const events = await api.get<Page<object>>("/v1/events?artifact=open/*&limit=200", { ...who });
      expect(events.body.items.length).toBeGreaterThan(3);
      return JSON.stringify(events.body);
    };
    expect(await seen(owner)).toContain("secret/base");
    const shown = await seen(stranger);
    expect(shown).toContain("build.replaced");
    expect(shown).not.toContain("secret/");
    for (const query of ["artifact=secret/*", "action=token.*", "action=trust_rule.*"]) {
      expect((await api.get<Page<object>>(`/v1/events?${query}`, stranger)).body.items).toEqual([]);
    }
  });

  it("a refusal names the scope that is missing", async () => {
    const reply = await api.send(
      "POST",
      "/v1/artifacts/team-a/x/versions",
      { fingerprint: "g", expected_builds: ["a"] },
      stranger,
    );
    expect(problemOf(reply)).toMatchObject({
      status: 403,
      code: "forbidden",
      scope: "publish",
      namespace: "team-a",
    });
  });

  it("deleting a complete version needs admin; by fingerprint it is never deleted, only abandoned", async () => {
    const publisher = await addToken(test.database, "p", [{ scope: "publish", pattern: "open" }]);
    const versions = "/v1/artifacts/open/doomed/versions";
    const body = { fingerprint: "f1", expected_builds: ["a"] };
    await api.send("POST", versions, body, publisher);
    const abandoned = await api.send("DELETE", `${versions}/fingerprint:f1`, undefined, publisher);
    expect(abandoned.body).toMatchObject({ state: "abandoned" });
    await api.send(
      "POST",
      versions,
      { fingerprint: "f1", builds: [{ name: "a", ...ami("ami-1") }] },
      publisher,
    );
    for (const who of [publisher, owner]) {
      const refused = await api.send("DELETE", `${versions}/fingerprint:f1`, undefined, { ...who });
      expect(problemOf(refused)).toMatchObject({ status: 409, code: "version_complete", number: 1 });
    }
    expect(problemOf(await api.send("DELETE", `${versions}/1`, undefined, publisher)).code).toBe("forbidden");
    expect((await api.send("DELETE", `${versions}/1`, undefined, owner)).status).toBe(204);
  });
});
