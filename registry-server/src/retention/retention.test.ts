import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Api, ami, day, problemOf } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { History } from "../../test/history.ts";
import { addToken } from "../../test/tokens.ts";
import type { RetentionDecision, RetentionResult } from "./schema.ts";

forEachDatabase((test) => {
  let api: Api;
  let history: History;

  beforeAll(() => {
    api = new Api(test.database);
    history = new History(test.database);
  });

  const send = (artifact: string, body: object, headers = {}) =>
    api.send<RetentionResult>("POST", `/v1/artifacts/${artifact}/retention`, body, headers);

  /** Asks for every page. */
  async function retain(artifact: string, body: object): Promise<RetentionDecision[]> {
    const versions: RetentionDecision[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const reply: { body: RetentionResult } = await send(artifact, { ...body, ...(cursor && { cursor }) });
      expect(reply.body, JSON.stringify(reply.body)).toHaveProperty("versions");
      versions.push(...reply.body.versions);
      cursor = reply.body.next_cursor;
    }
    return versions;
  }

  const publish = (artifact: string, fingerprint: string, more = {}) =>
    api.publish(artifact, { fingerprint, builds: [{ name: "a", ...ami(`ami-${fingerprint}`), ...more }] });
  const ago = (days: number) => new Date(api.clock.read().getTime() - days * day).toISOString();
  const kept = (versions: RetentionDecision[]) => versions.filter((one) => one.keep).map((one) => one.number);
  const reasonsOf = (versions: RetentionDecision[], number: number) =>
    versions.find((one) => one.number === number)?.reasons;
  const numbersOf = async (artifact: string) =>
    (await api.versions(artifact, "state=complete&limit=200")).body.items.map((version) => version.number);

  /** An artifact with so many old versions; the newest is as old as the others. */
  async function old(artifact: string, count: number): Promise<void> {
    for (let number = 1; number <= count; number++) await publish(artifact, `f${number}`);
    api.clock.advance(100 * day);
  }

  it("says for every version why it stays or goes, and deletes nothing unless told to", async () => {
    await old("keep/web", 7);
    await history.point("keep/web", "production", 1, ago(90));
    await history.point("keep/web", "staging", 2, ago(80));
    await history.point("keep/web", "staging", 1, ago(70));
    await history.point("keep/web", "staging", 2, ago(60));
    await history.point("keep/web", "staging", 1, ago(10));
    await history.point("keep/web", "edge", 3, ago(80));
    await history.point("keep/web", "edge", null, ago(40));
    await history.read("keep/web", 4, "ci", ago(5));
    await history.read("keep/web", 5, "ci", ago(31));
    const { status, body } = await send("keep/web", { keep: 2, days: 30 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ artifact: "keep/web", dry_run: true, keep: 2, days: 30, next_cursor: null });
    expect(body.versions.map(({ number, keep }) => [number, keep])).toEqual([
      [7, true],
      [6, true],
      [5, false],
      [4, true],
      [3, false],
      [2, true],
      [1, true],
    ]);
    expect(reasonsOf(body.versions, 7)).toEqual([
      'It is "latest".',
      "It is one of the newest 2.",
      'It is the "latest" of type "amazon.ami".',
    ]);
    expect(reasonsOf(body.versions, 4)).toEqual([`It was read at ${ago(5)}, within 30 days.`]);
    expect(reasonsOf(body.versions, 2)).toEqual([`The channel "staging" pointed at it until ${ago(10)}.`]);
    expect(reasonsOf(body.versions, 1)).toEqual([
      'The channel "production" points at it.',
      'The channel "staging" points at it.',
    ]);
    expect(reasonsOf(body.versions, 3)?.[0]).toMatch(
      /^It is older than 30 days and not one of the newest 2, and/,
    );
    expect(await numbersOf("keep/web")).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });

  it("what is young stays, and so does what resolving `latest` with a type finds", async () => {
    await publish("keep/young", "f1", { artifact_type: "docker.image" });
    await publish("keep/young", "f2");
    api.clock.advance(20 * day);
    await publish("keep/young", "f3");
    api.clock.advance(10 * day);
    const versions = await retain("keep/young", { keep: 1, days: 10 });
    expect(kept(versions)).toEqual([3, 1]);
    expect(reasonsOf(versions, 3)).toContain("It was completed within 10 days.");
    expect(reasonsOf(versions, 1)).toEqual(['It is the "latest" of type "docker.image".']);
  });

  it("what goes leaves an event with what it was, and its number is never given again", async () => {
    await old("keep/gone", 3);
    const before = (await api.version("keep/gone", 3)).body;
    // The newest may be hidden from `latest`, and then goes like others.
    await api.publish("keep/gone", {
      fingerprint: "f4",
      latest: false,
      builds: [{ name: "a", ...ami("ami-4") }],
    });
    api.clock.advance(100 * day);
    const versions = await retain("keep/gone", { dry_run: false, keep: 1, days: 30 });
    expect(kept(versions)).toEqual([4, 3]);
    expect(await numbersOf("keep/gone")).toEqual([4, 3]);
    expect((await api.version("keep/gone", 3)).body).toEqual(before);
    expect(problemOf(await api.version("keep/gone", 2))).toMatchObject({ code: "version_not_found" });
    const events = await test.database.reads
      .selectFrom("events")
      .select(["action", "number", "actor", "detail"])
      .where("artifact", "=", "keep/gone")
      .where("action", "=", "version.deleted")
      .orderBy("id")
      .execute();
    expect(events.map(({ number, actor }) => [number, actor])).toEqual([
      [2, "dev"],
      [1, "dev"],
    ]);
    expect(JSON.stringify(events)).toContain("ami-f2");
    expect(JSON.stringify(events)).toContain("retention: keep 1, days 30");
    expect((await api.get<{ versions: number }>("/v1/artifacts/keep/gone")).body.versions).toBe(2);
    expect(await publish("keep/gone", "f5")).toMatchObject({ number: 5 });
    expect(kept(await retain("keep/gone", { dry_run: false, keep: 1, days: 30 }))).toEqual([5]);
  });

  describe("what something that stays was built from stays", () => {
    it("however far below, in this artifact and in others, through what was deleted between", async () => {
      await old("keep/chain", 6);
      await old("keep/other", 3);
      const link = async (child: [string, number], parent: [string, number]) =>
        history.builtFrom(await history.versionId(...child), await history.versionId(...parent), ago(1));
      await link(["keep/chain", 2], ["keep/chain", 1]);
      await link(["keep/chain", 6], ["keep/chain", 2]);
      await link(["keep/other", 1], ["keep/chain", 3]);
      await link(["keep/chain", 5], ["keep/chain", 4]);
      await link(["keep/other", 3], ["keep/other", 2]);
      await link(["keep/other", 2], ["keep/chain", 4]);
      await api.send("DELETE", "/v1/artifacts/keep/other/versions/2");
      const versions = await retain("keep/chain", { keep: 1, days: 1 });
      expect(kept(versions)).toEqual([6, 4, 3, 2, 1]);
      expect(reasonsOf(versions, 1)).toEqual(["Version 6, which stays, was built from it."]);
      expect(reasonsOf(versions, 3)).toEqual(['Version 1 of "keep/other" was built from it.']);
      expect(reasonsOf(versions, 4)).toEqual(['Version 3 of "keep/other" was built from it.']);
    });

    it("and a descendant that the caller may not read is counted without being named", async () => {
      const reader = await addToken(test.database, "reader", [{ scope: "read", pattern: "keep" }]);
      await old("keep/base", 2);
      await old("secret/child", 1);
      const [child, parent] = [
        await history.versionId("secret/child", 1),
        await history.versionId("keep/base", 1),
      ];
      await history.builtFrom(child, parent, ago(1));
      const guarded = new Api(test.database, { dev: false });
      guarded.clock.advance(api.clock.read().getTime() - guarded.clock.read().getTime());
      const ask = (body: object) =>
        guarded.send<RetentionResult>("POST", "/v1/artifacts/keep/base/retention", body, reader);
      const { body } = await ask({ keep: 1, days: 1 });
      expect(reasonsOf(body.versions, 1)).toEqual(["A version that you may not read was built from it."]);
      const refused = problemOf(await ask({ keep: 1, days: 1, dry_run: false }));
      expect(refused).toMatchObject({ code: "forbidden", scope: "admin" });
    });

    it("and so does what has more generations below it than are looked at", async () => {
      await old("keep/deep", 30);
      for (let number = 2; number <= 29; number++) {
        const [child, parent] = [number, number - 1].map((one) => history.versionId("keep/deep", one));
        await history.builtFrom(await (child ?? 0), await (parent ?? 0), ago(1));
      }
      // The part with 5 to 1 would have to look down to 29.
      const versions = await retain("keep/deep", { keep: 1, days: 1, limit: 5 });
      expect(kept(versions)).toEqual([30, 5, 4, 3, 2, 1]);
      expect(reasonsOf(versions, 1)?.[0]).toMatch(/stays out of caution/);
      // What goes takes its part of the chain along, so that the next part has less to look at.
      await retain("keep/deep", { keep: 1, days: 1, dry_run: false, limit: 5 });
      expect(await numbersOf("keep/deep")).toEqual([30]);
    });
  });

  it("keeps what channels, parents and readers of the API name", async () => {
    await old("keep/api", 6);
    const path = "/v1/artifacts/keep/api";
    await api.send("PUT", `${path}/channels/production`, { version: 1 });
    await api.send("PUT", `${path}/channels/staging`, { version: 2 });
    await api.send("PUT", `${path}/channels/staging`, { version: 1 }, { "If-Match": "*" });
    await publish("keep/built", "f1", { parents: [{ artifact: "keep/api", version: 3 }] });
    expect((await api.get(`${path}/resolve?version=4`, { "Waybill-Consumer": "ci" })).status).toBe(200);
    const versions = await retain("keep/api", { keep: 1, days: 1, dry_run: false });
    expect(versions.map(({ number, keep }) => [number, keep])).toEqual([
      [6, true],
      [5, false],
      [4, true],
      [3, true],
      [2, true],
      [1, true],
    ]);
    expect((await api.send("GET", `${path}/resolve?channel=production`)).status).toBe(200);
    api.clock.advance(2 * day);
    expect(kept(await retain("keep/api", { keep: 1, days: 1, dry_run: false }))).toEqual([6, 3, 1]);
  });

  describe("the request", () => {
    it("takes what it does not give from the stored policy, and needs one of both", async () => {
      await old("keep/policy", 2);
      const problem = problemOf(await send("keep/policy", { keep: 1 }));
      expect(problem).toMatchObject({ code: "invalid_request", errors: [{ path: "days" }] });
      const put = await api.send("PUT", "/v1/artifacts/keep/policy", { retention: { keep: 2, days: 30 } });
      expect(put.body).toMatchObject({ retention: { keep: 2, days: 30 } });
      expect((await send("keep/policy", {})).body).toMatchObject({ keep: 2, days: 30 });
      expect((await send("keep/policy", { keep: 1 })).body).toMatchObject({ keep: 1, days: 30 });
      expect((await api.get("/v1/artifacts/keep/policy")).body).toMatchObject({
        retention: { keep: 2, days: 30 },
      });
    });

    it.each([
      [{ keep: 0, days: 1 }, "keep"],
      [{ keep: 10_001, days: 1 }, "keep"],
      [{ keep: 1, days: 0 }, "days"],
      [{ keep: 1, days: 1.5 }, "days"],
      [{ keep: 1, days: 1, dry_run: "no" }, "dry_run"],
      [{ keep: 1, days: 1, limit: 201 }, "limit"],
      [{ keep: 1, days: 1, cursor: "x" }, "query.cursor"],
      [{ keep: 1, days: 1, why: "" }, "why"],
    ])("%j is refused with the place that is wrong", async (body, path) => {
      expect(problemOf(await send("keep/policy", body))).toMatchObject({
        code: "invalid_request",
        errors: [{ path }],
      });
    });

    it("of an artifact that is not there is answered so", async () => {
      expect(problemOf(await send("keep/nothing", { keep: 1, days: 1 }))).toMatchObject({
        code: "artifact_not_found",
      });
    });
  });

  it("keeps exactly what is needed, whatever happened, page by page", async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(anyPast, async (past) => {
        const artifact = `any/a${count++}`;
        const start = api.clock.read().getTime();
        const at = (moment: number) => new Date(start + moment * day).toISOString();
        let now = 0;
        for (const [index, { gap, type }] of past.versions.entries()) {
          api.clock.advance(gap * day);
          now += gap;
          await publish(artifact, `f${index + 1}`, { artifact_type: type });
          Object.assign(past.versions[index] ?? {}, { at: now });
        }
        api.clock.advance((60 - now) * day);
        for (const { channel, version, moment } of past.pointers) {
          await history.point(artifact, channel, version, at(moment));
        }
        for (const [index, { version, moment }] of past.reads.entries()) {
          await history.read(artifact, version, `c${index}`, at(moment));
        }
        for (const [parent, child] of past.births) {
          const [a, b] = [
            await history.versionId(artifact, child),
            await history.versionId(artifact, parent),
          ];
          await history.builtFrom(a, b, at(60));
        }
        const { keep, days, limit } = past;
        const expected = neededOf(past);
        const planned = await retain(artifact, { keep, days, limit });
        expect(kept(planned)).toEqual(expected);
        for (const { reasons } of planned) expect(reasons.length).toBeGreaterThan(0);
        expect(await numbersOf(artifact)).toHaveLength(past.versions.length);
        const done = await retain(artifact, { keep, days, limit, dry_run: false });
        expect(kept(done)).toEqual(expected);
        expect(await numbersOf(artifact)).toEqual(expected);
        expect((await publish(artifact, "next")).number).toBe(past.versions.length + 1);
      }),
      { numRuns: 15 },
    );
  });
});

/** What happened to an artifact in sixty days, up to now. */
const anyPast = fc.integer({ min: 1, max: 7 }).chain((size) => {
  const number = fc.integer({ min: 1, max: size });
  const moment = fc.integer({ min: 0, max: 59 });
  return fc.record({
    versions: fc.array(
      fc.record({
        gap: fc.integer({ min: 0, max: 8 }),
        type: fc.constantFrom("amazon.ami", "amazon.ami", "docker.image"),
        at: fc.constant(0),
      }),
      { minLength: size, maxLength: size },
    ),
    pointers: fc
      .array(
        fc.record({
          channel: fc.constantFrom("p", "q"),
          version: fc.oneof({ weight: 5, arbitrary: number }, { weight: 1, arbitrary: fc.constant(null) }),
          moment,
        }),
        { maxLength: 6 },
      )
      .map((list) => list.toSorted((a, b) => a.moment - b.moment)),
    reads: fc.array(fc.record({ version: number, moment }), { maxLength: 3 }),
    births: fc
      .uniqueArray(fc.tuple(number, number), { maxLength: 5, selector: String })
      .map((pairs) => pairs.filter(([parent, child]) => parent < child)),
    keep: fc.integer({ min: 1, max: 3 }),
    days: fc.integer({ min: 1, max: 50 }),
    limit: fc.integer({ min: 1, max: 4 }),
  });
});

type Past = typeof anyPast extends fc.Arbitrary<infer T> ? T : never;

/** The rules, one version at a time; newest first. */
function neededOf({ versions, pointers, reads, births, keep, days }: Past): number[] {
  const since = 60 - days;
  const numbers = versions.map((_, index) => index + 1).reverse();
  const needed = new Set(numbers.slice(0, keep));
  for (const type of ["amazon.ami", "docker.image"]) {
    const latest = numbers.find((number) => versions[number - 1]?.type === type);
    if (latest !== undefined) needed.add(latest);
  }
  for (const number of numbers) if ((versions[number - 1]?.at ?? 0) >= since) needed.add(number);
  for (const [index, { channel, version }] of pointers.entries()) {
    const next = pointers.slice(index + 1).find((pointer) => pointer.channel === channel);
    if (version !== null && (next === undefined || next.moment >= since)) needed.add(version);
  }
  for (const { version, moment } of reads) if (moment >= since) needed.add(version);
  for (let size = -1; size !== needed.size; ) {
    size = needed.size;
    for (const [parent, child] of births) if (needed.has(child)) needed.add(parent);
  }
  return numbers.filter((number) => needed.has(number));
}
