import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Api, ami, type Page } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import type { Version, VersionSummary } from "./schema.ts";

/** One thing that a publisher does; all that are chosen are done at the same time. */
type Action =
  | { does: "publish"; fingerprint: string; latest: boolean }
  | { does: "open"; fingerprint: string; builds: string[] }
  | { does: "report"; fingerprint: string; build: string }
  | { does: "complete" | "remove"; fingerprint: string };

const fingerprint = fc.constantFrom("f1", "f2", "f3");
const build = fc.constantFrom("a", "b", "c");
const builds = fc.uniqueArray(build, { minLength: 1, maxLength: 3 });
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ does: fc.constant("publish" as const), fingerprint, latest: fc.boolean() }),
  fc.record({ does: fc.constant("open" as const), fingerprint, builds }),
  fc.record({ does: fc.constant("report" as const), fingerprint, build }),
  fc.record({ does: fc.constantFrom("complete" as const, "remove" as const), fingerprint }),
);

forEachDatabase((test) => {
  let api: Api;
  let count = 0;

  beforeAll(() => {
    api = new Api(test.database);
  });

  async function allVersions(artifact: string, state: string): Promise<VersionSummary[]> {
    const items: VersionSummary[] = [];
    let next: string | null = "";
    while (next !== null) {
      const cursor: string = next === "" ? "" : `&cursor=${next}`;
      const { body }: { body: Page<VersionSummary> } = await api.versions(
        artifact,
        `state=${state}&limit=100${cursor}`,
      );
      items.push(...body.items);
      next = body.next_cursor;
    }
    return items;
  }

  it("a hundred parallel publishers of one fingerprint make one version", async () => {
    const body = { fingerprint: "one", builds: [{ name: "a", ...ami("ami-1") }] };
    const path = "/v1/artifacts/parallel/same/versions";
    const replies = await Promise.all(
      Array.from({ length: 100 }, () => api.send<Version>("POST", path, body)),
    );
    expect(replies.map((reply) => reply.status).sort()).toEqual([...Array(99).fill(200), 201]);
    expect(new Set(replies.map((reply) => JSON.stringify(reply.body))).size).toBe(1);
    expect((await api.versions("parallel/same")).body.items).toHaveLength(1);
  });

  it("a hundred parallel publishers of as many fingerprints get the numbers 1 to 100", async () => {
    const publish = (index: number) =>
      api.publish("parallel/different", {
        fingerprint: `f${index}`,
        builds: [{ name: "a", ...ami("ami-1") }],
      });
    const versions = await Promise.all(Array.from({ length: 100 }, (_, index) => publish(index)));
    const numbers = versions.map((version) => version.number ?? 0).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  });

  it("parallel reports of the parts of a version complete it exactly once", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `build-${index}`);
    const open = () => api.publish("parallel/parts", { fingerprint: "f", expected_builds: names });
    await open();
    const replies = await Promise.all(
      names.flatMap((name) => [open(), api.report("parallel/parts", "f", name, ami(`ami-${name}`))]),
    );
    expect(replies).toHaveLength(40);
    const completed = await test.database.reads
      .selectFrom("events")
      .select("number")
      .where("artifact", "=", "parallel/parts")
      .where("action", "=", "version.completed")
      .execute();
    expect(completed).toEqual([{ number: 1 }]);
  });

  it("parallel publishers of one semantic version leave it on one version", async () => {
    const publish = (index: number) =>
      api.publish("parallel/semver", {
        fingerprint: `f${index}`,
        semver: "1.0.0",
        builds: [{ name: "a", ...ami("i") }],
      });
    const versions = await Promise.all(Array.from({ length: 20 }, (_, index) => publish(index)));
    expect(versions.filter((version) => version.semver === "1.0.0")).toHaveLength(1);
    expect(versions.filter((version) => version.warnings[0]?.code === "semver_taken")).toHaveLength(19);
  });

  describe("whatever publishers do at once", () => {
    async function perform(artifact: string, one: Action): Promise<number> {
      const path = `/v1/artifacts/${artifact}/versions`;
      const version = `${path}/fingerprint:${one.fingerprint}`;
      switch (one.does) {
        case "publish": {
          const body = {
            fingerprint: one.fingerprint,
            latest: one.latest,
            builds: [{ name: "a", ...ami("ami-a") }],
          };
          return (await api.send("POST", path, body)).status;
        }
        case "open":
          return (await api.send("POST", path, { fingerprint: one.fingerprint, expected_builds: one.builds }))
            .status;
        case "report":
          return (await api.report(artifact, one.fingerprint, one.build, ami(`ami-${one.build}`))).status;
        case "complete":
          return (await api.send("POST", `${version}/complete`, { reason: "test" })).status;
        case "remove":
          return (await api.send("DELETE", version)).status;
      }
    }

    it("numbers have no gaps, latest is the highest that may be, and each version completes once", async () => {
      const rounds = fc.array(fc.array(action, { minLength: 2, maxLength: 6 }), {
        minLength: 1,
        maxLength: 5,
      });
      await fc.assert(
        fc.asyncProperty(rounds, async (actions) => {
          const artifact = `property/a${++count}`;
          let latestBefore = 0;
          for (const together of actions) {
            const statuses = await Promise.all(together.map((one) => perform(artifact, one)));
            expect(statuses.filter((status) => status >= 500)).toEqual([]);
            const resolved = await api.resolve(artifact);
            const latest = resolved.status === 200 ? resolved.body.number : 0;
            // Only a deletion may take `latest` back.
            if (!together.some((one) => one.does === "remove"))
              expect(latest).toBeGreaterThanOrEqual(latestBefore);
            latestBefore = latest;
          }
          if (latestBefore === 0 && (await api.get(`/v1/artifacts/${artifact}`)).status === 404) return;
          await checkHistory(artifact, latestBefore);
        }),
        { numRuns: 25 },
      );
    });

    async function checkHistory(artifact: string, latest: number): Promise<void> {
      const complete = await allVersions(artifact, "complete");
      const eligible = complete
        .filter((version) => version.latest === true)
        .map((version) => version.number ?? 0);
      expect(latest).toBe(Math.max(0, ...eligible));
      const events = await test.database.reads
        .selectFrom("events")
        .select(["action", "number", "version_id"])
        .where("artifact", "=", artifact)
        .where("action", "in", ["version.completed", "version.deleted"])
        .orderBy("id")
        .execute();
      const completions = events.filter((event) => event.action === "version.completed");
      expect(completions.map((event) => event.number)).toEqual(completions.map((_, index) => index + 1));
      expect(new Set(completions.map((event) => event.version_id)).size).toBe(completions.length);
      const deleted = new Set(events.filter((e) => e.action === "version.deleted").map((e) => e.number));
      const left = completions.map((event) => event.number).filter((number) => !deleted.has(number));
      expect(complete.map((version) => version.number).sort()).toEqual(left.sort());
      const { body } = await api.get(`/v1/artifacts/${artifact}`);
      expect(body).toMatchObject({ versions: complete.length, latest: latest === 0 ? null : latest });
    }
  });
});
