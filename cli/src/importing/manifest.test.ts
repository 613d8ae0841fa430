import fc from "fast-check";
import { expect, test } from "vitest";
import { UsageError } from "../failures.ts";
import { parseManifest } from "./manifest.ts";

const field = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom("web", "amazon-ebs", 1_700_000_000, null),
);
const entry = fc.record(
  {
    name: field,
    builder_type: field,
    packer_run_uuid: fc.oneof(fc.uuid(), field),
    artifact_id: field,
    build_time: field,
    files: fc.oneof(fc.constant([{ name: "web.img", size: 4 }]), field),
    custom_data: fc.oneof(fc.dictionary(fc.string(), fc.string()), field),
  },
  { requiredKeys: [] },
);

test("of whatever stands in a manifest, each entry is read or told with a sentence", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(entry, fc.jsonValue())), (builds) => {
      const { entries, broken } = parseManifest(JSON.stringify({ builds }), "m.json");
      expect(entries.length + broken.length).toBe(builds.length);
      for (const { reason } of broken) expect(reason).toMatch(/must be/);
      for (const { packer_run_uuid, build_time, files } of entries) {
        expect(packer_run_uuid).toMatch(/^[\w.:@+=~-]{1,128}$/);
        expect(new Date((build_time ?? 0) * 1000).toISOString()).toMatch(/^\d{4}-/);
        for (const { name, size } of files ?? [])
          expect([typeof name, typeof size]).toEqual(["string", "number"]);
      }
    }),
  );
});

test("what is no manifest is a wrong usage, whatever it is", () => {
  const other = fc
    .jsonValue()
    .filter((value) => !Array.isArray((value as { builds?: unknown } | null)?.builds));
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        other.map((value) => JSON.stringify(value)),
      ),
      (text) => {
        expect(() => parseManifest(text, "m.json")).toThrow(UsageError);
      },
    ),
  );
});
