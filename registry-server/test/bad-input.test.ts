import { beforeAll, describe, expect, it } from "vitest";
import { Api, ami, problemOf } from "./api.ts";
import { forEachDatabase } from "./databases.ts";

forEachDatabase((test) => {
  let api: Api;

  beforeAll(() => {
    api = new Api(test.database);
  });

  const versions = "/v1/artifacts/bad/input/versions";
  const good = { fingerprint: "f", builds: [{ name: "a", ...ami("ami-1") }] };
  const image = { platform: "aws", region: "r", external_id: "1" };

  async function refuses(body: unknown, path: string): Promise<void> {
    const problem = problemOf(await api.send("POST", versions, body));
    expect(problem).toMatchObject({ status: 400, code: "invalid_request", errors: [{ path }] });
    expect((await api.get("/v1/artifacts/bad/input")).status).toBe(404);
  }

  describe("a body that is not a publication is refused, names the place, and stores nothing", () => {
    const build = (change: object) => ({
      fingerprint: "f",
      builds: [{ name: "a", ...ami("ami-1"), ...change }],
    });
    const manyKeys = Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`k${index}`, "v"]));

    it.each<[string, unknown, string]>([
      ["an unknown field", { ...good, extra: 1 }, "extra"],
      ["an unknown field inside", build({ extra: 1 }), "builds[0].extra"],
      ["a wrong type", { ...good, description: 7 }, "description"],
      ["a list instead of an object", [], ""],
      ["a text instead of an object", "text", ""],
      ["neither builds nor expected builds", { fingerprint: "f" }, "builds"],
      ["no builds in the list", { fingerprint: "f", builds: [] }, "builds"],
      ["a build with neither images nor files", build({ images: [] }), "builds[0].images"],
      ["a build without a type", build({ artifact_type: undefined }), "builds[0].artifact_type"],
      ["an empty type", build({ artifact_type: "" }), "builds[0].artifact_type"],
      ["a build name of 256 bytes", build({ name: "é".repeat(128) }), "builds[0].name"],
      ["a build name with a control character", build({ name: "a\u0007b" }), "builds[0].name"],
      ["an empty build name", build({ name: "" }), "builds[0].name"],
      ["a build name that a URL cannot hold", build({ name: ".." }), "builds[0].name"],
      ["a build twice", { ...good, builds: [...good.builds, ...good.builds] }, "builds"],
      ["an expected build twice", { fingerprint: "f", expected_builds: ["a", "a"] }, "expected_builds"],
      ["an image twice", build({ images: [image, image] }), "builds[0].images[1]"],
      [
        "an image without an id",
        build({ images: [{ ...image, external_id: "" }] }),
        "builds[0].images[0].external_id",
      ],
      [
        "too many images",
        build({ images: Array.from({ length: 501 }, (_, i) => ({ ...image, external_id: `${i}` })) }),
        "builds[0].images",
      ],
      [
        "a negative size",
        build({ files: [{ path: "p", size: -1, sha256: "a".repeat(64), stored: false }] }),
        "builds[0].files[0].size",
      ],
      [
        "a fraction as size",
        build({ files: [{ path: "p", size: 1.5, sha256: "a".repeat(64), stored: false }] }),
        "builds[0].files[0].size",
      ],
      [
        "a huge size",
        build({ files: [{ path: "p", size: 2 ** 53, sha256: "a".repeat(64), stored: false }] }),
        "builds[0].files[0].size",
      ],
      [
        "a sha256 in upper case",
        build({ files: [{ path: "p", size: 1, sha256: "A".repeat(64), stored: false }] }),
        "builds[0].files[0].sha256",
      ],
      [
        "a parent with two selectors",
        build({ parents: [{ artifact: "a/b", version: 1, fingerprint: "x" }] }),
        "builds[0].parents[0]",
      ],
      [
        "a parent that is no artifact",
        build({ parents: [{ artifact: "a", version: 1 }] }),
        "builds[0].parents[0].artifact",
      ],
      ["nested provenance", build({ provenance: { a: { b: 1 } } }), "builds[0].provenance.a"],
      ["a moment that is none", build({ ended_at: "yesterday" }), "builds[0].ended_at"],
      ["a moment without an offset", build({ ended_at: "2026-01-01T00:00:00" }), "builds[0].ended_at"],
      ["a moment before 1970", build({ started_at: "0001-01-01T00:00:00Z" }), "builds[0].started_at"],
      [
        "an end before the start",
        build({ started_at: "2026-01-02T00:00:00Z", ended_at: "2026-01-01T00:00:00Z" }),
        "builds[0].ended_at",
      ],
      ["a fingerprint with a space", { ...good, fingerprint: "a b" }, "fingerprint"],
      ["a fingerprint of 129", { ...good, fingerprint: "a".repeat(129) }, "fingerprint"],
      ["a semver that is none", { ...good, semver: "1.2" }, "semver"],
      ["a latest that is none", { ...good, latest: "yes" }, "latest"],
      ["a label that is no text", { ...good, labels: { a: 1 } }, "labels.a"],
      ["an empty label key", { ...good, labels: { "": "a" } }, "labels."],
      ["a label key of 129", { ...good, labels: { ["k".repeat(129)]: "a" } }, `labels.${"k".repeat(129)}`],
      ["a label value of 4097", { ...good, labels: { a: "v".repeat(4097) } }, "labels.a"],
      ["257 labels", { ...good, labels: manyKeys }, "labels"],
      ["a NUL character", { ...good, description: "a\0b" }, "description"],
      ["a NUL character in a key", { ...good, labels: { "a\0": "b" } }, "labels"],
      ["half a surrogate pair", { ...good, description: "\ud800" }, "description"],
    ])("%s", async (_what, body, path) => {
      await refuses(body, path);
    });
  });

  describe("a body that is not JSON", () => {
    const post = (
      body: string | Uint8Array<ArrayBuffer>,
      headers: Record<string, string> = { "Content-Type": "application/json" },
    ) => api.request(versions, { method: "POST", body, headers });

    it.each([
      ['{"fingerprint": x}', 16],
      ['{"a":1}}', 7],
      ["{", 1],
      ['{"a":1,}', 7],
      ['{"a":"\u0001"}', 6],
      ['{"a":tru}', 8],
      ["[1,2", 4],
      ["nonsense", 1],
    ])("%j goes wrong at position %i", async (body, position) => {
      const problem = (await (await post(body)).json()) as { detail: string; position: number };
      expect(problem).toMatchObject({ status: 400, code: "invalid_request", position });
      expect(problem.detail).toContain(`position ${position}`);
    });

    it("has its line and column named", async () => {
      const problem = (await (await post('{\n  "a": 1,\n  b\n}')).json()) as { detail: string };
      expect(problem.detail).toContain("line 3, column 3");
    });

    it("and is large is refused without looking for the place, which would keep all others waiting", async () => {
      const problem = (await (await post(`${"[".repeat(100_000)}x`)).json()) as { detail: string };
      expect(problem).toMatchObject({ status: 400, detail: "The body is not valid JSON." });
    });

    it("is read up to 64 KiB where anybody may send one", async () => {
      const exchange = (bytes: number) =>
        api.send("POST", "/v1/tokens/exchange", { token: "x".repeat(bytes) });
      expect(problemOf(await exchange(64 * 1024))).toMatchObject({
        code: "body_too_large",
        detail: "The body is larger than 65536 bytes (64 KiB).",
      });
      expect(problemOf(await exchange(60 * 1024))).toMatchObject({ code: "invalid_request" });
    });

    it("with the key __proto__ is refused", async () => {
      const body = '{"fingerprint":"f","labels":{"__proto__":"x"},"expected_builds":["a"]}';
      expect(await (await post(body)).json()).toMatchObject({
        status: 400,
        detail: expect.stringContaining("__proto__"),
      });
    });

    it("but deeply nested is refused without reading on", async () => {
      const body = `{"labels":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
      expect(await (await post(body)).json()).toMatchObject({
        status: 400,
        detail: expect.stringContaining("deeper than 12"),
      });
    });

    it("with a number beyond all numbers is refused", async () => {
      const body =
        '{"fingerprint":"f","builds":[{"name":"a","artifact_type":"t","provenance":{"n":1e999},"files":[]}]}';
      expect((await post(body)).status).toBe(400);
    });

    it("that is empty, or not UTF-8, is refused", async () => {
      expect(await (await post(" ")).json()).toMatchObject({
        status: 400,
        detail: expect.stringContaining("empty"),
      });
      const bytes = new Uint8Array([0x22, 0xff, 0x22]);
      expect(await (await post(bytes)).json()).toMatchObject({
        status: 400,
        detail: expect.stringContaining("UTF-8"),
      });
    });

    it.each([{ "Content-Type": "text/plain" }, { "Content-Type": "application/x-www-form-urlencoded" }, {}])(
      "and has another type (%j) is 415",
      async (headers) => {
        const response = await post(JSON.stringify(good), headers as Record<string, string>);
        expect(await response.json()).toMatchObject({ status: 415, code: "unsupported_media_type" });
      },
    );

    it("beyond 1 MiB is 413", async () => {
      const response = await post(JSON.stringify({ ...good, description: "x".repeat(1024 * 1024) }));
      expect(await response.json()).toMatchObject({ status: 413, code: "body_too_large" });
    });
  });

  describe("a path or query that is wrong", () => {
    it.each([
      "/v1/artifacts/Bad/input",
      "/v1/artifacts/-bad/input",
      `/v1/artifacts/${"a".repeat(64)}/input`,
      "/v1/artifacts/bad/in%20put",
      "/v1/artifacts/bad/input/resolve?channel=Prod",
      "/v1/artifacts/bad/input/versions/0",
      "/v1/artifacts/bad/input/versions/01",
      "/v1/artifacts/bad/input/versions/2147483648",
      "/v1/artifacts/bad/input/versions/9999999999",
      "/v1/artifacts/bad/input/versions/latest",
      "/v1/artifacts/bad/input/versions/fingerprint:",
      "/v1/artifacts/bad/input/versions/1/builds/%00",
      "/v1/artifacts/bad/input/versions/1/builds/%FF",
      "/v1/artifacts/bad/input/versions/1/builds/%",
      `/v1/artifacts/bad/input/versions/1/builds/${"a".repeat(256)}`,
      "/v1/artifacts/bad/input/resolve?region=a&region=b",
      "/v1/artifacts/bad/input/resolve?version=1.5",
      "/v1/artifacts/bad/input/resolve?version=99999999999999999999",
      "/v1/artifacts/bad/input/resolve?regions=a",
      "/v1/artifacts/bad/input/resolve?__proto__=a",
      "/v1/artifacts/bad/input/resolve?constraint=%5E1",
      "/v1/artifacts/bad/input/resolve?labels=novalue",
      "/v1/artifacts/bad/input/resolve?type=a%00b",
      "/v1/artifacts/bad/input/resolve?fingerprint=%20",
      "/v1/artifacts/bad/input/resolve?on_revoked=ignore",
      "/v1/artifacts?limit=0",
      "/v1/artifacts?limit=201",
      "/v1/artifacts?limit=ten",
      "/v1/artifacts?cursor=nonsense",
      "/v1/artifacts?cursor=WzFd",
      "/v1/artifacts/bad/input?x=1",
      "/v1/images",
      "/v1/images?external_id=",
    ])("%s is 400", async (path) => {
      expect(problemOf(await api.get(path))).toMatchObject({ status: 400, code: "invalid_request" });
    });

    it("tells that a parameter was given twice", async () => {
      const problem = problemOf(await api.get("/v1/artifacts/bad/input/resolve?region=a&region=b"));
      expect(problem.detail).toBe('"query.region" must be given once, as a text.');
    });
  });

  it("a cursor of another list is refused, not misread", async () => {
    await api.publish("bad/list", { fingerprint: "f", expected_builds: ["a"] });
    const cursor = Buffer.from('["text"]').toString("base64url");
    expect(problemOf(await api.versions("bad/list", `cursor=${cursor}`)).status).toBe(400);
  });

  it("texts of every kind come back as they were sent", async () => {
    const labels = {
      "ключ 🔑": "значение\n\t\u0001 \u202e 𝕏",
      constructor: "x",
      toString: "y",
      'q"\\': "'; DROP TABLE versions; --",
    };
    const description = '{"not":"json"} [1]';
    await api.publish("bad/texts", { ...good, labels, description });
    const { body } = await api.version("bad/texts", 1);
    expect(body).toMatchObject({ labels, description });
    expect((await api.resolve("bad/texts")).body.labels).toEqual(labels);
  });

  it("a build as large as the limits allow is stored whole", async () => {
    const files = Array.from({ length: 7_000 }, (_, i) => ({
      path: `f${i}`,
      size: i,
      sha256: "a".repeat(64),
      stored: false,
    }));
    const reply = await api.send<{ builds: { files: unknown[] }[] }>(
      "POST",
      "/v1/artifacts/bad/large/versions",
      {
        fingerprint: "f",
        builds: [{ name: "a", artifact_type: "t", files }],
      },
    );
    expect(reply.body.builds[0]?.files).toEqual(files);
  });
});
