import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { Api } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { readBytes, storeBytes } from "./chunks.ts";
import { markOf } from "./rules.ts";
import { findLog, type LogRow, lockLog, updateLog } from "./store.ts";

forEachDatabase((test) => {
  let api: Api;
  let versionId = 0;

  beforeAll(async () => {
    api = new Api(test.database);
    const expected_builds = Array.from({ length: 200 }, (_, index) => `b${index}`);
    await api.publish("logs/chunks", { fingerprint: "f", expected_builds });
    const row = await test.database.reads.selectFrom("versions").select("id").executeTakeFirstOrThrow();
    versionId = row.id;
  });

  const url = (build: string, query = "") =>
    `/v1/artifacts/logs/chunks/versions/fingerprint:f/builds/${build}/log${query}`;

  let count = 0;

  async function beginLog(): Promise<{ build: string; log: LogRow }> {
    const build = `b${count++}`;
    await api.request(url(build), { method: "PUT", body: "" });
    const log = await findLog(test.database.reads, versionId, build);
    if (!log) throw new Error("the log has just been begun");
    return { build, log };
  }

  it("a log is the same however it is chopped, sent again and overlapped, also where it is cut", {
    timeout: 60_000,
  }, async () => {
    const limited = new Api(test.database, { maxLogSize: 2_000 });
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 3_000 });
    const steps = fc.array(fc.record({ forth: fc.nat(400), back: fc.nat(600) }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(bytes, steps, fc.nat(), async (content, moves, from) => {
        const { build } = await beginLog();
        const send = async (start: number, end: number) => {
          const body = new Uint8Array(content.subarray(start, end));
          return (await limited.request(url(build, `?offset=${start}`), { method: "PUT", body })).status;
        };
        let size = 0;
        for (const { forth, back } of [...moves, { forth: content.length, back: content.length }]) {
          const start = Math.max(0, size - back);
          expect(await send(start, size + forth)).toBe(200);
          size = Math.min(content.length, size + forth);
        }
        const isCut = content.length > 2_000;
        const kept = Buffer.from(content.subarray(0, 2_000));
        const whole = Buffer.concat([kept, markOf({ cut: Number(isCut), size: kept.length })]);
        const offset = from % (whole.length + 1);
        const response = await api.request(url(build, `?offset=${offset}`));
        const read = new Uint8Array(await response.arrayBuffer());
        expect(Buffer.compare(read, whole.subarray(offset))).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it("many small appends take the room of one, and few chunks are read from any offset", async () => {
    const { build, log } = await beginLog();
    const line = (index: number) =>
      Buffer.from(`\x1b[32m==> amazon-ebs.web: Unpacking package ${index} (${index % 17}.2-1) ...\x1b[0m\n`);
    const lines = Array.from({ length: 4_000 }, (_, index) => line(index));
    const whole = Buffer.concat(lines);
    await test.database.write(async (tx) => {
      let now = await lockLog(tx, versionId, build);
      for (const bytes of lines) {
        if (now) now = { ...now, ...(await storeBytes(tx, now, bytes)) };
      }
      await updateLog(tx, log.id, { size: now?.size ?? 0 });
    });
    const chunks = await test.database.reads
      .selectFrom("log_chunks")
      .select(["start", "size", "content"])
      .where("log_id", "=", log.id)
      .orderBy("start")
      .execute();
    expect(chunks.length).toBeLessThan(whole.length / (64 * 1024) + 65);
    const stored = chunks.reduce((sum, chunk) => sum + chunk.content.length, 0);
    expect(stored).toBeLessThan(whole.length / 5);
    for (const offset of [0, 1, 65_535, 200_001, whole.length - 100]) {
      const bytes = await readBytes(test.database.reads, log.id, offset, offset + 100);
      expect(bytes.equals(whole.subarray(offset, offset + 100))).toBe(true);
    }
  });

  it("several who append the same at the same time make one log", async () => {
    const build = `b${count++}`;
    const lines = Array.from({ length: 40 }, (_, index) => `line ${index}\n`);
    const send = async () => {
      let offset = 0;
      for (const line of lines) {
        const response = await api.request(url(build, `?offset=${offset}`), { method: "PUT", body: line });
        expect(response.status).toBe(200);
        offset += line.length;
      }
    };
    await Promise.all([send(), send(), send()]);
    expect(await (await api.request(url(build))).text()).toBe(lines.join(""));
  });
});
