import { beforeAll, expect, it } from "vitest";
import { Api, ami } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { analyze, plansOf } from "../../test/plans.ts";
import { findAssignedBefore, findHighest, findLatestBelow } from "../resolving/store.ts";
import {
  findChannel,
  findFirstAssignment,
  listAssignedBefore,
  listAssignments,
  listChannels,
} from "./store.ts";

const assignments = 5_000;
const wholeTable =
  /SCAN (channels|channel_assignments|assigned|earlier|present|versions|builds)\b(?! USING)|Seq Scan on (channel_assignments|versions|builds)/;

forEachDatabase((test) => {
  const ids = { artifact: 0, channel: 0, version: 0 };

  beforeAll(async () => {
    const api = new Api(test.database);
    for (const fingerprint of ["f1", "f2"]) {
      await api.publish("plans/a", { fingerprint, builds: [{ name: "a", ...ami("ami-1") }] });
    }
    await api.send("PUT", "/v1/artifacts/plans/a/channels/production", { version: 1 });
    const channel = await test.database.reads.selectFrom("channels").selectAll().executeTakeFirstOrThrow();
    Object.assign(ids, { artifact: channel.artifact_id, channel: channel.id, version: channel.version_id });
    await test.database.write(async (tx) => {
      const version = await tx
        .selectFrom("versions")
        .selectAll()
        .where("number", "=", 2)
        .executeTakeFirstOrThrow();
      const { id: _, ...columns } = version;
      for (let start = 0; start < assignments; start += 500) {
        const range = Array.from({ length: 500 }, (_none, index) => start + index);
        const rows = range.map((index) => ({
          ...columns,
          ...{ number: index + 3, latest_number: index + 3, fingerprint: `x${index}` },
          semver_key: String(index).padStart(8, "0"),
          labels: "{}",
          opened_with: "{}",
          expected_builds: "[]",
          failed_builds: "[]",
          warnings: "[]",
        }));
        const added = await tx
          .insertInto("versions")
          .values(rows)
          .returning(["id", "latest_number"])
          .execute();
        const builds = added.map(({ id, latest_number }) => ({
          ...{ version_id: id, artifact_id: ids.artifact, latest_number },
          ...{ name: "a", artifact_type: "amazon.ami", reported_at: version.created_at },
          ...{ metadata: "{}", labels: "{}", provenance: "{}" },
        }));
        await tx.insertInto("builds").values(builds).execute();
        const history = added.map(({ id }) => ({
          ...({ channel_id: ids.channel, version_id: id, kind: "assign", actor: "t", event_id: 1 } as const),
          at: version.created_at,
        }));
        await tx.insertInto("channel_assignments").values(history).execute();
      }
    });
    await test.database.write(async (tx) => {
      const times = { created_at: "2026-01-01T00:00:00.000Z", updated_at: "2026-01-01T00:00:00.000Z" };
      const rows = Array.from({ length: 2_000 }, (_none, index) => ({
        ...{ artifact_id: ids.artifact, name: `c${index}`, rules: "{}", ...times },
      }));
      const others = await tx.insertInto("channels").values(rows).returning("id").execute();
      const elsewhere = others.map(({ id }) => ({
        ...({ channel_id: id, version_id: ids.version, kind: "assign", actor: "t", event_id: 1 } as const),
        at: "2026-01-01T00:00:00.000Z",
      }));
      for (let times = 0; times < 3; times++) {
        await tx.insertInto("channel_assignments").values(elsewhere).execute();
      }
      await analyze(tx);
    });
  });

  it("reading a channel, its history, and what came before are index look-ups however long it is", async () => {
    const now = "2026-01-01T00:00:00.000Z";
    const plans = await plansOf(test.database.reads, async (db) => {
      await findChannel(db, ids.artifact, "production");
      await listChannels(db, ids.artifact, "", 50);
      await listAssignments(db, ids.channel, 4_000, 50);
      await findFirstAssignment(db, ids.channel, ids.version);
      await listAssignedBefore(db, ids.channel, 4_000, 100);
      await findAssignedBefore(db, "plans/a", "production", ids.version, now);
      await findLatestBelow(db, "plans/a", undefined, 4_000, now);
      await findLatestBelow(db, "plans/a", "amazon.ami", 4_000, now);
      await findHighest(db, "plans/a", { prerelease: false, from: "", to: "~", except: [] }, now);
    });
    expect(plans.length).toBeGreaterThanOrEqual(11);
    for (const plan of plans) {
      expect(plan).not.toMatch(wholeTable);
      expect(plan).not.toMatch(/TEMP B-TREE|\bSort\b/);
    }
  });
});
