import { beforeAll, expect, it } from "vitest";
import { Api, ami, type Page } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import type { Ancestry, OutOfDate } from "./schema.ts";

forEachDatabase((test) => {
  let api: Api;
  let count = 0;

  beforeAll(() => {
    api = new Api(test.database);
  });

  async function publish(artifact: string, build: object = {}, head: object = {}) {
    const fingerprint = `f${++count}`;
    return api.publish(artifact, {
      fingerprint,
      ...head,
      builds: [{ name: "a", ...ami(`ami-${count}`), ...build }],
    });
  }

  /** Lets a channel point to a version of an artifact. */
  async function assign(artifact: string, channel: string, version: number | null) {
    const path = `/v1/artifacts/${artifact}/channels/${channel}`;
    const reply = await api.send("PUT", path, { version }, { "If-Match": "*" });
    expect([200, 201], JSON.stringify(reply.body)).toContain(reply.status);
  }

  async function revoke(artifact: string, version: number, body: object = { reason: "bad" }) {
    const reply = await api.send("PUT", `/v1/artifacts/${artifact}/versions/${version}/revocation`, body);
    expect(reply.status, JSON.stringify(reply.body)).toBeLessThan(300);
  }

  async function outOfDate(query: string) {
    const reply = await api.get<Page<OutOfDate>>(`/v1/ancestry/out-of-date?${query}`);
    expect(reply.status, JSON.stringify(reply.body)).toBe(200);
    return reply.body;
  }

  async function parentOf(artifact: string) {
    const { body } = await api.get<Ancestry>(`/v1/artifacts/${artifact}/versions/1/ancestry?direction=up`);
    const [parent] = body.parents;
    return { out_of_date: parent?.out_of_date, newer: parent?.newer };
  }

  it("without a channel, when the parent has a newer version that is complete and not revoked", async () => {
    await publish("plain/base");
    await publish("plain/web", { parents: [{ artifact: "plain/base", version: 1 }] });
    expect(await parentOf("plain/web")).toEqual({ out_of_date: false, newer: null });
    await api.publish("plain/base", { fingerprint: "open", expected_builds: ["a"] });
    expect(await parentOf("plain/web")).toEqual({ out_of_date: false, newer: null });
    await publish("plain/base");
    await publish("plain/base");
    expect(await parentOf("plain/web")).toEqual({ out_of_date: true, newer: 3 });
    await revoke("plain/base", 3);
    expect(await parentOf("plain/web")).toEqual({ out_of_date: true, newer: 2 });
    await revoke("plain/base", 2, { reason: "later", at: "2026-01-02T00:00:00Z" });
    expect(await parentOf("plain/web")).toEqual({ out_of_date: true, newer: 2 });
    api.clock.advance(2 * 86_400_000);
    expect(await parentOf("plain/web")).toEqual({ out_of_date: false, newer: null });
  });

  it("with a channel, when that points to another version now, whatever else there is", async () => {
    await publish("pointed/base");
    await publish("pointed/base");
    await assign("pointed/base", "stable", 1);
    const parents = [{ artifact: "pointed/base", version: 1, channel: "stable" }];
    await publish("pointed/web", { parents });
    expect(await parentOf("pointed/web")).toEqual({ out_of_date: false, newer: null });
    await assign("pointed/base", "stable", 2);
    expect(await parentOf("pointed/web")).toEqual({ out_of_date: true, newer: 2 });
    await assign("pointed/base", "stable", 1);
    expect(await parentOf("pointed/web")).toEqual({ out_of_date: false, newer: null });
  });

  it("with a channel that went back, when it points to an older version", async () => {
    await publish("back/base");
    await publish("back/base");
    await assign("back/base", "stable", 2);
    await publish("back/web", { parents: [{ artifact: "back/base", version: 2, channel: "stable" }] });
    await assign("back/base", "stable", 1);
    expect(await parentOf("back/web")).toEqual({ out_of_date: true, newer: 1 });
  });

  it("with a channel that is gone, as without", async () => {
    await publish("lost/base");
    await publish("lost/base");
    await publish("lost/web", { parents: [{ artifact: "lost/base", version: 1, channel: "never" }] });
    expect(await parentOf("lost/web")).toEqual({ out_of_date: true, newer: 2 });
  });

  it("with the channel latest, when there is another latest", async () => {
    await publish("latest/base");
    await publish("latest/web", { parents: [{ artifact: "latest/base", version: 1, channel: "latest" }] });
    await publish("latest/base", {}, { latest: false });
    expect(await parentOf("latest/web")).toEqual({ out_of_date: false, newer: null });
    await publish("latest/base");
    expect(await parentOf("latest/web")).toEqual({ out_of_date: true, newer: 3 });
  });

  it("not of an image that the newest version holds, too", async () => {
    await publish("again/base", ami("ami-a9a1"));
    await publish("again/base", ami("ami-a9a1"));
    const images = [
      { platform: "aws", region: "us-east-1", external_id: "ami-77", source_image_id: "ami-a9a1" },
    ];
    await publish("again/web", { images });
    expect((await outOfDate("namespace=again")).items).toEqual([]);
    await publish("again/base");
    expect((await outOfDate("namespace=again")).items).toEqual([
      {
        artifact: "again/web",
        number: 1,
        parent: { artifact: "again/base", number: 2 },
        newer: 3,
        channel: null,
      },
    ]);
  });

  it("lists the latest version of each artifact only, by artifact, page by page while others are added", async () => {
    await publish("list/base");
    const names = Array.from({ length: 7 }, (_, index) => `list/web${index}`);
    for (const name of names) {
      await publish(name, { parents: [{ artifact: "list/base", version: 1 }] });
    }
    await publish("list/base");
    await publish("list/web3", { parents: [{ artifact: "list/base", version: 2 }] });
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: Page<OutOfDate> = await outOfDate(
        `namespace=list&limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`,
      );
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map((item) => item.artifact));
      cursor = page.next_cursor;
      await publish("list/a-new-one", { parents: [{ artifact: "list/base", version: 1 }] });
    }
    expect(seen).toEqual(names.filter((name) => name !== "list/web3"));
    expect((await outOfDate("artifact=list/web5")).items).toMatchObject([
      { artifact: "list/web5", number: 1, parent: { artifact: "list/base", number: 1 }, newer: 2 },
    ]);
  });

  it("has as many entries as a version has outdated parents, over several pages", async () => {
    const parents = Array.from({ length: 5 }, (_, index) => ({ artifact: `many/base${index}`, version: 1 }));
    for (const { artifact } of parents) await publish(artifact);
    await publish("many/web", { parents });
    for (const { artifact } of parents) await publish(artifact);
    const first = await outOfDate("artifact=many/web&limit=3");
    const second = await outOfDate(`artifact=many/web&limit=3&cursor=${first.next_cursor}`);
    const found = [...first.items, ...second.items].map((item) => item.parent.artifact);
    expect(found.sort()).toEqual(parents.map((parent) => parent.artifact));
    expect(second.next_cursor).toBeNull();
  });

  it("goes on through artifacts that are up to date", async () => {
    await test.database.write(async (tx) => {
      const now = "2026-01-01T00:00:00.000Z";
      const { id: namespace_id } = await tx
        .insertInto("namespaces")
        .values({ name: "crowd", created_at: now })
        .returning("id")
        .executeTakeFirstOrThrow();
      const artifacts = Array.from({ length: 450 }, (_, index) => ({
        namespace_id,
        path: `crowd/quiet${index}`,
        labels: "{}",
        created_at: now,
        updated_at: now,
      }));
      const made = await tx.insertInto("artifacts").values(artifacts).returning("id").execute();
      const head = {
        state: "complete",
        number: 1,
        latest_number: 1,
        latest: "true",
        active_at: now,
      } as const;
      const rest = {
        labels: "{}",
        warnings: "[]",
        opened_with: "{}",
        expected_builds: "[]",
        created_at: now,
        updated_at: now,
      };
      await tx
        .insertInto("versions")
        .values(made.map(({ id }) => ({ artifact_id: id, fingerprint: `c${id}`, ...head, ...rest })))
        .execute();
    });
    await publish("crowd/zbase");
    await publish("crowd/zweb", { parents: [{ artifact: "crowd/zbase", version: 1 }] });
    await publish("crowd/zbase");
    expect((await outOfDate("namespace=crowd")).items).toMatchObject([{ artifact: "crowd/zweb" }]);
  });
});
