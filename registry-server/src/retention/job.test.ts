import { beforeAll, expect, it } from "vitest";
import { Api, ami, day } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { serverCaller } from "../tokens/scopes.ts";
import { applyDuePolicies } from "./job.ts";

forEachDatabase((test) => {
  let api: Api;
  const run = () => applyDuePolicies(test.database, api.clock.read, serverCaller("retention"), 4);
  const store = (artifact: string, retention: object | null) =>
    api.send("PUT", `/v1/artifacts/${artifact}`, { retention });
  const numbersOf = async (artifact: string) =>
    (await api.versions(artifact, "state=complete&limit=200")).body.items.map((version) => version.number);

  beforeAll(() => {
    api = new Api(test.database);
  });

  async function publish(artifact: string, count: number): Promise<void> {
    for (let index = 1; index <= count; index++) {
      const fingerprint = `f${api.clock.read().getTime()}-${index}`;
      await api.publish(artifact, { fingerprint, builds: [{ name: "a", ...ami("ami-1") }] });
    }
  }

  it("a policy is applied a day after it was stored, and then every day", async () => {
    await publish("daily/web", 4);
    await publish("daily/free", 4);
    api.clock.advance(10 * day);
    await store("daily/web", { keep: 2, days: 3 });
    expect(await run()).toBe(0);
    api.clock.advance(day);
    expect(await run()).toBe(2);
    expect(await numbersOf("daily/web")).toEqual([4, 3]);
    expect(await numbersOf("daily/free")).toEqual([4, 3, 2, 1]);
    await publish("daily/web", 1);
    expect(await run()).toBe(0);
    api.clock.advance(day);
    expect(await run()).toBe(1);
    expect(await numbersOf("daily/web")).toEqual([5, 4]);
    const events = await test.database.reads
      .selectFrom("events")
      .select(["number", "actor", "request_id"])
      .where("artifact", "=", "daily/web")
      .where("action", "=", "version.deleted")
      .orderBy("id")
      .execute();
    expect(events.map((event) => event.number)).toEqual([2, 1, 3]);
    expect(events[0]).toMatchObject({ actor: "server", request_id: "retention" });
  });

  it("a policy that is taken back is not applied, and one of a deleted artifact ends with it", async () => {
    for (const artifact of ["daily/back", "daily/deleted"]) {
      await publish(artifact, 3);
      await store(artifact, { keep: 1, days: 1 });
    }
    api.clock.advance(5 * day);
    expect((await store("daily/back", null)).body).toMatchObject({ retention: null });
    await api.send("DELETE", "/v1/artifacts/daily/deleted");
    expect(await run()).toBe(0);
    expect(await numbersOf("daily/back")).toEqual([3, 2, 1]);
    await publish("daily/deleted", 1);
    expect((await api.get("/v1/artifacts/daily/deleted")).body).toMatchObject({ retention: null });
  });

  it("changing something else neither hastens nor delays it, and a run changes nothing of the artifact", async () => {
    await publish("daily/same", 2);
    await store("daily/same", { keep: 5, days: 5 });
    api.clock.advance(day / 2);
    await api.send("PUT", "/v1/artifacts/daily/same", { description: "d", retention: { days: 5, keep: 5 } });
    const due = () =>
      test.database.reads
        .selectFrom("artifacts")
        .select(["retention_due_at", "retention_position"])
        .where("path", "=", "daily/same")
        .executeTakeFirstOrThrow();
    expect((await due()).retention_due_at).toBe(new Date(api.clock.read().getTime() + day / 2).toISOString());
    const before = (await api.get("/v1/artifacts/daily/same")).body;
    api.clock.advance(day / 2);
    expect(await run()).toBe(0);
    expect((await api.get("/v1/artifacts/daily/same")).body).toEqual(before);
    expect((await due()).retention_due_at).toBe(new Date(api.clock.read().getTime() + day).toISOString());
  });

  it("several servers at once delete each version once, part after part", async () => {
    await publish("daily/many", 18);
    await publish("daily/few", 5);
    await store("daily/many", { keep: 6, days: 1 });
    await store("daily/few", { keep: 3, days: 1 });
    api.clock.advance(2 * day);
    const counts = await Promise.all([run(), run(), run()]);
    expect(counts.reduce((sum, count) => sum + count)).toBe(14);
    expect(await numbersOf("daily/many")).toEqual([18, 17, 16, 15, 14, 13]);
    expect(await numbersOf("daily/few")).toEqual([5, 4, 3]);
    expect((await api.get("/v1/artifacts/daily/many")).body).toMatchObject({ versions: 6 });
    expect(await run()).toBe(0);
  });
});
