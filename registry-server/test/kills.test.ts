import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isolatedEnvironment } from "../../tools/environment.ts";
import { publishThroughKills } from "../../tools/kills.ts";
import { startRegistryProcess } from "../../tools/registry-process.ts";
import { newToken } from "../src/tokens/token.ts";
import { emptyPostgres, emptySqlite } from "./databases.ts";

// `make bench` does the same with 50 kills and 1,000 versions each.
describe.each([
  ["sqlite", async () => emptySqlite()],
  ["postgres", emptyPostgres],
])("a server on %s that is killed", { timeout: 120_000 }, (_dialect, makeEmpty) => {
  let empty: Awaited<ReturnType<typeof emptyPostgres>>;
  let home: string;
  beforeEach(async () => {
    empty = await makeEmpty();
    home = mkdtempSync(join(tmpdir(), "waybill-kills-"));
  });
  afterEach(async () => {
    rmSync(home, { recursive: true, force: true });
    await empty.remove();
  });

  it("has all that it acknowledged, once, and numbers without gaps", async () => {
    const token = newToken();
    const env = isolatedEnvironment(home, {
      WAYBILL_LISTEN: "127.0.0.1:0",
      WAYBILL_DATA_DIR: home,
      WAYBILL_DATABASE_URL: empty.url,
      WAYBILL_BOOTSTRAP_TOKEN: token,
      WAYBILL_TOKEN_RATE: "off",
      WAYBILL_ADDRESS_RATE: "off",
    });
    const start = () => startRegistryProcess(home, env);
    const report = await publishThroughKills({ start, token, kills: 3, publishes: 60, publishers: 20 });
    expect(report).toMatchObject({ kills: 3, lost: [], gaps: [], duplicates: [] });
    expect(report.acknowledged).toBeGreaterThan(0);
  });
});
