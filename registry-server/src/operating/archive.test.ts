import { createReadStream, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { damagesOf, entriesOf, rewritten } from "../../test/archives.ts";
import { Registries } from "../../test/registries.ts";
import { verifyArchive } from "./restore.ts";

const registries = new Registries();
const progress = () => {};

describe("an archive", () => {
  it("is for its owner only, never written over another file, and what tar reads", async () => {
    const source = await registries.filled("sqlite");
    const path = await registries.backup(source);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await expect(registries.backup(source)).rejects.toThrow(`${path} exists already`);
    const names = entriesOf(readFileSync(path)).map(({ name }) => name);
    expect(names[0]).toBe("waybill-backup.json");
    expect(names.at(-1)).toBe("end.json");
    expect(names).toContain("tables/versions/00000001.jsonl.gz");
    expect(names).toContain("files/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  });

  it("is verified without a registry, and found out wherever it is damaged", async () => {
    const path = await registries.backup(await registries.filled("sqlite"));
    await verifyArchive(createReadStream(path), path, progress);
    for (const [index, bytes] of damagesOf(readFileSync(path)).entries()) {
      const verifying = verifyArchive(Readable.from([bytes]), "it", progress);
      await expect(verifying, `broken archive ${index}`).rejects.toThrow(/\.$/);
    }
  });

  it.each([
    ["format", (head: Record<string, unknown>) => ({ ...head, format: 2 }), /newer Waybill \(its format 2/],
    [
      "schema",
      (head: Record<string, unknown>) => ({ ...head, schema: 99 }),
      /newer Waybill \(its migration 99/,
    ],
    [
      "tables",
      (head: Record<string, unknown>) => ({ ...head, tables: [] }),
      /not those of this Waybill: .*versions/,
    ],
  ])("of another %s is refused", async (_what, change, message) => {
    const path = await registries.backup(await registries.filled("sqlite"));
    const url = await registries.empty("sqlite");
    writeFileSync(
      path,
      await rewritten(path, (name, text) =>
        name === "waybill-backup.json" ? JSON.stringify(change(JSON.parse(text))) : text,
      ),
    );
    await expect(registries.restore(path, url)).rejects.toThrow(message);
    expect(await registries.isEmpty(url)).toBe(true);
  });

  it("whose rows were changed is refused, also when its sums fit", async () => {
    const path = await registries.backup(await registries.filled("sqlite"));
    const url = await registries.empty("sqlite");
    writeFileSync(
      path,
      await rewritten(path, (name, text) =>
        name.startsWith("tables/namespaces") ? text.replace("acme", "evil") : text,
      ),
    );
    await expect(registries.restore(path, url)).rejects.toThrow(
      /namespaces \(1 rows expected, 1 found, with other values\)/,
    );
    expect(await registries.isEmpty(url)).toBe(true);
  });

  it("of a registry whose file is gone is not made", async () => {
    const source = await registries.filled("sqlite");
    for await (const { sha256 } of source.files.list()) await source.files.remove(sha256);
    await expect(registries.backup(source)).rejects.toThrow(
      /The file [0-9a-f]{64} cannot be read from .*waybill check/,
    );
    expect(existsSync(registries.path("backup.tar"))).toBe(false);
  });
});
