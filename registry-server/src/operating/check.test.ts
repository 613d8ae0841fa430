import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import BetterSqlite3 from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { Registries, type TestRegistry } from "../../test/registries.ts";
import { runAsItIs } from "../../test/schemas.ts";
import { checkRegistry } from "./check.ts";
import { rules } from "./rules.ts";

const registries = new Registries();
const check = ({ place, files }: TestRegistry, quick = false) =>
  checkRegistry({ place, files, progress: () => {} }, quick);

const hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

/** What breaks each rule, and where that is found. */
const breaks: Record<string, [text: string, place: string]> = {
  numbers: ["UPDATE artifacts SET last_number = 4 WHERE id = 1", "acme/base"],
  counts: ["UPDATE artifacts SET complete_versions = 3 WHERE id = 1", "acme/base"],
  versions: ["UPDATE versions SET completed_at = NULL WHERE id = 1", "acme/base version 1"],
  latest: ["UPDATE versions SET latest = 'false' WHERE id = 7", "acme/web version 1"],
  builds: ["UPDATE builds SET latest_number = NULL WHERE id = 2", "acme/base version 1"],
  "semantic versions": ["UPDATE versions SET semver_key = NULL WHERE id = 1", "acme/base version 1"],
  channels: ["UPDATE channels SET version_id = 1 WHERE id = 1", "acme/base production"],
  revocations: ["UPDATE versions SET revoked_from = NULL WHERE id = 7", "acme/web version 1"],
  search: ["DELETE FROM search_terms", "acme/web version 1"],
  events: ["UPDATE channel_assignments SET event_id = 99 WHERE id = 2", "assignment 2"],
  logs: ["UPDATE log_chunks SET start = 1", "acme/web version 1 ebs"],
  files: ["DELETE FROM holdings WHERE artifact_id = 2", "acme/web version 1"],
  usage: ["UPDATE namespaces SET used_bytes = 10", "acme"],
  documents: ["UPDATE documents SET sha256 = 'other'", "document 1"],
  "log contents": ["UPDATE log_chunks SET content = (SELECT content FROM documents)", "log 1 at 0"],
};

describe.each(["sqlite", "postgres"] as const)("check on %s", (kind) => {
  it("finds nothing wrong where nothing is", async () => {
    const registry = await registries.filled(kind);
    const { checks, findings } = await check(registry);
    expect(findings).toEqual([]);
    expect(checks).toEqual(expect.arrayContaining(["database", "numbers", "documents", "file contents"]));
  });

  it("there is something that breaks every rule", () => {
    expect(Object.keys(breaks)).toEqual(expect.arrayContaining(rules.map(({ name }) => name)));
  });

  it.each(Object.entries(breaks))("finds wrong %s", async (name, [text, place]) => {
    const registry = await registries.filled(kind);
    await runAsItIs(registry.url, text);
    const { findings } = await check(registry);
    expect(findings).toEqual([expect.objectContaining({ check: name, place })]);
    expect(findings[0]?.found).not.toMatch(/null|undefined/);
  });

  it("finds that events are no longer guarded", async () => {
    const registry = await registries.filled(kind);
    const drop = {
      sqlite: "DROP TRIGGER events_no_update",
      postgres: "DROP TRIGGER events_only_added ON events",
    };
    await runAsItIs(registry.url, drop[kind]);
    expect((await check(registry)).findings).toMatchObject([{ check: "append-only", place: "events" }]);
  });

  it("finds files that are gone, cut off, or others, the last only when it reads them", async () => {
    const registry = await registries.filled(kind);
    const path = registries.path(`files/2c/${hello}`);
    writeFileSync(path, "hullo");
    expect((await check(registry, true)).findings).toEqual([]);
    expect((await check(registry)).findings).toMatchObject([
      {
        check: "file contents",
        place: `acme/base version 3 ebs hello.txt; acme/web version 1 ebs hello.txt (${hello} in ${registry.files.shown})`,
        found: expect.stringContaining("SHA-256"),
      },
    ]);
    truncateSync(path, 3);
    expect((await check(registry, true)).findings).toMatchObject([{ found: "3 bytes instead of 5" }]);
    await registry.files.remove(hello);
    expect((await check(registry, true)).findings).toMatchObject([{ found: "not there" }]);
  });

  it("does not look at tables of an earlier Waybill", async () => {
    await expect(check(await registries.filled(kind, 2))).rejects.toThrow(/Start the server once/);
  });
});

describe("check on sqlite", () => {
  it("finds a damaged file", async () => {
    const registry = await registries.filled("sqlite");
    const file = registry.url.slice("sqlite:".length);
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0xa5, bytes.length - 8_192));
    expect((await check(registry)).findings[0]).toMatchObject({ check: "database", place: "the file" });
  });

  it("finds references to what is not there", async () => {
    const registry = await registries.filled("sqlite");
    const database = new BetterSqlite3(registry.url.slice("sqlite:".length));
    database.pragma("foreign_keys = OFF");
    database.exec("UPDATE ancestry SET parent_version_id = 99");
    database.close();
    expect((await check(registry)).findings).toMatchObject([
      { check: "references", found: "refers to versions" },
    ]);
  });
});
