import { sql } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import { Api, ami } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import type { Version } from "./schema.ts";

forEachDatabase((test) => {
  let api: Api;
  beforeAll(() => {
    api = new Api(test.database);
  });

  const publish = (artifact: string, body: object) =>
    api.send<Version>("POST", `/v1/artifacts/${artifact}/versions`, body);
  const one = (fingerprint: string, more: object = {}) => ({
    fingerprint,
    builds: [{ name: "a", ...ami(`ami-${fingerprint}`), ...more }],
  });

  describe("publications that arrive at the same time", () => {
    it("each leave behind what they would alone, whatever the others do", async () => {
      const artifacts = Array.from({ length: 20 }, (_, index) => `together/a${index}`);
      await Promise.all(artifacts.map((artifact) => publish(artifact, one("first"))));
      // A retry, one that differs, one of another artifact's build, and one that is held by an open version.
      await publish("together/a3", { fingerprint: "second", expected_builds: ["a", "b"] });
      const bodies: [string, object][] = artifacts.map((artifact) => [artifact, one("second")]);
      bodies[1] = ["together/a1", one("first")];
      bodies[2] = ["together/a2", { ...one("first"), description: "another" }];
      bodies[4] = ["together/a4", { ...one("second"), expected_builds: ["b"] }];
      bodies[5] = ["together/new", one("second")];
      const replies = await Promise.all(bodies.map(([artifact, body]) => publish(artifact, body)));
      const expected = [201, 200, 409, 200, 409, ...Array.from({ length: 15 }, () => 201)];
      expect(replies.map(({ status }) => status)).toEqual(expected);
      for (const [at, [artifact]] of bodies.entries()) {
        if (at < 5 && at !== 0) continue;
        const version = replies[at]?.body;
        expect(version).toMatchObject({
          artifact,
          fingerprint: "second",
          number: artifact.endsWith("new") ? 1 : 2,
        });
        const { body: shown } = await api.get<Version>(
          `/v1/artifacts/${artifact}/versions/fingerprint:second`,
        );
        expect(shown).toEqual(version);
        const { body: found } = await api.get<{ items: Version[] }>(
          `/v1/search?external_id=ami-second&namespace=together&limit=200`,
        );
        expect(found.items.some((item) => item.artifact === artifact)).toBe(true);
      }
    });

    it("number what one artifact gets without gaps, and each event has its own author and request", async () => {
      const artifacts = ["authors/a", "authors/b", "authors/c"];
      for (const artifact of artifacts) await publish(artifact, one("first"));
      const sent = artifacts.flatMap((artifact) =>
        Array.from({ length: 5 }, (_, n) => [artifact, `n${n}`] as const),
      );
      const replies = await Promise.all(
        sent.map(([artifact, fingerprint]) =>
          api.send<Version>("POST", `/v1/artifacts/${artifact}/versions`, one(fingerprint), {
            "X-Request-Id": `${artifact.slice(-1)}-${fingerprint}`,
          }),
        ),
      );
      for (const artifact of artifacts) {
        const numbers = replies
          .filter(({ body }) => body.artifact === artifact)
          .map(({ body }) => body.number);
        expect(numbers.toSorted()).toEqual([2, 3, 4, 5, 6]);
      }
      const { body } = await api.get<{ items: { artifact: string; action: string; request_id: string }[] }>(
        "/v1/events?artifact=authors/b&action=version.completed&limit=200",
      );
      const ids = body.items.map((event) => event.request_id).filter((id) => id.startsWith("b-"));
      expect(ids.toSorted()).toEqual(["b-n0", "b-n1", "b-n2", "b-n3", "b-n4"]);
    });

    it.each(["57014", "40P01", "40001", "23514"])(
      "are not held to answer for one that the database gives up with %s",
      async (code) => {
        const artifacts = Array.from({ length: 10 }, (_, index) => `gives-up/a${index}`);
        await Promise.all(artifacts.map((artifact) => publish(artifact, one(`before-${code}`))));
        await refuseImages(code);
        const replies = await Promise.all(
          artifacts.map((artifact, at) =>
            publish(artifact, one(at === 5 ? `refused-${code}` : `after-${code}`)),
          ),
        );
        const { status } = replies.splice(5, 1)[0] ?? {};
        expect(status).toBeGreaterThanOrEqual(500);
        expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 201));
      },
    );

    it("link parents and children with each other", async () => {
      for (const name of ["base", "child", "grandchild"]) await publish(`linked/${name}`, one("first"));
      const parents = (artifact: string) => ({ parents: [{ artifact, fingerprint: "second" }] });
      await Promise.all([
        publish("linked/grandchild", one("second", parents("linked/child"))),
        publish("linked/base", one("second")),
        publish("linked/child", one("second", parents("linked/base"))),
      ]);
      const { body } = await api.get<{ versions: { artifact: string; number: number }[] }>(
        "/v1/artifacts/linked/base/versions/2/ancestry?direction=down",
      );
      const text = JSON.stringify(body);
      expect(text).toContain("linked/child");
      expect(text).toContain("linked/grandchild");
    });
  });

  /** From now on the database gives up what would store an image with this code in its id. */
  async function refuseImages(code: string): Promise<void> {
    const id = `ami-refused-${code}`;
    const { dialect } = test.database;
    const statements =
      dialect === "sqlite"
        ? [
            `create trigger "refuse_${code}" before insert on images when new.external_id = '${id}'
             begin select raise(abort, 'refused'); end`,
          ]
        : [
            `create function refuse_${code}() returns trigger language plpgsql as
             $$ begin raise exception 'refused' using errcode = '${code}'; end $$`,
            `create trigger refuse before insert on images for each row when (new.external_id = '${id}')
             execute function refuse_${code}()`,
          ];
    await test.database.write(async (tx) => {
      await sql.raw(`drop trigger if exists refuse${dialect === "postgres" ? " on images" : ""}`).execute(tx);
      for (const statement of statements) await sql.raw(statement).execute(tx);
    });
  }
});
