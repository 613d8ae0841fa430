/** Who may do what: every route, with every scope, in every place, as its contract says. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Api, ami } from "../../test/api.ts";
import { type Contract, everyContract, requestFor } from "../../test/contracts.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { addToken } from "../../test/tokens.ts";
import type { TokenScope } from "../database/schema.ts";
import { everything, gives, type Scope } from "./scopes.ts";

const scopes: Scope[] = ["read", "publish", "promote", "admin"];

/** Where the tests' tokens hold their scope; routes are asked about artifacts `own/thing...`. */
const places = {
  everywhere: "*",
  namespace: "own",
  artifact: "own/thing*",
  other: "other",
  "other artifact": "own/other",
} as const;
type Place = keyof typeof places;

/** What services ask for beyond the scope of the contract, with the body that makes them. */
type More = {
  scope: Scope;
  place: "artifact" | "namespace" | "registry";
  body?: object;
  otherwise?: Outcome;
};
const more: Record<string, More> = {
  putArtifact: { scope: "admin", place: "artifact", body: { retention: { keep: 1, days: 1 } } },
  deleteVersion: { scope: "admin", place: "artifact" },
  putChannel: { scope: "promote", place: "artifact", body: { version: 1 } },
  promoteChannel: { scope: "promote", place: "artifact", body: { from: "latest" } },
  rollbackChannel: { scope: "promote", place: "artifact", body: {} },
  applyRetention: { scope: "admin", place: "artifact", body: { dry_run: false, keep: 1, days: 1 } },
  revokeVersion: { scope: "promote", place: "namespace", body: { reason: "r", with_descendants: true } },
  putNamespace: { scope: "admin", place: "registry", body: { quota_bytes: 1 } },
  createToken: { scope: "admin", place: "artifact" },
  getToken: { scope: "admin", place: "artifact", otherwise: "hidden" },
  revokeToken: { scope: "admin", place: "artifact", otherwise: "hidden" },
};

/** Bodies in place of the contract's example: changes that need no more than the contract says. */
const bodies: Record<string, (name: string) => object> = {
  // Without the parents of the examples: who names one must be able to read it.
  publishVersion: (name) => ({ fingerprint: name, builds: [{ name: "a", ...ami("ami-1") }] }),
  reportBuild: () => ami("ami-1"),
  failBuild: () => ({ error: "no room left" }),
  putChannel: () => ({}),
  createToken: (name) => ({ name, scopes: [{ scope: "read", pattern: "own/thing" }] }),
  putArtifact: () => ({ description: "d" }),
  revokeVersion: () => ({ reason: "r" }),
  putNamespace: () => ({ description: "d" }),
  applyRetention: () => ({ dry_run: true, keep: 1, days: 1 }),
};

type Outcome = "allowed" | "unauthorized" | "forbidden" | "hidden";
const isPublic = (contract: Contract) => contract.security?.length === 0;
const on = (contract: Contract) =>
  contract["x-scope-on"] ?? (contract.path.includes("{artifact}") ? "artifact" : "namespace");

/** The places whose tokens reach what a route is about. */
const reach: Record<string, Place[]> = {
  artifact: ["everywhere", "namespace", "artifact"],
  namespace: ["everywhere", "namespace"],
  registry: ["everywhere"],
  reach: Object.keys(places) as Place[],
  self: Object.keys(places) as Place[],
};

/** What a token that holds one scope in one place must get. */
function expected(contract: Contract, held: Scope, place: Place, extra?: More): Outcome {
  if (isPublic(contract)) return "allowed";
  const { "x-scope": scope = "read" } = contract;
  const isThere = reach[on(contract)]?.includes(place) && gives(held, scope);
  if (!isThere) return scope === "read" && on(contract) !== "registry" ? "hidden" : "forbidden";
  const isEnough = !extra || (reach[extra.place]?.includes(place) && gives(held, extra.scope));
  return isEnough ? "allowed" : (extra.otherwise ?? "forbidden");
}

function outcomeOf(status: number, code: string | undefined): Outcome {
  if (status === 401) return "unauthorized";
  if (code === "forbidden") return "forbidden";
  if (/^(artifact|namespace|token)_not_found$/.test(code ?? "")) return "hidden";
  return "allowed";
}

it("has a place for every route: below an artifact or a namespace, or with x-scope-on", () => {
  for (const contract of everyContract) {
    const { path, "x-scope-on": given } = contract;
    const isPlaced = isPublic(contract) || path.includes("{namespace}") || given !== undefined;
    expect([contract.operationId, isPlaced]).toEqual([contract.operationId, true]);
    if (path.includes("{namespace}")) expect(given).toBeUndefined();
    expect(() => requestFor(contract, { namespace: "n", artifact: "a" })).not.toThrow();
  }
  const names = new Set(everyContract.map((contract) => contract.operationId));
  expect(Object.keys(more).filter((name) => !names.has(name))).toEqual([]);
});

it("asks for more than to read wherever something is changed", () => {
  const writes = everyContract.filter(({ method }) => method !== "get" && method !== "head");
  const forReaders = writes.filter(
    (contract) => !isPublic(contract) && (contract["x-scope"] ?? "read") === "read",
  );
  // These ask for more when they are about to change something, as the next tests show.
  const asking = ["applyRetention", "promoteChannel", "putChannel", "rollbackChannel"];
  const names = forReaders.map((contract) => contract.operationId).filter((name) => !asking.includes(name));
  expect(names.toSorted()).toEqual(["previewRevocation", "resolveMany"]);
});

it("opens to anybody only what is for operations, the exchange of identity tokens, and providers", () => {
  const open = everyContract.filter(isPublic).filter(({ path }) => !path.startsWith("/v1/provider"));
  const names = open.map((contract) => contract.operationId).toSorted();
  const operations = ["getHealth", "getOpenApi", "getReadiness", "getTerraformServices"];
  expect(names).toEqual(["exchangeToken", ...operations]);
});

forEachDatabase((test) => {
  let api: Api;
  let owner = {};
  let count = 0;
  const tokens = new Map<string, { Authorization: string }>();

  beforeAll(async () => {
    api = new Api(test.database, { dev: false });
    owner = await addToken(test.database, "owner", everything);
    await addToken(test.database, "x", [{ scope: "read", pattern: "own/thing" }]);
    for (const [place, pattern] of Object.entries(places)) {
      for (const scope of scopes) await add(`${scope} ${place}`, [{ scope, pattern }]);
    }
    await add("nothing", []);
    await publish("own/thing");
    await publish("open/thing");
    const open = { anonymous_read: true };
    expect((await api.send("PUT", "/v1/namespaces/open", open, owner)).status).toBe(200);
  });
  afterAll(() => api.close());

  async function add(name: string, held: TokenScope[]): Promise<void> {
    tokens.set(name, await addToken(test.database, name, held));
  }

  async function publish(artifact: string): Promise<void> {
    const path = `/v1/artifacts/${artifact}`;
    for (const version of [1, 2]) {
      const body = { fingerprint: `f${version}`, builds: [{ name: "a", ...ami("ami-1") }] };
      expect((await api.send("POST", `${path}/versions`, body, owner)).status).toBe(201);
    }
    // Neither where promoting nor where going back would lead to, so that both are changes.
    for (const version of [2, 1]) {
      const headers = { ...owner, "If-Match": "*" };
      const moved = await api.send("PUT", `${path}/channels/production`, { version }, headers);
      expect([200, 201]).toContain(moved.status);
    }
  }

  async function ask(
    contract: Contract,
    who: Record<string, string>,
    path: Record<string, string> = { namespace: "own", artifact: "thing" },
    body?: object,
  ): Promise<Outcome> {
    const { path: url, init } = requestFor(contract, path, body);
    const reply = await api.request(url, { ...init, headers: { ...who, ...init.headers } });
    const isProblem = reply.headers.get("content-type") === "application/problem+json";
    const problem = isProblem ? ((await reply.json()) as { code: string; detail: string }) : undefined;
    if (!isProblem) await reply.body?.cancel();
    // A request that is refused for its form says nothing of who may send it; only the exchange has no valid example.
    const isForm = reply.status === 400 && contract.operationId !== "exchangeToken";
    expect(isForm || reply.status >= 500, `${url}: ${problem?.detail}`).toBe(false);
    return outcomeOf(reply.status, problem?.code);
  }

  const lastEvent = async () => {
    const { reads } = test.database;
    return reads.selectFrom("events").select("id").orderBy("id", "desc").limit(1).executeTakeFirst();
  };

  /** Something of its own for each write, so that one does not remove what the next is about. */
  async function target(contract: Contract) {
    if (contract.operationId === "revokeToken") {
      const name = `t${++count}`;
      await add(name, [{ scope: "read", pattern: "own/thing" }]);
      return { name };
    }
    if (contract.method === "get" || !contract.path.includes("{artifact}")) return undefined;
    const artifact = `thing${++count}`;
    await publish(`own/${artifact}`);
    return { namespace: "own", artifact };
  }

  describe.each(everyContract)("$method $path", (contract) => {
    const extra = more[contract.operationId];
    const alwaysMore = extra && (extra.body && bodies[contract.operationId] ? undefined : extra);

    it("does with each scope in each place what its contract says, and nothing where it refuses", async () => {
      for (const scope of scopes) {
        for (const place of Object.keys(places) as Place[]) {
          const outcome = expected(contract, scope, place, alwaysMore);
          const who = tokens.get(`${scope} ${place}`) ?? {};
          const path = outcome === "allowed" ? await target(contract) : undefined;
          const before = await lastEvent();
          const body = bodyFor(contract);
          expect([scope, place, await ask(contract, who, path, body)]).toEqual([scope, place, outcome]);
          if (outcome !== "allowed") expect(await lastEvent()).toEqual(before);
        }
      }
    });

    it("is closed to those without a token or a scope, as far as it is not about what is open", async () => {
      const opens = isPublic(contract);
      const lists = on(contract) === "reach" && (contract["x-scope"] ?? "read") === "read";
      const isAboutPeople = contract["x-anonymous"] === false;
      const reads = (contract["x-scope"] ?? "read") === "read" && on(contract) !== "registry";
      const closed = await ask(contract, {});
      expect(closed).toBe(opens || (lists && !isAboutPeople) ? "allowed" : "unauthorized");
      const open = await ask(contract, {}, { namespace: "open", artifact: "thing" });
      const isOpen = opens || (reads && !isAboutPeople && on(contract) !== "self");
      expect(open).toBe(isOpen ? "allowed" : "unauthorized");
      const holdsNothing = await ask(contract, tokens.get("nothing") ?? {});
      if (opens || lists || on(contract) === "self") expect(holdsNothing).toBe("allowed");
      else expect(holdsNothing).toBe(reads ? "hidden" : "forbidden");
    });

    if (extra && !alwaysMore) {
      it(`needs ${extra.scope} for ${JSON.stringify(extra.body)}`, async () => {
        for (const scope of scopes) {
          for (const place of Object.keys(places) as Place[]) {
            const outcome = expected(contract, scope, place, extra);
            const who = tokens.get(`${scope} ${place}`) ?? {};
            const got = await ask(contract, who, await target(contract), extra.body);
            expect([scope, place, got]).toEqual([scope, place, outcome]);
          }
        }
      });
    }
  });

  const bodyFor = ({ operationId }: Contract) =>
    bodies[operationId]?.(`made-${++count}`) ?? more[operationId]?.body;
});
