import { beforeAll, describe, expect, it } from "vitest";
import { Api, ami, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";

forEachDatabase((test) => {
  let api: Api;
  let count = 0;
  const newArtifact = (): string => `resolving/a${++count}`;

  beforeAll(() => {
    api = new Api(test.database);
  });

  const amazon = {
    name: "amazon-ebs.web",
    artifact_type: "amazon.ami",
    metadata: { commit: "4f2a9c1", only: "amazon" },
    labels: { os: "ubuntu" },
    images: [
      { platform: "aws", region: "us-east-1", external_id: "ami-us", labels: { arch: "x86_64" } },
      { platform: "aws", region: "eu-west-1", external_id: "ami-eu", labels: { arch: "x86_64" } },
    ],
  };
  const docker = {
    name: "docker.web",
    artifact_type: "docker.image",
    metadata: { commit: "4f2a9c1", tag: "web" },
    labels: { os: "alpine" },
    images: [{ platform: "docker", region: "", external_id: "web@sha256:1" }],
    files: [{ path: "sbom.json", size: 2, sha256: "a".repeat(64), stored: false }],
  };

  async function twoBuilds(): Promise<string> {
    const artifact = newArtifact();
    await api.publish(artifact, { fingerprint: "f", labels: { team: "web" }, builds: [amazon, docker] });
    return artifact;
  }

  describe("selectors", () => {
    it("resolve the same version by channel, number, fingerprint and constraint", async () => {
      const artifact = newArtifact();
      const body = {
        fingerprint: "f",
        semver: "1.4.2",
        description: "d",
        builds: [{ name: "a", ...ami("ami-1") }],
      };
      await api.publish(artifact, body);
      const selectors = ["", "channel=latest", "version=1", "fingerprint=f", "constraint=~%3E+1.4"];
      const replies = await Promise.all(selectors.map((selector) => api.resolve(artifact, selector)));
      for (const { status, body: resolved } of replies) {
        expect(status).toBe(200);
        expect(resolved).toMatchObject({
          artifact,
          number: 1,
          semver: "1.4.2",
          fingerprint: "f",
          description: "d",
        });
        expect(resolved.external_id).toBe("ami-1");
      }
      expect(replies.map((reply) => reply.body.channel)).toEqual(["latest", "latest", null, null, null]);
    });

    it("order numbers and semantic versions as numbers", async () => {
      const artifact = newArtifact();
      for (const semver of ["1.9.0", "1.10.0", "1.2.0", "2.0.0-rc.1", "1.10.0-rc.1"]) {
        await api.publish(artifact, {
          fingerprint: semver,
          semver,
          builds: [{ name: "a", ...ami(`ami-${semver}`) }],
        });
      }
      const find = async (constraint: string) =>
        (await api.resolve(artifact, `constraint=${encodeURIComponent(constraint)}`)).body.semver;
      expect(await find(">= 1.0.0")).toBe("1.10.0");
      expect(await find("< 1.10.0")).toBe("1.9.0");
      expect(await find("< 1.9.0")).toBe("1.2.0");
      expect(await find(">= 2.0.0-alpha")).toBe("2.0.0-rc.1");
      expect(await find("!= 1.10.0")).toBe("2.0.0-rc.1");
      expect(await find("!= 1.10.0, < 3")).toBe("1.9.0");
      const refused = problemOf(await api.resolve(artifact, "constraint=%3E+3"));
      expect(refused.detail).toMatch(/matches "> 3"\. The highest is 1\.10\.0\.$/);
    });

    it("with a type, latest is the newest that has a build of it", async () => {
      const artifact = newArtifact();
      await api.publish(artifact, { fingerprint: "f1", builds: [docker] });
      await api.publish(artifact, { fingerprint: "f2", builds: [amazon] });
      await api.publish(artifact, { fingerprint: "f3", latest: false, builds: [docker] });
      expect((await api.resolve(artifact, "type=docker.image")).body.number).toBe(1);
      expect((await api.resolve(artifact, "type=amazon.ami")).body.number).toBe(2);
      const none = problemOf(await api.resolve(artifact, "type=qemu.image"));
      expect(none).toMatchObject({ code: "no_match", available: { types: ["amazon.ami"] } });
    });

    it("that find nothing say what is missing", async () => {
      const artifact = await twoBuilds();
      const codes: [string, string, number][] = [
        ["version=9", "version_not_found", 404],
        ["fingerprint=nope", "version_not_found", 404],
        ["constraint=%3E+1", "version_not_found", 404],
        ["channel=production", "channel_not_found", 404],
      ];
      for (const [query, code, status] of codes) {
        expect(problemOf(await api.resolve(artifact, query))).toMatchObject({ code, status });
      }
      const bare = newArtifact();
      await api.publish(bare, { fingerprint: "f", builds: [amazon] });
      const { detail } = problemOf(await api.resolve(bare, "constraint=%3E+1"));
      expect(detail).toMatch(/No release of it has one\.$/);
      expect(problemOf(await api.resolve("resolving/nothing")).code).toBe("artifact_not_found");
    });

    it("never find an incomplete version", async () => {
      const artifact = newArtifact();
      await api.publish(artifact, { fingerprint: "f", semver: "1.0.0", expected_builds: ["a", "b"] });
      await api.report(artifact, "f", "a", ami("ami-1"));
      expect(problemOf(await api.resolve(artifact)).code).toBe("channel_empty");
      expect(problemOf(await api.resolve(artifact, "type=amazon.ami")).code).toBe("channel_empty");
      expect(problemOf(await api.resolve(artifact, "constraint=%3E+0.1")).code).toBe("version_not_found");
      const byFingerprint = problemOf(await api.resolve(artifact, "fingerprint=f"));
      expect(byFingerprint).toMatchObject({ code: "version_incomplete", status: 409, missing_builds: ["b"] });
    });

    it("must be at most one", async () => {
      const both = problemOf(await api.resolve("a/b", "version=1&channel=latest"));
      expect(both).toMatchObject({
        code: "invalid_request",
        detail: expect.stringContaining("channel and version"),
      });
    });
  });

  describe("filters", () => {
    it("leave what matches, and one image gives the external id", async () => {
      const artifact = await twoBuilds();
      const all = (await api.resolve(artifact)).body;
      expect(all.images.map((image) => image.external_id)).toEqual(["ami-us", "ami-eu", "web@sha256:1"]);
      expect(all.external_id).toBeNull();
      const region = (await api.resolve(artifact, "region=eu-west-1")).body;
      expect(region).toMatchObject({
        external_id: "ami-eu",
        builds: [{ name: "amazon-ebs.web" }],
        files: [],
      });
      const build = (await api.resolve(artifact, "build=docker.web")).body;
      expect(build).toMatchObject({
        external_id: "web@sha256:1",
        files: [{ path: "sbom.json", build: "docker.web" }],
      });
      expect((await api.resolve(artifact, "platform=docker")).body.external_id).toBe("web@sha256:1");
      expect((await api.resolve(artifact, "type=amazon.ami")).body.external_id).toBeNull();
    });

    it("look for labels on version, build and image", async () => {
      const artifact = await twoBuilds();
      const ids = async (query: string) =>
        (await api.resolve(artifact, query)).body.images.map((i) => i.external_id);
      expect(await ids("labels=team%3Dweb&labels=os%3Dalpine")).toEqual(["web@sha256:1"]);
      expect(await ids("labels=arch%3Dx86_64")).toEqual(["ami-us", "ami-eu"]);
      expect(problemOf(await api.resolve(artifact, "labels=arch%3Darm64")).code).toBe("no_match");
    });

    it("that leave nothing are an error that lists what is there", async () => {
      const artifact = await twoBuilds();
      const problem = problemOf(await api.resolve(artifact, "region=ap-south-1"));
      expect(problem).toMatchObject({
        status: 404,
        code: "no_match",
        available: {
          types: ["amazon.ami", "docker.image"],
          platforms: ["aws", "docker"],
          regions: ["", "eu-west-1", "us-east-1"],
          builds: ["amazon-ebs.web", "docker.web"],
        },
      });
      expect(problem.detail).toContain('region "ap-south-1"');
    });

    it("that leave several images although region or build was given are an error that lists them", async () => {
      const artifact = await twoBuilds();
      const problem = problemOf(await api.resolve(artifact, "build=amazon-ebs.web"));
      expect(problem).toMatchObject({
        status: 409,
        code: "ambiguous",
        images: [{ external_id: "ami-us" }, { external_id: "ami-eu" }],
      });
    });

    it("find a build that made only files, unless they are about images", async () => {
      const artifact = newArtifact();
      const { images: _, ...onlyFiles } = docker;
      await api.publish(artifact, { fingerprint: "f", builds: [onlyFiles] });
      const { body } = await api.resolve(artifact, "labels=os%3Dalpine");
      expect(body).toMatchObject({ external_id: null, images: [], files: [{ path: "sbom.json" }] });
      expect(problemOf(await api.resolve(artifact, "platform=docker")).code).toBe("no_match");
    });
  });

  describe("metadata and labels", () => {
    it("are those on which all matching builds agree; metadata_full has all", async () => {
      const artifact = await twoBuilds();
      const all = (await api.resolve(artifact)).body;
      expect(all.metadata).toEqual({ commit: "4f2a9c1" });
      expect(all.labels).toEqual({ team: "web" });
      expect(all.metadata_full).toEqual({
        commit: "4f2a9c1",
        only: "amazon",
        tag: "web",
        "region-us-east-1": "ami-us",
        "region-eu-west-1": "ami-eu",
      });
      expect(all.warnings).toEqual([]);
      expect((await api.resolve(artifact, "build=docker.web")).body.labels).toEqual({
        team: "web",
        os: "alpine",
      });
    });

    it("leave a key with two values out of metadata_full, with a warning that names the filter", async () => {
      const artifact = newArtifact();
      const other = { ...amazon, name: "amazon-ebs.db", metadata: { commit: "other" } };
      const images = [{ platform: "aws", region: "us-east-1", external_id: "ami-db" }];
      await api.publish(artifact, { fingerprint: "f", builds: [amazon, { ...other, images }] });
      const { body } = await api.resolve(artifact);
      expect(body.metadata_full).toEqual({ only: "amazon", "region-eu-west-1": "ami-eu" });
      expect(body.warnings.map((warning) => warning.code)).toEqual([
        "metadata_conflict",
        "metadata_conflict",
      ]);
      expect(body.warnings[0]?.message).toContain('"commit"');
      expect(body.warnings[0]?.message).toContain('"build"');
    });
  });

  describe("many at once", () => {
    it("have their results in order, and one that fails fails only itself", async () => {
      const artifact = await twoBuilds();
      const { status, body } = await api.resolveMany([
        { artifact, region: "us-east-1" },
        { artifact: "resolving/nothing" },
        { artifact: "no slash" },
        { artifact, constraint: "nonsense" },
        { artifact, version: 1, channel: "latest" },
        "text",
        { artifact, labels: { os: "alpine" } },
      ]);
      expect(status).toBe(200);
      const shown = body.results.map((r) => ("resolved" in r ? r.resolved.external_id : r.problem.code));
      const invalid = "invalid_request";
      expect(shown).toEqual([
        "ami-us",
        "artifact_not_found",
        invalid,
        invalid,
        invalid,
        invalid,
        "web@sha256:1",
      ]);
    });

    it("are at least one and at most a hundred", async () => {
      for (const queries of [[], Array(101).fill({ artifact: "a/b" })]) {
        expect(problemOf(await api.send("POST", "/v1/resolve", { queries })).code).toBe("invalid_request");
      }
    });
  });

  describe("caching", () => {
    it("answers 304 to who has the answer already, until it changes", async () => {
      const artifact = await twoBuilds();
      const path = `/v1/artifacts/${artifact}/resolve?region=us-east-1`;
      const etag = (await api.get(path)).headers.get("etag") ?? "";
      for (const given of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
        const again = await api.get(path, { "If-None-Match": given });
        expect([again.status, again.body, again.headers.get("etag")]).toEqual([304, undefined, etag]);
      }
      await api.send("PATCH", `/v1/artifacts/${artifact}/versions/1`, { description: "new" });
      const changed = await api.resolve(artifact, "region=us-east-1");
      expect([changed.status, changed.body.description]).toEqual([200, "new"]);
      expect((await api.get(path, { "If-None-Match": etag })).status).toBe(200);
    });

    it("sees at once what another server changed", async () => {
      const other = new Api(test.database);
      const artifact = await twoBuilds();
      expect((await api.resolve(artifact)).body.number).toBe(1);
      await other.send("PATCH", `/v1/artifacts/${artifact}/versions/1`, { description: "by another" });
      expect((await api.resolve(artifact)).body.description).toBe("by another");
      await other.publish(artifact, { fingerprint: "g", builds: [docker] });
      expect((await api.resolve(artifact)).body.number).toBe(2);
      await other.send("DELETE", `/v1/artifacts/${artifact}/versions/2`);
      expect((await api.resolve(artifact)).body.number).toBe(1);
    });
  });

  it("tells what an image is by its id, newest first, with its state", async () => {
    const artifact = newArtifact();
    const id = `ami-of-${artifact}`;
    await api.publish(artifact, { fingerprint: "f1", builds: [{ name: "a", ...ami(id) }] });
    await api.publish(artifact, { fingerprint: "f2", expected_builds: ["a", "b"] });
    await api.report(artifact, "f2", "b", ami(id));
    const found = (await api.images(`external_id=${encodeURIComponent(id)}`)).body.items;
    expect(found.map((item) => [item.state, item.number, item.build, item.artifact])).toEqual([
      ["incomplete", null, "b", artifact],
      ["complete", 1, "a", artifact],
    ]);
    expect((await api.images(`external_id=${encodeURIComponent(id)}&platform=gcp`)).body.items).toEqual([]);
  });
});
