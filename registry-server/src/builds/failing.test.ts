import { beforeEach, describe, expect, it } from "vitest";
import { Api, ami, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import type { FailedBuild } from "./schema.ts";

forEachDatabase((test) => {
  let api: Api;
  let artifact = "";
  let version = "";
  let count = 0;

  beforeEach(async () => {
    api = new Api(test.database);
    artifact = `failing/a${++count}`;
    version = `/v1/artifacts/${artifact}/versions/fingerprint:f`;
    await api.publish(artifact, { fingerprint: "f", expected_builds: ["a/b", "c"] });
  });

  const failed_at = "2026-01-31T12:00:00.000Z";
  const fail = (body: object, build = "a/b") =>
    api.send<FailedBuild>("PUT", `${version}/builds/${encodeURIComponent(build)}/failure`, body);
  const failures = async () => (await api.get<{ failed_builds: FailedBuild[] }>(version)).body.failed_builds;

  async function events() {
    const rows = await test.database.reads
      .selectFrom("events")
      .select("detail")
      .where("artifact", "=", artifact)
      .where("action", "=", "build.failed")
      .execute();
    return rows.length;
  }

  describe("a build that failed", () => {
    it("is shown with its error until it is reported after all", async () => {
      const body = { error: "no\nroom left", failed_at };
      expect(await fail(body)).toMatchObject({ status: 200, body: { name: "a/b", ...body } });
      expect(await failures()).toEqual([{ name: "a/b", ...body }]);

      await api.send("PUT", `${version}/builds/${encodeURIComponent("a/b")}`, ami("ami-1"));
      expect(await failures()).toEqual([]);
    });

    it("has the error of its last attempt, and the same one again is nothing new", async () => {
      await fail({ error: "first" });
      await fail({ error: "second", failed_at });
      await fail({ error: "second", failed_at });
      await fail({ error: "another" }, "c");
      const shown = (await failures()).map(({ name, error }) => [name, error]);
      expect(shown).toEqual([
        ["a/b", "second"],
        ["c", "another"],
      ]);
      expect(await events()).toBe(3);
    });

    it("must be one that the version waits for", async () => {
      expect(problemOf(await fail({ error: "x" }, "d"))).toMatchObject({ code: "build_unexpected" });
      await api.publish(artifact, { fingerprint: "whole", builds: [{ name: "c", ...ami("ami-2") }] });
      const whole = `/v1/artifacts/${artifact}/versions/fingerprint:whole/builds/c/failure`;
      expect(problemOf(await api.send("PUT", whole, { error: "x" }))).toMatchObject({
        code: "version_complete",
      });
    });

    it("says something, and not too much", async () => {
      for (const error of ["", "x".repeat(4097)]) {
        expect(problemOf(await fail({ error }))).toMatchObject({ code: "invalid_request" });
      }
    });
  });
});
