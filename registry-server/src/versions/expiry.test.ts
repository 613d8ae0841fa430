import { beforeAll, expect, it } from "vitest";
import { Api, ami, day } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { serverCaller } from "../tokens/scopes.ts";
import { expireOverdue } from "./expiry.ts";

forEachDatabase((test) => {
  let api: Api;
  const caller = serverCaller("test");
  const expire = () => expireOverdue(test.database, api.clock.read, 7 * day, caller);

  beforeAll(() => {
    api = new Api(test.database);
  });

  it("expires what is overdue and nothing else", async () => {
    await api.publish("expiry/old", { fingerprint: "f", expected_builds: ["a"] });
    await api.publish("expiry/done", { fingerprint: "f", builds: [{ name: "a", ...ami("ami-1") }] });
    api.clock.advance(day);
    await api.publish("expiry/young", { fingerprint: "f", expected_builds: ["a"] });
    api.clock.advance(6 * day);
    expect(await expire()).toBe(1);
    const states = ["old", "done", "young"].map(
      async (name) => (await api.version(`expiry/${name}`, "fingerprint:f")).body.state,
    );
    expect(await Promise.all(states)).toEqual(["expired", "complete", "incomplete"]);
  });

  it("expires each version once when several servers do it at the same time, batch after batch", async () => {
    for (let index = 0; index < 130; index++) {
      await api.publish(`expiry/many${index % 3}`, { fingerprint: `f${index}`, expected_builds: ["a"] });
    }
    api.clock.advance(30 * day);
    const counts = await Promise.all([expire(), expire(), expire()]);
    // The version "young" of the test before is overdue by now, too.
    expect(counts.reduce((sum, count) => sum + count)).toBe(131);
    const events = await test.database.reads
      .selectFrom("events")
      .select("version_id")
      .where("action", "=", "version.expired")
      .where("artifact", "like", "expiry/many%")
      .execute();
    expect(new Set(events.map((event) => event.version_id)).size).toBe(130);
    expect(events).toHaveLength(130);
    expect(await expire()).toBe(0);
  });
});
