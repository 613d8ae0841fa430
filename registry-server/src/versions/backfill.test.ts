import { expect, it } from "vitest";
import { Api, ami } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { backfill } from "./backfill.ts";

forEachDatabase((test) => {
  const terms = () =>
    test.database.reads
      .selectFrom("search_terms")
      .selectAll()
      .orderBy("version_id")
      .orderBy("kind")
      .orderBy("term")
      .execute();
  const links = () =>
    test.database.reads
      .selectFrom("ancestry")
      .select(["child_version_id", "parent_version_id", "build", "via", "channel"])
      .orderBy("child_version_id")
      .orderBy("parent_version_id")
      .execute();

  it("versions of before are linked and found like new ones, also when several servers see to it", async () => {
    const api = new Api(test.database);
    const publish = (artifact: string, parents: object[], images = ami("ami-1").images) =>
      api.publish(artifact, {
        fingerprint: "f",
        labels: { team: "x" },
        builds: [{ name: "a", artifact_type: "amazon.ami", images, parents }],
      });
    await publish("old/web", [{ artifact: "old/base", version: 1, channel: "stable" }]);
    await publish("old/base", [], ami("ami-ba5e").images);
    const source = { platform: "aws", region: "r", external_id: "ami-2", source_image_id: "ami-ba5e" };
    await publish("old/tools", [], [source]);
    const gone = await publish("old/gone", []);
    await api.send("DELETE", "/v1/artifacts/old/gone/versions/1");
    expect(gone.number).toBe(1);
    const before = { terms: await terms(), links: await links() };
    expect(before.links).toHaveLength(2);
    await test.database.write(async (tx) => {
      await tx.deleteFrom("search_terms").execute();
      await tx.deleteFrom("ancestry").execute();
      await tx.insertInto("backfills").values({ name: "releases", below: 1_000 }).execute();
    });
    expect(await backfill(test.database, api.clock.read, 1)).toBe(1);
    const counts = await Promise.all([1, 2, 3].map(() => backfill(test.database, api.clock.read, 10)));
    expect(counts.reduce((sum, count) => sum + count)).toBe(2);
    expect({ terms: await terms(), links: await links() }).toEqual(before);
    expect(await test.database.reads.selectFrom("backfills").selectAll().execute()).toEqual([]);
    expect(await backfill(test.database, api.clock.read, 10)).toBe(0);
  });
});
