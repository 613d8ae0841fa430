import { beforeAll, describe, expect, it } from "vitest";
import { Api, ami, day, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import type { Version } from "./schema.ts";

forEachDatabase((test) => {
  let api: Api;
  let count = 0;
  const newArtifact = (): string => `publishing/a${++count}`;

  beforeAll(() => {
    api = new Api(test.database);
  });

  describe("publishing all at once", () => {
    it("completes the version, numbers it and makes it latest", async () => {
      const artifact = newArtifact();
      const version = await api.publish(artifact, {
        fingerprint: "one",
        builds: [{ name: "a", ...ami("ami-1") }],
      });
      expect(version).toMatchObject({
        state: "complete",
        number: 1,
        latest: true,
        missing_builds: [],
        warnings: [],
      });
      expect((await api.resolve(artifact)).body.external_id).toBe("ami-1");
    });

    it("gives back all that was reported", async () => {
      const artifact = newArtifact();
      const report = {
        artifact_type: "amazon.ami",
        metadata: { commit: "4f2a9c1", __proto: "x" },
        labels: { os: "ubuntu" },
        images: [
          {
            platform: "aws",
            region: "us-east-1",
            external_id: "ami-1",
            source_image_id: "ami-0",
            labels: { a: "b" },
          },
        ],
        files: [
          { path: "out/disk.raw", size: 9_007_199_254_740_991, sha256: "ab".repeat(32), stored: false },
        ],
        parents: [
          { artifact: "hashicorp/base", version: 12 },
          { artifact: "hashicorp/base", fingerprint: "xyz" },
        ],
        provenance: { packer: "1.16.0", dirty: false, attempt: 2, ci: null },
      };
      const times = { started_at: "2026-01-01T10:00:00+02:00", ended_at: "2026-01-01T08:30:00.1234Z" };
      await api.publish(artifact, { fingerprint: "one", builds: [{ name: "a/b ü", ...report, ...times }] });
      const path = `/v1/artifacts/${artifact}/versions/1/builds/${encodeURIComponent("a/b ü")}`;
      const { body } = await api.get(path);
      expect(body).toEqual({
        name: "a/b ü",
        ...report,
        documents: [],
        started_at: "2026-01-01T08:00:00.000Z",
        ended_at: "2026-01-01T08:30:00.123Z",
        reported_at: "2026-01-01T00:00:00.000Z",
      });
    });

    it("answers 201 first and 200 with the same version for the same publication again", async () => {
      const path = `/v1/artifacts/${newArtifact()}/versions`;
      const image = { platform: "aws", region: "r", external_id: "1" };
      const build = { name: "a", artifact_type: "t", images: [image], metadata: { a: "1", b: "2" } };
      const first = await api.send<Version>("POST", path, {
        fingerprint: "f",
        labels: { x: "y" },
        builds: [build],
      });
      const reordered = {
        metadata: { b: "2", a: "1" },
        images: [{ ...image, labels: {} }],
        artifact_type: "t",
        name: "a",
      };
      const later = { ...reordered, ended_at: "2026-02-01T00:00:00Z", provenance: { host: "other" } };
      const again = await api.send<Version>("POST", path, {
        builds: [later],
        labels: { x: "y" },
        fingerprint: "f",
      });
      expect([first.status, again.status]).toEqual([201, 200]);
      expect(again.body).toEqual(first.body);
    });

    it("takes the fingerprint from Idempotency-Key", async () => {
      const path = `/v1/artifacts/${newArtifact()}/versions`;
      const body = { builds: [{ name: "a", ...ami("ami-1") }] };
      const { body: version } = await api.send<Version>("POST", path, body, { "Idempotency-Key": "key-1" });
      expect(version.fingerprint).toBe("key-1");
      const same = await api.send<Version>(
        "POST",
        path,
        { fingerprint: "key-1", ...body },
        { "Idempotency-Key": "key-1" },
      );
      expect(same.status).toBe(200);
    });

    it("refuses a publication without a fingerprint, and one with two", async () => {
      const path = `/v1/artifacts/${newArtifact()}/versions`;
      const body = { builds: [{ name: "a", ...ami("ami-1") }] };
      const none = problemOf(await api.send("POST", path, body));
      expect(none).toMatchObject({ code: "invalid_request", errors: [{ path: "fingerprint" }] });
      const two = await api.send("POST", path, { fingerprint: "x", ...body }, { "Idempotency-Key": "y" });
      expect(problemOf(two).detail).toContain("Idempotency-Key");
    });
  });

  describe("a complete version", () => {
    it("refuses another content for its fingerprint and shows the images it has", async () => {
      const artifact = newArtifact();
      await api.publish(artifact, { fingerprint: "f", builds: [{ name: "a", ...ami("ami-1") }] });
      const path = `/v1/artifacts/${artifact}/versions`;
      const reply = await api.send("POST", path, {
        fingerprint: "f",
        builds: [{ name: "a", ...ami("ami-2") }],
      });
      expect(problemOf(reply)).toMatchObject({
        status: 409,
        code: "version_complete",
        number: 1,
        images: [{ build: "a", platform: "aws", region: "us-east-1", external_id: "ami-1" }],
      });
      expect((await api.version(artifact, 1)).body.builds[0]?.images[0]?.external_id).toBe("ami-1");
    });

    it("refuses more and fewer builds than it has", async () => {
      const artifact = newArtifact();
      const [a, b, c] = ["a", "b", "c"].map((name) => ({ name, ...ami(`ami-${name}`) }));
      await api.publish(artifact, { fingerprint: "f", builds: [a, b] });
      const path = `/v1/artifacts/${artifact}/versions`;
      for (const builds of [[a], [a, b, c]]) {
        expect(problemOf(await api.send("POST", path, { fingerprint: "f", builds })).code).toBe(
          "version_complete",
        );
      }
    });

    it("can be opened again by those who expect builds it has, and by no others", async () => {
      const artifact = newArtifact();
      await api.publish(artifact, { fingerprint: "f", builds: [{ name: "a", ...ami("ami-1") }] });
      const path = `/v1/artifacts/${artifact}/versions`;
      const known = await api.send<Version>("POST", path, { fingerprint: "f", expected_builds: ["a"] });
      expect([known.status, known.body.number]).toEqual([200, 1]);
      const unknown = await api.send("POST", path, { fingerprint: "f", expected_builds: ["a", "z"] });
      expect(problemOf(unknown)).toMatchObject({ code: "version_complete", number: 1 });
    });

    it("takes an equal report again, by fingerprint and by number, and refuses a different one", async () => {
      const artifact = newArtifact();
      await api.publish(artifact, { fingerprint: "f", builds: [{ name: "a", ...ami("ami-1") }] });
      expect((await api.report(artifact, "f", "a", ami("ami-1"))).status).toBe(200);
      const byNumber = `/v1/artifacts/${artifact}/versions/1/builds/a`;
      expect((await api.send("PUT", byNumber, ami("ami-1"))).status).toBe(200);
      expect(problemOf(await api.send("PUT", byNumber, ami("ami-2"))).code).toBe("version_complete");
      expect(problemOf(await api.report(artifact, "f", "z", ami("ami-1"))).code).toBe("version_complete");
    });

    it("is the same for a retry even after its description was changed", async () => {
      const artifact = newArtifact();
      const body = { fingerprint: "f", description: "first", builds: [{ name: "a", ...ami("ami-1") }] };
      await api.publish(artifact, body);
      await api.send("PATCH", `/v1/artifacts/${artifact}/versions/1`, {
        description: "better",
        labels: { a: "b" },
      });
      const again = await api.publish(artifact, body);
      expect(again).toMatchObject({ number: 1, description: "better", labels: { a: "b" } });
    });

    it.each([
      ["semver", { semver: "1.0.1" }],
      ["description", { description: "other" }],
      ["labels", { labels: { team: "b" } }],
      ["latest", { latest: false }],
    ])("refuses another %s", async (field, change) => {
      const artifact = newArtifact();
      const body = { fingerprint: "f", semver: "1.0.0", description: "d", labels: { team: "a" } };
      const builds = [{ name: "a", ...ami("ami-1") }];
      await api.publish(artifact, { ...body, builds });
      const reply = await api.send("POST", `/v1/artifacts/${artifact}/versions`, {
        ...body,
        ...change,
        builds,
      });
      expect(problemOf(reply)).toMatchObject({ status: 409, code: "version_differs", field });
    });
  });

  describe("an open version", () => {
    it("completes with the last expected build, and only then has a number", async () => {
      const artifact = newArtifact();
      const opened = await api.publish(artifact, { fingerprint: "f", expected_builds: ["a", "b"] });
      expect(opened).toMatchObject({ state: "incomplete", number: null, missing_builds: ["a", "b"] });
      const first = await api.report(artifact, "f", "a", ami("ami-a"));
      expect(first.body.version).toMatchObject({ state: "incomplete", missing_builds: ["b"] });
      expect(problemOf(await api.resolve(artifact)).code).toBe("channel_empty");
      const last = await api.report(artifact, "f", "b", ami("ami-b"));
      expect(last.body.version).toMatchObject({ state: "complete", number: 1, missing_builds: [] });
      expect(last.body.build).toMatchObject({ name: "b", images: [{ external_id: "ami-b" }] });
    });

    it("unites what those who open it expect, and their values", async () => {
      const artifact = newArtifact();
      await api.publish(artifact, { fingerprint: "f", expected_builds: ["a"], semver: "1.0.0" });
      const both = await api.publish(artifact, {
        fingerprint: "f",
        expected_builds: ["b", "a"],
        description: "d",
      });
      expect(both).toMatchObject({ expected_builds: ["a", "b"], semver: "1.0.0", description: "d" });
    });

    it("refuses a value that differs from the one it was opened with", async () => {
      const artifact = newArtifact();
      await api.publish(artifact, { fingerprint: "f", expected_builds: ["a"], semver: "1.0.0" });
      const body = { fingerprint: "f", expected_builds: ["b"], semver: "1.0.1" };
      const reply = await api.send("POST", `/v1/artifacts/${artifact}/versions`, body);
      expect(problemOf(reply)).toMatchObject({ code: "version_differs", field: "semver" });
      expect((await api.version(artifact, "fingerprint:f")).body.expected_builds).toEqual(["a"]);
    });

    it("refuses a build that nobody expects and names those it expects", async () => {
      const artifact = newArtifact();
      await api.publish(artifact, { fingerprint: "f", expected_builds: ["a", "b"] });
      const reply = await api.report(artifact, "f", "z", ami("ami-1"));
      expect(problemOf(reply)).toMatchObject({
        status: 409,
        code: "build_unexpected",
        expected_builds: ["a", "b"],
      });
      const atOnce = { fingerprint: "g", expected_builds: ["a"], builds: [{ name: "z", ...ami("ami-1") }] };
      const all = await api.send("POST", `/v1/artifacts/${artifact}/versions`, atOnce);
      expect(problemOf(all).code).toBe("build_unexpected");
      expect((await api.version(artifact, "fingerprint:g")).status).toBe(404);
    });

    it("replaces the report of a build, and keeps the old images in the event", async () => {
      const artifact = newArtifact();
      await api.publish(artifact, { fingerprint: "f", expected_builds: ["a", "b"] });
      await api.report(artifact, "f", "a", ami("ami-old"));
      const again = await api.report(
        artifact,
        "f",
        "a",
        ami("ami-new", { files: [file], parents: [parent] }),
      );
      expect(again.body.build.images.map((image) => image.external_id)).toEqual(["ami-new"]);
      const events = await eventsOf(artifact);
      const replaced = events.find((event) => event.action === "build.replaced");
      expect(replaced?.detail).toMatchObject({
        before: { images: [{ external_id: "ami-old" }] },
        after: { images: [{ external_id: "ami-new" }] },
      });
    });

    it("takes the same report again without an event", async () => {
      const artifact = newArtifact();
      await api.publish(artifact, { fingerprint: "f", expected_builds: ["a", "b"] });
      await api.report(artifact, "f", "a", ami("ami-1"));
      const before = await eventsOf(artifact);
      expect((await api.report(artifact, "f", "a", ami("ami-1"))).status).toBe(200);
      await api.publish(artifact, { fingerprint: "f", expected_builds: ["a", "b"] });
      expect(await eventsOf(artifact)).toEqual(before);
    });

    it("can be opened and partly reported in one request", async () => {
      const artifact = newArtifact();
      const builds = [{ name: "a", ...ami("ami-a") }];
      const opened = await api.publish(artifact, { fingerprint: "f", expected_builds: ["a", "b"], builds });
      expect(opened).toMatchObject({ state: "incomplete", missing_builds: ["b"] });
    });

    it("is not there for a report by someone who never opened it", async () => {
      const artifact = newArtifact();
      await api.publish(artifact, { fingerprint: "f", expected_builds: ["a"] });
      expect(problemOf(await api.report(artifact, "g", "a", ami("ami-1"))).code).toBe("version_not_found");
      expect(problemOf(await api.report(newArtifact(), "f", "a", ami("ami-1"))).code).toBe(
        "artifact_not_found",
      );
    });
  });

  describe("ending a version by hand", () => {
    it("completes without the missing builds", async () => {
      const artifact = newArtifact();
      await api.publish(artifact, { fingerprint: "f", expected_builds: ["a", "b"] });
      await api.report(artifact, "f", "a", ami("ami-a"));
      const path = `/v1/artifacts/${artifact}/versions/fingerprint:f/complete`;
      const { body } = await api.send<Version>("POST", path, { reason: "b is broken" });
      expect(body).toMatchObject({
        state: "complete",
        number: 1,
        expected_builds: ["a"],
        missing_builds: [],
      });
      expect((await eventsOf(artifact)).at(-1)).toMatchObject({
        action: "version.completed",
        number: 1,
        detail: { reason: "b is broken", before: { expected_builds: ["a", "b"] } },
      });
      const again = await api.send<Version>("POST", path, { reason: "b is broken" });
      expect([again.status, again.body.number]).toEqual([200, 1]);
    });

    it("needs at least one build", async () => {
      const artifact = newArtifact();
      await api.publish(artifact, { fingerprint: "f", expected_builds: ["a"] });
      const path = `/v1/artifacts/${artifact}/versions/fingerprint:f/complete`;
      expect(problemOf(await api.send("POST", path, { reason: "x" }))).toMatchObject({
        status: 409,
        code: "version_incomplete",
      });
    });

    it("abandons an incomplete version, and its fingerprint is free", async () => {
      const artifact = newArtifact();
      await api.publish(artifact, { fingerprint: "f", expected_builds: ["a"] });
      const path = `/v1/artifacts/${artifact}/versions/fingerprint:f`;
      const abandoned = await api.send<Version>("DELETE", `${path}?reason=wrong+branch`);
      expect([abandoned.status, abandoned.body.state]).toEqual([200, "abandoned"]);
      expect((await eventsOf(artifact)).at(-1)).toMatchObject({
        action: "version.abandoned",
        detail: { reason: "wrong branch" },
      });
      expect((await api.send<Version>("DELETE", path)).body.state).toBe("abandoned");
      const late = problemOf(await api.report(artifact, "f", "a", ami("ami-1")));
      expect(late).toMatchObject({ code: "version_not_found", detail: expect.stringContaining("abandoned") });
      const fresh = await api.publish(artifact, {
        fingerprint: "f",
        builds: [{ name: "z", ...ami("ami-1") }],
      });
      expect(fresh).toMatchObject({ state: "complete", number: 1 });
      expect((await api.versions(artifact, "state=abandoned")).body.items).toHaveLength(1);
    });

    it("deletes a complete version, whose number is never given again", async () => {
      const artifact = newArtifact();
      await api.publish(artifact, {
        fingerprint: "f1",
        semver: "1.0.0",
        builds: [{ name: "a", ...ami("ami-1") }],
      });
      await api.publish(artifact, {
        fingerprint: "f2",
        semver: "2.0.0",
        builds: [{ name: "a", ...ami("ami-2") }],
      });
      const path = `/v1/artifacts/${artifact}/versions/2`;
      expect((await api.send("DELETE", path)).status).toBe(204);
      expect(problemOf(await api.version(artifact, 2)).code).toBe("version_not_found");
      expect((await api.resolve(artifact)).body.number).toBe(1);
      expect((await api.images("external_id=ami-2")).body.items).toEqual([]);
      const next = await api.publish(artifact, {
        fingerprint: "f2",
        semver: "2.0.0",
        builds: [{ name: "a", ...ami("ami-3") }],
      });
      expect(next).toMatchObject({ number: 3, semver: "2.0.0", warnings: [] });
      expect((await api.get(`/v1/artifacts/${artifact}`)).body).toMatchObject({ versions: 2, latest: 3 });
    });
  });

  describe("expiry", () => {
    it("frees the fingerprint after seven days without a report", async () => {
      const artifact = newArtifact();
      const first = await api.publish(artifact, { fingerprint: "f", expected_builds: ["a", "b"] });
      await api.report(artifact, "f", "a", ami("ami-1"));
      api.clock.advance(7 * day - 1);
      await api.report(artifact, "f", "a", ami("ami-2"));
      api.clock.advance(7 * day - 1);
      expect((await api.publish(artifact, { fingerprint: "f", expected_builds: ["a"] })).created_at).toBe(
        first.created_at,
      );
      api.clock.advance(7 * day);
      const late = problemOf(await api.report(artifact, "f", "b", ami("ami-3")));
      expect(late).toMatchObject({ code: "version_not_found", detail: expect.stringContaining("expired") });
      const fresh = await api.publish(artifact, { fingerprint: "f", expected_builds: ["c"] });
      expect(fresh).toMatchObject({ state: "incomplete", expected_builds: ["c"], missing_builds: ["c"] });
      expect((await api.versions(artifact, "state=expired")).body.items).toHaveLength(1);
    });
  });

  describe("semantic versions", () => {
    it("are unique among complete versions: the second completes without, with a warning", async () => {
      const artifact = newArtifact();
      await api.publish(artifact, {
        fingerprint: "f1",
        semver: "1.0.0",
        builds: [{ name: "a", ...ami("ami-1") }],
      });
      const body = { fingerprint: "f2", semver: "1.0.0+rebuilt", builds: [{ name: "a", ...ami("ami-2") }] };
      const second = await api.publish(artifact, body);
      expect(second).toMatchObject({
        state: "complete",
        number: 2,
        semver: null,
        warnings: [{ code: "semver_taken" }],
      });
      expect(await api.publish(artifact, body)).toEqual(second);
    });
  });

  describe("latest", () => {
    it("passes over versions published with latest = false", async () => {
      const artifact = newArtifact();
      await api.publish(artifact, { fingerprint: "f1", builds: [{ name: "a", ...ami("ami-1") }] });
      await api.publish(artifact, {
        fingerprint: "f2",
        latest: false,
        builds: [{ name: "a", ...ami("ami-2") }],
      });
      expect((await api.resolve(artifact)).body.number).toBe(1);
    });

    it("with if_newer goes only to builds that did not end before those of the present one", async () => {
      const artifact = newArtifact();
      const at = (ended_at: string, id: string) => [{ name: "a", ...ami(id, { ended_at }) }];
      await api.publish(artifact, { fingerprint: "f1", builds: at("2026-01-10T00:00:00.000Z", "ami-1") });
      const older = {
        fingerprint: "f2",
        latest: "if_newer",
        builds: at("2026-01-09T23:59:59.999Z", "ami-2"),
      };
      expect(await api.publish(artifact, older)).toMatchObject({
        number: 2,
        latest: false,
        warnings: [{ code: "not_latest" }],
      });
      expect((await api.resolve(artifact)).body.number).toBe(1);
      const equal = {
        fingerprint: "f3",
        latest: "if_newer",
        builds: at("2026-01-10T00:00:00.000Z", "ami-3"),
      };
      expect(await api.publish(artifact, equal)).toMatchObject({ number: 3, latest: true, warnings: [] });
      expect((await api.resolve(artifact)).body.number).toBe(3);
    });

    it("narrows true to if_newer, whichever comes first", async () => {
      for (const values of [
        ["if_newer", true],
        [true, "if_newer"],
        [undefined, "if_newer"],
      ]) {
        const artifact = newArtifact();
        for (const latest of values)
          await api.publish(artifact, { fingerprint: "f", latest, expected_builds: ["a"] });
        expect((await api.version(artifact, "fingerprint:f")).body.latest).toBe("if_newer");
      }
    });
  });

  const file = { path: "disk.raw", size: 1, sha256: "0".repeat(64), stored: false };
  const parent = { artifact: "a/b", version: 1 };

  async function eventsOf(artifact: string) {
    const query = test.database.reads
      .selectFrom("events")
      .selectAll()
      .where("artifact", "=", artifact)
      .orderBy("id");
    const rows = await query.execute();
    return rows.map((row) => ({
      ...row,
      detail: typeof row.detail === "string" ? JSON.parse(row.detail) : row.detail,
    }));
  }
});
