import { beforeEach, describe, expect, it } from "vitest";
import { Api, ami, day, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { addToken } from "../../test/tokens.ts";
import type { Log } from "./schema.ts";

const esc = "\x1b";

forEachDatabase((test) => {
  let api: Api;
  let artifact = "";
  let version = "";
  let count = 0;

  beforeEach(async () => {
    api = new Api(test.database, { maxLogSize: 100_000 });
    artifact = `logs/a${++count}`;
    version = `/v1/artifacts/${artifact}/versions/fingerprint:f`;
    await api.publish(artifact, { fingerprint: "f", expected_builds: ["a/b", "c"] });
  });

  const url = (query = "", build = "a/b") => `${version}/builds/${encodeURIComponent(build)}/log${query}`;

  async function put(query: string, body: string | Uint8Array<ArrayBuffer>, path = url(query)) {
    const response = await api.request(path, { method: "PUT", body });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Log };
  }

  async function read(query = "", headers: Record<string, string> = {}) {
    const response = await api.request(url(query), { headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  async function events() {
    const rows = await test.database.reads
      .selectFrom("events")
      .select("action")
      .where("artifact", "=", artifact)
      .where("action", "like", "log.%")
      .orderBy("id")
      .execute();
    return rows.map((row) => row.action);
  }

  it("take what is appended before their build is reported, and give it back as it was", async () => {
    const first = `${esc}[1;32m==> a: building${esc}[0m\r\n`;
    expect(await put("", first)).toMatchObject({
      status: 200,
      body: { build: "a/b", size: first.length, cut: false, ended_at: null },
    });
    const last = "50 %\r100 %\n\0\xff";
    await put(`?offset=${first.length}&ended=true`, Buffer.from(last, "latin1"));
    const response = await api.request(url());
    expect(Buffer.from(await response.arrayBuffer()).toString("latin1")).toBe(first + last);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/plain; charset=utf-8",
      "content-length": String(first.length + last.length),
      "x-content-type-options": "nosniff",
      "waybill-log-ended": "true",
    });
    expect(await events()).toEqual(["log.started", "log.ended"]);
  });

  it("go on when their version is complete, by its number too", async () => {
    await put("", "one\n");
    await api.report(artifact, "f", "a/b", ami("ami-1"));
    await api.report(artifact, "f", "c", ami("ami-2"));
    const path = `/v1/artifacts/${artifact}/versions/1/builds/a%2Fb/log`;
    expect((await put("", "two\n", `${path}?offset=4`)).status).toBe(200);
    expect((await read()).text).toBe("one\ntwo\n");
  });

  describe("appended again", () => {
    beforeEach(async () => {
      await put("", "one\ntwo\n");
    });

    it("change nothing when it is what they have", async () => {
      const before = await put("?offset=4", "two\n");
      api.clock.advance(1000);
      expect((await put("", "one\ntwo\n")).body).toEqual(before.body);
      expect((await put("?offset=8", "")).body).toEqual(before.body);
    });

    it("take what is new of what overlaps", async () => {
      expect((await put("?offset=4", "two\nthree\n")).body.size).toBe(14);
      expect((await read()).text).toBe("one\ntwo\nthree\n");
    });

    it("refuse other bytes, and say where they differ", async () => {
      const problem = problemOf(await put("?offset=2", "e\ntWo\nthree\n"));
      expect(problem).toMatchObject({ status: 409, code: "log_differs", offset: 5 });
      expect((await read()).text).toBe("one\ntwo\n");
    });

    it("refuse a gap, and say where the next bytes go", async () => {
      expect(problemOf(await put("?offset=9", "x"))).toMatchObject({
        status: 409,
        code: "log_gap",
        offset: 8,
      });
    });

    it("take nothing more when they have ended, only the same again", async () => {
      expect((await put("?offset=8&ended=true", "")).body.ended_at).toBe("2026-01-01T00:00:00.000Z");
      expect((await put("?ended=true", "one\ntwo\n")).status).toBe(200);
      expect(problemOf(await put("?offset=8", "x"))).toMatchObject({ status: 409, code: "log_ended" });
      expect(await events()).toEqual(["log.started", "log.ended"]);
    });
  });

  describe("that grow too large", () => {
    const mark = `\n${esc}[0m=== waybill: the log went on, but is cut here after 100000 bytes ===\n`;
    const kept = "0123456789".repeat(10_000);

    it.each([1, 3])("are cut with a mark, wherever the pieces end (%i)", async (pieces) => {
      const whole = `${kept}this is not kept\n`;
      const step = Math.ceil(whole.length / pieces);
      for (let at = 0; at < whole.length; at += step) await put(`?offset=${at}`, whole.slice(at, at + step));
      expect((await put(`?offset=${whole.length + 5_000}`, "nor this")).body).toMatchObject({
        size: 100_000,
        cut: true,
      });
      expect((await read()).text).toBe(kept + mark);
      expect((await read("?offset=99999")).text).toBe(`9${mark}`);
      expect((await read("", { Range: "bytes=-5" })).text).toBe(" ===\n");
      expect((await put("?offset=100000&ended=true", "")).body).toMatchObject({ cut: true, size: 100_000 });
    });

    it("are not cut when they just fit", async () => {
      expect((await put("?ended=true", kept)).body).toMatchObject({ size: 100_000, cut: false });
      expect((await read()).text).toBe(kept);
    });
  });

  it("are read from an offset, and in part", async () => {
    const text = "0123456789".repeat(7_000);
    await put("", text);
    expect(await read("?offset=69990")).toMatchObject({ status: 200, text: "0123456789" });
    expect(await read("?offset=70000")).toMatchObject({ status: 200, text: "" });
    const part = await read("", { Range: "bytes=65530-65545" });
    expect(part).toMatchObject({ status: 206, text: text.slice(65_530, 65_546) });
    expect(part.headers.get("content-range")).toBe("bytes 65530-65545/70000");
    expect((await read("?offset=70001")).status).toBe(416);
    expect((await read("", { Range: "bytes=70000-" })).status).toBe(416);
    expect((await read("?offset=-1")).status).toBe(400);
  });

  it("are 304 for who has them", async () => {
    await put("", "one\n");
    const etag = (await read()).headers.get("etag") ?? "";
    expect((await read("", { "If-None-Match": etag })).status).toBe(304);
    await put("?offset=4&ended=true", "");
    expect((await read("", { "If-None-Match": etag })).status).toBe(200);
  });

  it("are listed with their version, by build", async () => {
    await put("", "cc", url("", "c"));
    await put("?ended=true", "a");
    const { body } = await api.get<{ logs: Log[] }>(`${version}/logs`);
    expect(body.logs).toMatchObject([
      { build: "a/b", size: 1, ended_at: "2026-01-01T00:00:00.000Z" },
      { build: "c", size: 2, ended_at: null },
    ]);
  });

  it("can be deleted, and begun anew", async () => {
    await put("?ended=true", "password: hunter2\n");
    expect((await api.send("DELETE", url())).status).toBe(204);
    expect(problemOf(await api.get(url()))).toMatchObject({ status: 404, code: "log_not_found", builds: [] });
    expect((await api.send("DELETE", url())).status).toBe(404);
    await put("", "again");
    expect((await read()).text).toBe("again");
    expect(await events()).toEqual(["log.started", "log.ended", "log.deleted", "log.started"]);
  });

  it("go with their version, and with their artifact", async () => {
    await put("", "a");
    await api.report(artifact, "f", "a/b", ami("ami-1"));
    await api.report(artifact, "f", "c", ami("ami-2"));
    expect((await api.send("DELETE", `/v1/artifacts/${artifact}/versions/1`)).status).toBe(204);
    expect(await left()).toEqual([]);
    await api.publish(artifact, { fingerprint: "f", expected_builds: ["a/b"] });
    await put("", "a");
    expect((await api.send("DELETE", `/v1/artifacts/${artifact}`)).status).toBe(204);
    expect(await left()).toEqual([]);
  });

  async function left() {
    const { id } = await test.database.reads
      .selectFrom("artifacts")
      .select("id")
      .where("path", "=", artifact)
      .executeTakeFirstOrThrow();
    return test.database.reads
      .selectFrom("logs")
      .innerJoin("versions", "versions.id", "logs.version_id")
      .select("logs.id")
      .where("artifact_id", "=", id)
      .execute();
  }

  it("keep an open version from expiring while they grow", async () => {
    const quarter = (7 * day) / 4 + 1;
    for (let turn = 0; turn < 8; turn++) {
      expect(await put(`?offset=${turn}`, ".")).toMatchObject({ status: 200 });
      api.clock.advance(quarter);
    }
    expect((await api.report(artifact, "f", "c", ami("ami-1"))).status).toBe(200);
  });

  it("of what is not there are refused, and say what is", async () => {
    await put("", "a");
    expect(problemOf(await put("", "x", url("", "z")))).toMatchObject({
      status: 409,
      code: "build_unexpected",
      expected_builds: ["a/b", "c"],
    });
    expect(problemOf(await api.get(url("", "c")))).toMatchObject({
      code: "log_not_found",
      builds: ["a/b"],
    });
    const other = url().replace("fingerprint:f", "fingerprint:other");
    expect(problemOf(await put("", "x", other)).code).toBe("version_not_found");
    expect(problemOf(await put("", "x", url().replace(artifact, "logs/none"))).code).toBe(
      "artifact_not_found",
    );
    await api.send("DELETE", version);
    expect(problemOf(await put("?offset=1", "x")).code).toBe("version_not_found");
    expect((await read()).text).toBe("a");
  });

  it("are written by who may publish, and read by who may read", async () => {
    await put("", "a");
    const strict = new Api(test.database, { dev: false });
    const headers = await addToken(test.database, `reader${count}`, [{ scope: "read", pattern: "logs" }]);
    const statuses = [];
    for (const [method, path] of [
      ["PUT", url()],
      ["DELETE", url()],
      ["GET", url()],
      ["GET", `${version}/logs`],
    ] as const) {
      const response = await strict.request(path, {
        method,
        headers,
        ...(method === "PUT" && { body: "x" }),
      });
      statuses.push(response.status);
    }
    expect(statuses).toEqual([403, 403, 200, 200]);
  });
});
