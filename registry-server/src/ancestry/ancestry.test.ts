import { beforeAll, describe, expect, it } from "vitest";
import { Api, ami, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import type { Ancestry, Relative } from "./schema.ts";

/** A tree as text: `base@1 < web@2`. */
function outline(relatives: Relative[] | undefined, side: "parents" | "children"): unknown[] {
  return (relatives ?? []).map((relative) => {
    const name = `${relative.artifact.split("/")[1]}@${relative.number}`;
    const behind = outline(relative[side], side);
    return behind.length === 0 ? name : { [name]: behind };
  });
}

forEachDatabase((test) => {
  let api: Api;
  let count = 0;

  beforeAll(() => {
    api = new Api(test.database);
  });

  const image = (artifact: string, number: number) =>
    `ami-${Buffer.from(`${artifact}${number}`).toString("hex")}`;

  /** Publishes the next version of an artifact. */
  async function publish(artifact: string, build: object = {}, head: object = {}) {
    const fingerprint = `f${++count}`;
    const version = { fingerprint, ...head, builds: [{ name: "a", ...ami(`ami-${count}`), ...build }] };
    return api.publish(artifact, version);
  }

  async function ancestry(artifact: string, version: number | string, query = "") {
    const reply = await api.get<Ancestry>(`/v1/artifacts/${artifact}/versions/${version}/ancestry?${query}`);
    expect(reply.status, JSON.stringify(reply.body)).toBe(200);
    return reply.body;
  }

  async function outline2(artifact: string, version: number, query = "") {
    const { parents, children } = await ancestry(artifact, version, query);
    return { parents: outline(parents, "parents"), children: outline(children, "children") };
  }

  describe("a parent is found", () => {
    it("by the number that the child names", async () => {
      await publish("named/base");
      await publish("named/web", { parents: [{ artifact: "named/base", version: 1, channel: "latest" }] });
      const { parents, children, hidden, truncated } = await ancestry("named/web", 1);
      expect({ children, hidden, truncated }).toEqual({ children: [], hidden: 0, truncated: false });
      expect(parents).toEqual([
        {
          artifact: "named/base",
          number: 1,
          semver: null,
          depth: 1,
          via: "declared",
          channel: "latest",
          builds: ["a"],
          out_of_date: false,
          newer: null,
          revoked: false,
          deleted: false,
          repeated: false,
          parents: [],
        },
      ]);
      expect(await outline2("named/base", 1)).toEqual({ parents: [], children: ["web@1"] });
    });

    it("by the fingerprint that the child names", async () => {
      await publish("printed/base", {}, { fingerprint: "base-print" });
      await publish("printed/web", { parents: [{ artifact: "printed/base", fingerprint: "base-print" }] });
      expect(await outline2("printed/web", 1)).toEqual({ parents: ["base@1"], children: [] });
    });

    it("by the id of the source image, where such ids are unique", async () => {
      const id = image("source/base", 1);
      await publish("source/base", ami(id));
      const images = [{ platform: "aws", region: "eu-west-1", external_id: "ami-2a", source_image_id: id }];
      await publish("source/web", { images });
      const { parents } = await ancestry("source/web", 1);
      expect(parents).toMatchObject([{ artifact: "source/base", number: 1, via: "source_image" }]);
    });

    it("never by a name that others may use for something else", async () => {
      const named = (external_id: string, source_image_id?: string) => ({
        images: [{ platform: "file", region: "", external_id, source_image_id }],
      });
      await publish("same/base", named("disk.img"));
      await publish("same/web", named("web.img", "disk.img"));
      expect(await outline2("same/web", 1)).toEqual({ parents: [], children: [] });
    });

    it("not by source image when the child names its parents", async () => {
      const id = image("both/base", 1);
      await publish("both/base", ami(id));
      await publish("both/other");
      const images = [{ platform: "aws", region: "us-east-1", external_id: "ami-3a", source_image_id: id }];
      await publish("both/web", { images, parents: [{ artifact: "both/other", version: 1 }] });
      expect(await outline2("both/web", 1)).toEqual({ parents: ["other@1"], children: [] });
    });

    it.each(["number", "fingerprint", "source image"])(
      "when it is published after its child, by %s",
      async (by) => {
        const name = by.replace(" ", "-");
        const id = image(`late/${name}`, 1);
        const build = {
          number: { parents: [{ artifact: `late/${name}-base`, version: 1, channel: "latest" }] },
          fingerprint: { parents: [{ artifact: `late/${name}-base`, fingerprint: `${name}-late` }] },
          "source image": {
            images: [{ platform: "aws", region: "us-east-1", external_id: "ami-4a", source_image_id: id }],
          },
        }[by];
        await publish(`late/${name}-web`, build);
        expect((await outline2(`late/${name}-web`, 1)).parents).toEqual([]);
        await publish(`late/${name}-base`, ami(id), { fingerprint: `${name}-late` });
        expect((await outline2(`late/${name}-web`, 1)).parents).toEqual([`${name}-base@1`]);
        expect((await outline2(`late/${name}-base`, 1)).children).toEqual([`${name}-web@1`]);
      },
    );

    it("only when both are complete", async () => {
      await api.publish("open/base", { fingerprint: "f", expected_builds: ["a", "b"] });
      await api.report("open/base", "f", "a", ami("ami-5a"));
      await publish("open/web", { parents: [{ artifact: "open/base", fingerprint: "f" }] });
      expect((await outline2("open/web", 1)).parents).toEqual([]);
      await api.report("open/base", "f", "b", ami("ami-5b"));
      expect((await outline2("open/web", 1)).parents).toEqual(["base@1"]);
    });

    it("even when parent and child are published at the same time", async () => {
      const pairs = Array.from({ length: 20 }, (_, index) => `pair${index}`);
      await Promise.all(
        pairs.flatMap((name) => [
          publish(`together/${name}-web`, { parents: [{ artifact: `together/${name}-base`, version: 1 }] }),
          publish(`together/${name}-base`),
        ]),
      );
      for (const name of pairs) {
        expect((await outline2(`together/${name}-base`, 1)).children).toEqual([`${name}-web@1`]);
      }
    });
  });

  describe("the tree", () => {
    beforeAll(async () => {
      await publish("tree/os");
      await publish("tree/base", { parents: [{ artifact: "tree/os", version: 1 }] });
      await publish("tree/tools", { parents: [{ artifact: "tree/os", version: 1 }] });
      const parents = [
        { artifact: "tree/base", version: 1 },
        { artifact: "tree/tools", version: 1 },
      ];
      await publish("tree/web", { parents });
      await publish("tree/web", { parents });
    });

    it("goes up and down, and shows what is reached twice with what lies behind it once", async () => {
      expect(await outline2("tree/web", 1)).toEqual({
        parents: [{ "base@1": ["os@1"] }, { "tools@1": ["os@1"] }],
        children: [],
      });
      expect(await outline2("tree/os", 1)).toEqual({
        parents: [],
        children: [{ "base@1": ["web@2", "web@1"] }, { "tools@1": ["web@2", "web@1"] }],
      });
      const { children } = await ancestry("tree/os", 1);
      expect(children[1]?.children).toMatchObject([{ repeated: true }, { repeated: true }]);
    });

    it("goes in the direction that is asked for", async () => {
      expect(await outline2("tree/base", 1, "direction=up")).toEqual({ parents: ["os@1"], children: [] });
      expect(await outline2("tree/base", 1, "direction=down")).toEqual({
        parents: [],
        children: ["web@2", "web@1"],
      });
    });

    it("ends at the depth that is asked for, and says so", async () => {
      const { children, truncated } = await ancestry("tree/os", 1, "depth=1");
      expect(outline(children, "children")).toEqual(["base@1", "tools@1"]);
      expect(truncated).toBe(true);
      expect((await ancestry("tree/os", 1, "depth=2")).truncated).toBe(false);
    });

    it("has a thousand versions at most, and says so", async () => {
      await publish("wide/base");
      const { id } = await test.database.reads
        .selectFrom("versions")
        .select("versions.id")
        .innerJoin("artifacts", "artifacts.id", "versions.artifact_id")
        .where("path", "=", "wide/base")
        .executeTakeFirstOrThrow();
      await test.database.write(async (tx) => {
        const now = "2026-01-01T00:00:00.000Z";
        const { id: artifact_id, namespace_id } = await tx
          .selectFrom("artifacts")
          .select(["id", "namespace_id"])
          .where("path", "=", "wide/base")
          .executeTakeFirstOrThrow();
        expect(namespace_id).toBeGreaterThan(0);
        const head = {
          artifact_id,
          state: "complete",
          latest: "false",
          active_at: now,
          created_at: now,
        } as const;
        const json = {
          labels: "{}",
          warnings: "[]",
          opened_with: "{}",
          expected_builds: "[]",
          updated_at: now,
          completed_at: now,
        };
        const rows = Array.from({ length: 1_200 }, (_, index) => ({
          ...head,
          ...json,
          number: index + 2,
          fingerprint: `w${index}`,
        }));
        const made = await tx.insertInto("versions").values(rows).returning("id").execute();
        const links = made.map((child) => ({
          child_version_id: child.id,
          parent_version_id: id,
          build: "a",
        }));
        await tx
          .insertInto("ancestry")
          .values(links.map((link) => ({ ...link, via: "declared", created_at: now }) as const))
          .execute();
      });
      const { children, truncated } = await ancestry("wide/base", 1);
      expect(children).toHaveLength(1_000);
      expect(truncated).toBe(true);
    });

    it("says what is revoked, once its time has come", async () => {
      await publish("bad/base");
      await publish("bad/web", { parents: [{ artifact: "bad/base", version: 1 }] });
      const later = { reason: "leaks", at: "2026-03-01T00:00:00Z" };
      await api.send("PUT", "/v1/artifacts/bad/base/versions/1/revocation", later);
      expect((await ancestry("bad/web", 1)).parents).toMatchObject([{ revoked: false }]);
      await api.send("PUT", "/v1/artifacts/bad/base/versions/1/revocation", { reason: "leaks" });
      expect((await ancestry("bad/web", 1)).parents).toMatchObject([{ revoked: true }]);
    });

    it("is 304 for who has it, until it changes", async () => {
      await publish("etag/base");
      const path = "/v1/artifacts/etag/base/versions/1/ancestry";
      const etag = (await api.get(path)).headers.get("etag") ?? "";
      expect((await api.get(path, { "If-None-Match": etag })).status).toBe(304);
      await publish("etag/web", { parents: [{ artifact: "etag/base", version: 1 }] });
      expect((await api.get(path, { "If-None-Match": etag })).status).toBe(200);
    });

    it("keeps a deleted version only while it connects others", async () => {
      const remove = (path: string) => api.send("DELETE", `/v1/artifacts/${path}/versions/1`);
      await publish("gone/os");
      await publish("gone/base", { parents: [{ artifact: "gone/os", version: 1 }] });
      await publish("gone/web", { parents: [{ artifact: "gone/base", version: 1 }] });
      await remove("gone/base");
      const { children } = await ancestry("gone/os", 1);
      expect(children).toMatchObject([
        { deleted: true, children: [{ artifact: "gone/web", deleted: false }] },
      ]);
      await remove("gone/web");
      expect((await outline2("gone/os", 1)).children).toEqual([]);
    });
  });

  it("nobody is told of what is built in a namespace that is not theirs to read, but how many there are", async () => {
    const { insertToken } = await import("../tokens/store.ts");
    const { hashToken, newToken } = await import("../tokens/token.ts");
    const token = newToken();
    const scopes = [{ scope: "read", pattern: "mine" } as const];
    await test.database.write((tx) =>
      insertToken(tx, { name: "reader", hash: hashToken(token), scopes }, "2026-01-01T00:00:00.000Z"),
    );
    await publish("mine/base");
    await publish("theirs/web", { parents: [{ artifact: "mine/base", version: 1 }] });
    await publish("mine/web", { parents: [{ artifact: "mine/base", version: 1 }] });
    const strict = new Api(test.database, { dev: false });
    const headers = { Authorization: `Bearer ${token}` };
    const { body } = await strict.get<Ancestry>("/v1/artifacts/mine/base/versions/1/ancestry", headers);
    expect(outline(body.children, "children")).toEqual(["web@1"]);
    expect(body.hidden).toBe(1);
    expect((await strict.get("/v1/artifacts/theirs/web/versions/1/ancestry", headers)).status).toBe(404);
  });

  it("a version that is not complete, or is not there, has none", async () => {
    await api.publish("none/open", { fingerprint: "f", expected_builds: ["a"] });
    const open = await api.get("/v1/artifacts/none/open/versions/fingerprint:f/ancestry");
    expect(problemOf(open)).toMatchObject({ status: 409, code: "version_incomplete" });
    expect(problemOf(await api.get("/v1/artifacts/none/open/versions/7/ancestry")).code).toBe(
      "version_not_found",
    );
    expect(problemOf(await api.get("/v1/artifacts/none/at-all/versions/7/ancestry")).code).toBe(
      "artifact_not_found",
    );
    for (const query of ["depth=0", "depth=21", "depth=x", "direction=left"]) {
      const reply = await api.get(`/v1/artifacts/none/open/versions/1/ancestry?${query}`);
      expect(problemOf(reply).code).toBe("invalid_request");
    }
  });
});
