import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Api, ami, type Page, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { insertToken } from "../tokens/store.ts";
import { hashToken, newToken } from "../tokens/token.ts";
import type { VersionSummary } from "../versions/schema.ts";

const commit = "4f2a9c1d8e7b6a5f4c3d2e1f0a9b8c7d6e5f4a3b";

forEachDatabase((test) => {
  let api: Api;

  beforeAll(async () => {
    api = new Api(test.database);
    await api.publish("acme/web-server", {
      fingerprint: "web-1",
      semver: "1.4.0",
      description: "Nginx auf Ubuntu, für Größeres",
      labels: { team: "platform", env: "prod" },
      builds: [
        {
          name: "amazon-ebs.web",
          ...ami("ami-web1"),
          labels: { os: "ubuntu-24.04" },
          provenance: { git: { commit } },
        },
      ],
    });
    api.clock.advance(1_000);
    await api.publish("acme/database", {
      fingerprint: "db-1",
      description: "PostgreSQL on Ubuntu",
      labels: { team: "data", env: "prod" },
      builds: [
        {
          name: "docker.db",
          artifact_type: "docker.image",
          images: [{ platform: "docker", region: "docker", external_id: "db@sha256:1" }],
          metadata: { commit: "abcdef0123" },
        },
      ],
    });
    api.clock.advance(1_000);
    await api.publish("other/web", {
      fingerprint: "web-1",
      labels: { team: "platform" },
      builds: [{ name: "a", ...ami("ami-web1", { region: "eu-west-1" }) }],
    });
    await api.publish("other/open", {
      fingerprint: "open",
      expected_builds: ["a"],
      labels: { team: "platform" },
    });
  });

  async function search(query: string, headers: Record<string, string> = {}, through = api) {
    const reply = await through.get<Page<VersionSummary>>(`/v1/search?${query}`, headers);
    expect(reply.status, JSON.stringify(reply.body)).toBe(200);
    return reply.body;
  }

  const found = async (query: string) => (await search(query)).items.map((item) => item.artifact);

  describe("each filter", () => {
    it.each<[string, string[]]>([
      ["", ["other/web", "acme/database", "acme/web-server"]],
      ["q=web", ["other/web", "acme/web-server"]],
      ["q=serv", ["acme/web-server"]],
      ["q=UBUNTU", ["acme/database", "acme/web-server"]],
      ["q=gr%C3%B6%C3%9Fe", ["acme/web-server"]],
      ["q=gro%CC%88%C3%9F", ["acme/web-server"]],
      ["q=1.4", ["acme/web-server"]],
      ["q=ebs", ["acme/web-server"]],
      ["q=nothing-like-it", []],
      ["namespace=acme", ["acme/database", "acme/web-server"]],
      ["namespace=ac", []],
      ["label=team%3Dplatform", ["other/web", "acme/web-server"]],
      ["label=os%3Dubuntu-24.04", ["acme/web-server"]],
      ["label=team%3Dplat", []],
      ["type=docker.image", ["acme/database"]],
      ["platform=aws", ["other/web", "acme/web-server"]],
      ["region=eu-west-1", ["other/web"]],
      ["external_id=ami-web1", ["other/web", "acme/web-server"]],
      ["external_id=ami-web", []],
      ["fingerprint=web-1", ["other/web", "acme/web-server"]],
      [`commit=${commit}`, ["acme/web-server"]],
      ["commit=4F2A9C1", ["acme/web-server"]],
      ["commit=abcdef01", ["acme/database"]],
      ["since=2026-01-01T00:00:01Z", ["other/web", "acme/database"]],
      ["until=2026-01-01T00:00:01Z", ["acme/web-server"]],
    ])("%s finds its versions, newest first", async (query, artifacts) => {
      expect(await found(query)).toEqual(artifacts);
    });
  });

  describe("together", () => {
    it.each<[string, string[]]>([
      ["q=ubuntu&label=env%3Dprod&namespace=acme", ["acme/database", "acme/web-server"]],
      ["q=ubuntu%20nginx", ["acme/web-server"]],
      ["q=ubuntu&type=docker.image", ["acme/database"]],
      ["label=team%3Dplatform&label=env%3Dprod", ["acme/web-server"]],
      ["label=team%3Ddata&platform=aws", []],
      ["external_id=ami-web1&region=eu-west-1", ["other/web"]],
      ["commit=4f2a&q=web&since=2026-01-01T00:00:00Z&until=2026-01-01T00:00:01Z", ["acme/web-server"]],
      ["commit=4f2a&since=2026-01-01T00:00:01Z", []],
    ])("%s must all hold", async (query, artifacts) => {
      expect(await found(query)).toEqual(artifacts);
    });
  });

  it("what is shown is the version as lists show it", async () => {
    const { items } = await search("fingerprint=db-1");
    const listed = (await api.versions("acme/database")).body.items;
    expect(items).toEqual(listed);
  });

  it("what is not complete is not found until it is", async () => {
    await api.publish("later/open", { fingerprint: "later", expected_builds: ["a"] });
    expect(await found("fingerprint=later")).toEqual([]);
    await api.report("later/open", "later", "a", ami("ami-later"));
    expect(await found("fingerprint=later")).toEqual(["later/open"]);
  });

  it("what is changed is found by what it says now, what is deleted no longer", async () => {
    const builds = [{ name: "a", ...ami("ami-change") }];
    await api.publish("change/it", { fingerprint: "change", description: "before", builds });
    const path = "/v1/artifacts/change/it";
    await api.send("PATCH", `${path}/versions/1`, { description: "after", labels: { now: "new" } });
    expect(await found("q=before")).toEqual([]);
    expect(await found("q=after&label=now%3Dnew")).toEqual(["change/it"]);
    await api.send("DELETE", `${path}/versions/1`);
    expect(await found("q=after")).toEqual([]);
    await api.publish("change/it", { fingerprint: "again", description: "after", builds });
    await api.send("DELETE", path);
    expect(await found("q=after")).toEqual([]);
  });

  it("a value longer than an index takes is found like any other", async () => {
    const long = "ä".repeat(4_000);
    await api.publish("long/it", {
      fingerprint: "long",
      description: "x".repeat(4_000),
      labels: { long },
      builds: [{ name: "a", ...ami("ö".repeat(2_000)) }],
    });
    expect(await found(`external_id=${encodeURIComponent("ö".repeat(2_000))}`)).toEqual(["long/it"]);
    const query = encodeURIComponent(`long=${long}`);
    expect(await found(`label=${query}`)).toEqual(["long/it"]);
  });

  it("a beginning that very many words have finds all of them", async () => {
    for (let index = 0; index < 30; index++) {
      await api.publish(`prefix/many${index}`, {
        fingerprint: "f",
        builds: [{ name: "a", ...ami("ami-many") }],
      });
    }
    expect(await found("q=many")).toHaveLength(30);
    expect(await found("q=many2")).toHaveLength(11);
  });

  it("a caller finds only what it may read, on full pages", async () => {
    const builds = [{ name: "a", ...ami("ami-secret") }];
    for (let index = 0; index < 5; index++) {
      await api.publish(`open-${index % 2}/it`, { fingerprint: `s${index}`, builds });
      await api.publish("closed/it", { fingerprint: `s${index}`, builds });
    }
    const strict = new Api(test.database, { dev: false });
    const as = async (name: string, namespaces: string[]) => {
      const token = newToken();
      const scopes = namespaces.map((namespace) => ({ scope: "read", pattern: namespace }) as const);
      const row = { name, hash: hashToken(token), scopes };
      await test.database.write((tx) => insertToken(tx, row, "2026-01-01T00:00:00.000Z"));
      return { Authorization: `Bearer ${token}` };
    };
    const two = await as("two", ["open-*"]);
    const first = await search("external_id=ami-secret&limit=4", two, strict);
    expect(first.items).toHaveLength(4);
    const second = await search(`external_id=ami-secret&limit=4&cursor=${first.next_cursor}`, two, strict);
    expect(second.items).toHaveLength(1);
    expect([...first.items, ...second.items].some((item) => item.artifact.startsWith("closed"))).toBe(false);
    const one = await as("one", ["open-1"]);
    expect((await search("external_id=ami-secret", one, strict)).items).toHaveLength(2);
    const both = await as("both", ["open-0/it", "open-1", "not-there"]);
    expect((await search("external_id=ami-secret", both, strict)).items).toHaveLength(5);
    expect((await search("", both, strict)).items).toHaveLength(5);
    expect((await search("namespace=open-0", both, strict)).items).toHaveLength(3);
    expect(await search("external_id=ami-secret&namespace=closed", one, strict)).toEqual(
      await search("external_id=ami-secret&namespace=not-there", one, strict),
    );
  });

  it("pages are whole and in order while versions are added", async () => {
    const publish = (index: number) =>
      api.publish(`paged/a${index % 3}`, {
        fingerprint: `p${index}`,
        labels: { paged: "yes" },
        builds: [{ name: "a", ...ami("ami-p") }],
      });
    for (let index = 0; index < 10; index++) {
      // Some are completed at the same moment.
      if (index % 3 === 0) api.clock.advance(1_000);
      await publish(index);
    }
    for (const query of [
      "label=paged%3Dyes",
      "q=paged",
      "q=a&label=paged%3Dyes",
      "q=paged&type=amazon.ami",
    ]) {
      const seen: string[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const page: Page<VersionSummary> = await search(
          `${query}&limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`,
        );
        seen.push(...page.items.map((item) => item.fingerprint));
        cursor = page.next_cursor;
        api.clock.advance(1_000);
        await publish(100 + seen.length + Math.floor(Math.random() * 1e9));
      }
      const old = seen.filter((fingerprint) => /^p\d$/.test(fingerprint));
      expect(old).toEqual(["p9", "p8", "p7", "p6", "p5", "p4", "p3", "p2", "p1", "p0"]);
      expect(new Set(seen).size).toBe(seen.length);
    }
  });

  it("filters find what a look at every version would, page by page", async () => {
    const namespaces = ["rule-a", "rule-b"];
    const word = fc.constantFrom("red", "redder", "green", "blue");
    const made = fc.record({
      namespace: fc.constantFrom(...namespaces),
      words: fc.array(word, { maxLength: 2 }),
      label: fc.constantFrom("x", "y"),
      type: fc.constantFrom("t1", "t2"),
    });
    const wanted = fc.record(
      {
        namespace: fc.constantFrom(...namespaces),
        q: fc.constantFrom("red", "re", "gr", "blue red"),
        label: fc.constantFrom("x", "y"),
        type: fc.constantFrom("t1", "t2"),
      },
      { requiredKeys: [] },
    );
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(made, { maxLength: 8 }), wanted, async (versions, want) => {
        const mark = `mark${++round}`;
        for (const [index, { namespace, words, label, type }] of versions.entries()) {
          await api.publish(`${namespace}/it`, {
            fingerprint: `${mark}-${index}`,
            description: words.join(" "),
            labels: { kind: label, mark },
            builds: [{ name: "a", ...ami("ami-r"), artifact_type: type }],
          });
        }
        const expected = versions.flatMap(({ namespace, words, label, type }, index) => {
          const holds =
            (want.namespace ?? namespace) === namespace &&
            (want.label ?? label) === label &&
            (want.type ?? type) === type &&
            (want.q ?? "")
              .split(" ")
              .every((prefix) => prefix === "" || words.some((one) => one.startsWith(prefix)));
          return holds ? [`${mark}-${index}`] : [];
        });
        const parameters = new URLSearchParams({ limit: "2", label: `mark=${mark}` });
        for (const key of ["namespace", "q", "type"] as const) {
          if (want[key] !== undefined) parameters.set(key, want[key]);
        }
        if (want.label !== undefined) parameters.append("label", `kind=${want.label}`);
        const seen: string[] = [];
        for (let cursor: string | null = ""; cursor !== null; ) {
          if (cursor !== "") parameters.set("cursor", cursor);
          const page: Page<VersionSummary> = await search(parameters.toString());
          seen.push(...page.items.map((item) => item.fingerprint));
          cursor = page.next_cursor;
        }
        expect(seen).toEqual(expected.reverse());
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    "q=",
    "q=%20-%20",
    "q=a%00b",
    `q=${"a%20".repeat(17)}b&q=c`,
    "label=team",
    "commit=xyz",
    "commit=abc",
    "since=yesterday",
    "since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z",
    "state=complete",
    "cursor=nonsense",
    "cursor=WzFd",
    "cursor=WyJ0ZXh0Il0",
    "limit=0",
  ])("%s is refused", async (query) => {
    expect(problemOf(await api.get(`/v1/search?${query}`))).toMatchObject({
      status: 400,
      code: "invalid_request",
    });
  });
});
