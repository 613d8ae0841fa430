import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Api, ami } from "../../test/api.ts";
import { forEachDatabase, type TestDatabase } from "../../test/databases.ts";
import { readJson } from "../database/json.ts";
import type { Version } from "./schema.ts";

const artifacts = ["base", "middle", "top"];
const fingerprints = ["f1", "f2", "f3", "f4", "f5", "f6"];
const versionOf = { artifact: fc.constantFrom(...artifacts), fingerprint: fc.constantFrom(...fingerprints) };
const whole = fc.record({
  does: fc.constant("publish" as const),
  ...versionOf,
  semver: fc.constantFrom(undefined, "1.0.0", "2.0.0"),
  latest: fc.constantFrom<boolean | "if_newer">(true, false, "if_newer"),
  // What two builds differ in, so that one is a retry of the other or is refused.
  image: fc.constantFrom("i1", "i2"),
  parents: fc.uniqueArray(fc.record(versionOf), { maxLength: 2, selector: JSON.stringify }),
});
const other = fc.record({
  does: fc.constantFrom("open" as const, "report" as const, "complete" as const, "abandon" as const),
  ...versionOf,
});
const revocation = fc.record({
  does: fc.constantFrom("revoke" as const, "restore" as const),
  ...versionOf,
  rollback: fc.boolean(),
});
const action = fc.oneof({ weight: 8, arbitrary: whole }, other, { weight: 2, arbitrary: revocation });
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

forEachDatabase((test) => {
  let servers: Api[] = [];
  let count = 0;
  beforeAll(() => {
    // Each has groups of its own, as two servers on one PostgreSQL have.
    servers = [new Api(test.database), new Api(test.database)];
  });

  function perform(namespace: string, one: Action, at: number) {
    const artifact = `${namespace}/${one.artifact}`;
    const version = `/v1/artifacts/${artifact}/versions/fingerprint:${one.fingerprint}`;
    const send = (method: string, path: string, body?: object) =>
      (servers[at % 2] as Api).send<Version>(method, path, body, { "X-Request-Id": `${namespace}-${at}` });
    const post = (body: object) =>
      send("POST", `/v1/artifacts/${artifact}/versions`, { fingerprint: one.fingerprint, ...body });
    switch (one.does) {
      case "publish": {
        const { semver, latest, image } = one;
        const parents = one.parents.map((parent) => ({
          ...parent,
          artifact: `${namespace}/${parent.artifact}`,
        }));
        return post({ semver, latest, builds: [{ name: "a", ...ami(`ami-${image}`), parents }] });
      }
      case "open":
        return post({ expected_builds: ["a", "b"] });
      case "report":
        return send("PUT", `${version}/builds/b`, ami("ami-b"));
      case "complete":
        return send("POST", `${version}/complete`, { reason: "enough" });
      case "abandon":
        return send("DELETE", version);
      case "revoke":
        return send("PUT", `${version}/revocation`, {
          reason: "bad",
          with_descendants: true,
          rollback_channels: one.rollback,
        });
      case "restore":
        return send("DELETE", `${version}/revocation`);
    }
  }

  describe("whole publications of several artifacts and servers, among everything else that is done", () => {
    it("leave a registry in which everything agrees", async () => {
      const rounds = fc.array(fc.array(action, { minLength: 6, maxLength: 12 }), {
        minLength: 3,
        maxLength: 8,
      });
      await fc.assert(
        fc.asyncProperty(rounds, async (together) => {
          const namespace = `mixing${++count}`;
          let at = 0;
          for (const actions of together) {
            const replies = await Promise.all(
              actions.map(async (one) => {
                const request = at++;
                return { one, request, reply: await perform(namespace, one, request) };
              }),
            );
            expect(replies.filter(({ reply }) => reply.status >= 500)).toEqual([]);
            for (const { one, request, reply } of replies) {
              if (one.does !== "publish" || reply.status !== 201) continue;
              await checkEvents(test, `${namespace}-${request}`, reply.body);
            }
          }
          await checkAll(test, namespace);
        }),
        { numRuns: 30 },
      );
    }, 120_000);
  });
});

/** What a publication that was new did is in its own events, in the order in which it happens to one that is alone. */
async function checkEvents({ database }: TestDatabase, request: string, version: Version): Promise<void> {
  const events = await database.reads
    .selectFrom("events")
    .select(["action", "artifact", "number"])
    .where("request_id", "=", request)
    .where("action", "not like", "revocation.%")
    .orderBy("id")
    .execute();
  const own = events.filter(({ action }) => action !== "artifact.created");
  const { artifact, number } = version;
  expect(own).toEqual([
    { action: "version.opened", artifact, number: null },
    { action: "build.reported", artifact, number: null },
    { action: "version.completed", artifact, number },
  ]);
}

async function checkAll({ database }: TestDatabase, namespace: string): Promise<void> {
  const db = database.reads;
  const stored = await db
    .selectFrom("artifacts")
    .selectAll()
    .where("path", "like", `${namespace}/%`)
    .execute();
  const paths = new Map(stored.map(({ id, path }) => [id, path]));
  if (stored.length === 0) return;
  const versions = await db
    .selectFrom("versions")
    .selectAll()
    .where("artifact_id", "in", [...paths.keys()])
    .where("state", "=", "complete")
    .orderBy("number")
    .execute();
  for (const { id, path, last_number, complete_versions } of stored) {
    const own = versions.filter((version) => version.artifact_id === id);
    expect(own.map(({ number }) => number)).toEqual(own.map((_, index) => index + 1));
    expect([last_number, complete_versions]).toEqual([own.length, own.length]);
    const semvers = own.flatMap(({ semver }) => semver ?? []);
    expect(semvers).toHaveLength(new Set(semvers).size);
    const completed = await db
      .selectFrom("events")
      .select("version_id")
      .where("artifact", "=", path)
      .where("action", "=", "version.completed")
      .orderBy("id")
      .execute();
    expect(completed.map((event) => event.version_id)).toEqual(own.map((version) => version.id));
  }
  const ids = versions.map(({ id }) => id);
  if (ids.length === 0) return;
  const builds = await db.selectFrom("builds").selectAll().where("version_id", "in", ids).execute();
  for (const version of versions) {
    const own = builds.filter((build) => build.version_id === version.id);
    expect(own.map(({ name }) => name).sort()).toEqual(readJson(version.expected_builds).toSorted());
    expect(own.map((build) => build.latest_number)).toEqual(own.map(() => version.latest_number));
  }
  const found = await db
    .selectFrom("search_terms")
    .select("version_id")
    .where("kind", "=", "all")
    .where("version_id", "in", ids)
    .execute();
  expect(found.map((term) => term.version_id).sort()).toEqual(ids.toSorted());

  const links = await db.selectFrom("ancestry").selectAll().where("child_version_id", "in", ids).execute();
  const below = (id: number, seen = new Set<number>()): Set<number> => {
    for (const { parent_version_id: parent, child_version_id: child } of links) {
      if (parent !== id || seen.has(child)) continue;
      below(child, seen.add(child));
    }
    return seen;
  };
  for (const id of ids) expect(below(id).has(id), "a version is its own ancestor").toBe(false);
  const named = await db
    .selectFrom("parents")
    .innerJoin("builds", "builds.id", "parents.build_id")
    .select(["builds.version_id", "parents.artifact", "parents.fingerprint"])
    .where("builds.version_id", "in", ids)
    .execute();
  for (const { version_id: child, artifact, fingerprint } of named) {
    const parent = versions.find(
      (version) => paths.get(version.artifact_id) === artifact && version.fingerprint === fingerprint,
    );
    if (!parent || parent.id === child) continue;
    const isLinked = links.some(
      (link) => link.child_version_id === child && link.parent_version_id === parent.id,
    );
    // Only what would close a circle is left out.
    if (!isLinked) expect(below(child).has(parent.id), `${child} has no link with ${parent.id}`).toBe(true);
  }

  const causes = await db.selectFrom("revocations").selectAll().where("version_id", "in", ids).execute();
  for (const version of versions) {
    const own = causes.filter((cause) => cause.version_id === version.id);
    const expected = versions.filter(({ id }) => {
      const spreads = causes.some((cause) => cause.version_id === id && cause.cause_version_id === id);
      return spreads && (id === version.id || below(id).has(version.id));
    });
    expect(own.map((cause) => cause.cause_version_id).sort()).toEqual(expected.map(({ id }) => id).sort());
    const [first = null] = own.map((cause) => cause.effective_at).sort();
    expect(version.revoked_from).toBe(first);
  }
}
