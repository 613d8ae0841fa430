import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Api, ami, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import type { Diff } from "./schema.ts";

const none = { added: [], removed: [], changed: [] };
const aws = (region: string, id: string, change: object = {}) => ({
  platform: "aws",
  region,
  external_id: id,
  source_image_id: null,
  labels: {},
  ...change,
});
const file = (path: string, size: number) => ({ path, size, sha256: "0".repeat(64), stored: false });

forEachDatabase((test) => {
  let api: Api;

  beforeAll(() => {
    api = new Api(test.database);
  });

  const diff = (artifact: string, from: string | number, to: string | number) =>
    api.get<Diff>(`/v1/artifacts/${artifact}/diff?from=${from}&to=${to}`);

  it("says what images, regions, metadata, labels, parents and files came, went and changed", async () => {
    const before = {
      artifact_type: "amazon.ami",
      metadata: { commit: "a", kernel: "6.1" },
      labels: { os: "ubuntu" },
      images: [aws("us-east-1", "ami-1"), aws("us-west-2", "ami-2"), aws("ap-south-1", "ami-9")],
      parents: [{ artifact: "diff/base", version: 4 }],
      files: [file("sbom.json", 10), file("old.txt", 1)],
    };
    const after = {
      artifact_type: "amazon.ami",
      metadata: { commit: "b", python: "3.13" },
      labels: { os: "ubuntu", arch: "arm64" },
      images: [aws("us-east-1", "ami-3"), aws("eu-west-1", "ami-4"), aws("ap-south-1", "ami-9")],
      parents: [{ artifact: "diff/base", version: 5 }],
      files: [file("sbom.json", 12), file("new.txt", 1)],
    };
    await api.publish("diff/web", {
      fingerprint: "f1",
      labels: { team: "x" },
      builds: [{ name: "a", ...before }],
    });
    await api.publish("diff/web", {
      fingerprint: "f2",
      labels: { team: "y" },
      builds: [{ name: "a", ...after }],
    });
    const { status, body } = await diff("diff/web", 1, 2);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      artifact: "diff/web",
      from: { number: 1 },
      to: { number: 2 },
      equal: false,
    });
    expect(body.labels).toEqual({ ...none, changed: [{ key: "team", before: "x", after: "y" }] });
    expect(body.regions).toEqual({
      added: [{ platform: "aws", region: "eu-west-1" }],
      removed: [{ platform: "aws", region: "us-west-2" }],
    });
    expect(body.builds).toEqual([
      {
        name: "a",
        change: "changed",
        artifact_type: { before: "amazon.ami", after: "amazon.ami" },
        images: {
          added: [aws("eu-west-1", "ami-4")],
          removed: [aws("us-west-2", "ami-2")],
          changed: [{ before: aws("us-east-1", "ami-1"), after: aws("us-east-1", "ami-3") }],
        },
        metadata: {
          added: [{ key: "python", value: "3.13" }],
          removed: [{ key: "kernel", value: "6.1" }],
          changed: [{ key: "commit", before: "a", after: "b" }],
        },
        labels: { ...none, added: [{ key: "arch", value: "arm64" }] },
        parents: {
          ...none,
          changed: [
            {
              before: { artifact: "diff/base", version: 4 },
              after: { artifact: "diff/base", version: 5 },
            },
          ],
        },
        files: {
          added: [file("new.txt", 1)],
          removed: [file("old.txt", 1)],
          changed: [{ before: file("sbom.json", 10), after: file("sbom.json", 12) }],
        },
      },
    ]);
  });

  it("a build of only one version is added or removed with all it has", async () => {
    await api.publish("diff/builds", { fingerprint: "f1", builds: [{ name: "old", ...ami("ami-1") }] });
    await api.publish("diff/builds", { fingerprint: "f2", builds: [{ name: "new", ...ami("ami-1") }] });
    const { body } = await diff("diff/builds", "fingerprint:f1", "fingerprint:f2");
    expect(body.builds).toMatchObject([
      {
        name: "new",
        change: "added",
        artifact_type: { before: null, after: "amazon.ami" },
        images: { ...none, added: [aws("us-east-1", "ami-1")] },
      },
      {
        name: "old",
        change: "removed",
        artifact_type: { before: "amazon.ami", after: null },
        images: { ...none, removed: [aws("us-east-1", "ami-1")] },
      },
    ]);
    // The region is the same, whichever build has its image now.
    expect(body.regions).toEqual({ added: [], removed: [] });
  });

  it("two images of one region that both changed are gone and come, because nobody knows which became which", async () => {
    const images = (...ids: string[]) => [
      { name: "a", artifact_type: "amazon.ami", images: ids.map((id) => aws("us-east-1", id)) },
    ];
    await api.publish("diff/twins", { fingerprint: "f1", builds: images("ami-1", "ami-2", "ami-3") });
    await api.publish("diff/twins", { fingerprint: "f2", builds: images("ami-3", "ami-4", "ami-5") });
    const { body } = await diff("diff/twins", 1, 2);
    expect(body.builds[0]?.images).toEqual({
      added: [aws("us-east-1", "ami-4"), aws("us-east-1", "ami-5")],
      removed: [aws("us-east-1", "ami-1"), aws("us-east-1", "ami-2")],
      changed: [],
    });
  });

  it("an incomplete version can be compared by its fingerprint, and a deleted one cannot", async () => {
    await api.publish("diff/open", { fingerprint: "f1", builds: [{ name: "a", ...ami("ami-1") }] });
    await api.publish("diff/open", { fingerprint: "f2", expected_builds: ["a", "b"] });
    await api.report("diff/open", "f2", "a", ami("ami-1"));
    expect((await diff("diff/open", 1, "fingerprint:f2")).body).toMatchObject({
      equal: true,
      to: { number: null, fingerprint: "f2", completed_at: null },
    });
    await api.send("DELETE", "/v1/artifacts/diff/open/versions/1");
    expect(problemOf(await diff("diff/open", 1, "fingerprint:f2"))).toMatchObject({
      code: "version_not_found",
    });
  });

  it("what is not there and what is not a version are named", async () => {
    expect(problemOf(await diff("diff/nothing", 1, 2))).toMatchObject({ code: "artifact_not_found" });
    expect(problemOf(await diff("diff/web", 1, 99))).toMatchObject({
      code: "version_not_found",
      status: 404,
    });
    const wrong = problemOf(await api.get("/v1/artifacts/diff/web/diff?from=1"));
    expect(wrong).toMatchObject({ code: "invalid_request", errors: [{ path: "query.to" }] });
  });

  it("an answer that the client has already is not sent again", async () => {
    const path = "/v1/artifacts/diff/web/diff?from=1&to=2";
    const etag = (await api.get(path)).headers.get("etag") ?? "";
    expect((await api.get(path, { "If-None-Match": etag })).status).toBe(304);
  });

  describe("whatever two versions hold", () => {
    const words = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.constantFrom("1", "2"), {
      noNullPrototype: true,
    });
    const image = fc.record({
      platform: fc.constant("aws"),
      region: fc.constantFrom("r1", "r2"),
      external_id: fc.constantFrom("i1", "i2", "i3"),
    });
    const build = fc.record({
      artifact_type: fc.constantFrom("amazon.ami", "docker.image"),
      metadata: words,
      labels: words,
      images: fc.uniqueArray(image, {
        minLength: 1,
        maxLength: 4,
        selector: ({ region, external_id }) => `${region} ${external_id}`,
      }),
    });
    const builds = fc
      .dictionary(fc.constantFrom("x", "y", "z"), build, { minKeys: 1, noNullPrototype: true })
      .map((named) => Object.entries(named).map(([name, report]) => ({ name, ...report })));
    const version = fc.record({ labels: words, builds });
    let count = 0;

    it("nothing differs from itself, the way back is the way there reversed, and applying it gives `to`", async () => {
      await fc.assert(
        fc.asyncProperty(version, version, async (one, other) => {
          const artifact = `diff/any-${count++}`;
          await api.publish(artifact, { fingerprint: "f1", ...one });
          await api.publish(artifact, { fingerprint: "f2", ...other });
          const { body: there } = await diff(artifact, 1, 2);
          const { body: back } = await diff(artifact, 2, 1);
          const { body: itself } = await diff(artifact, 1, 1);
          expect(itself).toMatchObject({ equal: true, builds: [], regions: { added: [], removed: [] } });
          expect(
            back.builds.map(({ images }) => [images.added, images.removed, images.changed.length]),
          ).toEqual(there.builds.map(({ images }) => [images.removed, images.added, images.changed.length]));
          expect(back.regions).toEqual({ added: there.regions.removed, removed: there.regions.added });
          expect(applied(one.labels, there.labels)).toEqual(other.labels);
          for (const { name, metadata, images } of there.builds) {
            const [before, after] = [one, other].map(({ builds: all }) =>
              all.find((known) => known.name === name),
            );
            expect(applied(before?.metadata ?? {}, metadata)).toEqual(after?.metadata ?? {});
            const ids = new Set((before?.images ?? []).map(idOf));
            for (const gone of [...images.removed, ...images.changed.map((pair) => pair.before)])
              ids.delete(idOf(gone));
            for (const came of [...images.added, ...images.changed.map((pair) => pair.after)])
              ids.add(idOf(came));
            expect(ids).toEqual(new Set((after?.images ?? []).map(idOf)));
          }
        }),
        { numRuns: 40 },
      );
    });
  });
});

const idOf = ({ region, external_id }: { region: string; external_id: string }) => `${region} ${external_id}`;

function applied(map: Record<string, string>, changes: Diff["labels"]): Record<string, string> {
  const result = { ...map };
  for (const { key } of changes.removed) delete result[key];
  for (const { key, value } of changes.added) result[key] = value;
  for (const { key, after } of changes.changed) result[key] = after;
  return result;
}
