import fc from "fast-check";
import { expect, test } from "vitest";
import { BuildReportSchema } from "../../../registry-server/src/builds/schema.ts";
import table from "../../shim/postprocessor/builders.json" with { type: "json" };
import { publishRequest } from "../../test/request.ts";
import { readFacts } from "../builders/facts.ts";
import { builders } from "../builders/mapping.ts";
import { PostProcessorOptions } from "../options.ts";
import { boundedImages } from "./bounded.ts";
import { makeReport, NothingToReport } from "./report.ts";

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.nat(3).map((size) => "x".repeat(size * 1500)),
  fc.constantFrom("", "a\0b", "\ud800", "us-east-1:ami-1", "nyc3:1", "line\nbreak"),
);
const value = fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
const values = fc.dictionary(text, value);
/** The shim asks for no other names than those of its table. */
const asked = (keys: string[]) =>
  fc.record(Object.fromEntries(keys.map((key) => [key, value])), { requiredKeys: [] });
const states = Object.values(builders).flatMap(({ state = [] }) => state);
const image = fc.record({
  ImageID: text,
  ProviderName: text,
  ProviderRegion: text,
  SourceImageID: text,
  Labels: values,
});
const artifact = fc.record({
  builder_id: fc.oneof(text, fc.constantFrom(...Object.keys(builders))),
  id: text,
  files: fc.array(text, { maxLength: 3 }),
  text,
  state: asked(states).map((told) => JSON.stringify(told)),
  generated_data: asked(table.generated_data).map((told) => JSON.stringify(told)),
  registry_image: fc.oneof(image, fc.array(image)).map((value) => JSON.stringify(value)),
});

test("whatever a builder tells, the report is one that the registry takes", async () => {
  const options = PostProcessorOptions.parse({ artifact: "hashicorp/web" });
  const tell = { warn: () => undefined, progress: () => undefined };
  await fc.assert(
    fc.asyncProperty(artifact, async (told) => {
      const request = publishRequest({ artifact: told });
      try {
        const { report } = await makeReport(request, readFacts(told, "amazon-ebs"), options, tell);
        // Through JSON, as it is sent.
        expect(BuildReportSchema.safeParse(JSON.parse(JSON.stringify(report))).error).toBeUndefined();
      } catch (error) {
        if (!(error instanceof NothingToReport)) throw error;
      }
    }),
  );
});

test("an image that no registry takes is named, and the others are kept", () => {
  const warnings: string[] = [];
  const images = ["ami-1", "two\nlines"].map((external_id) => ({
    platform: "aws",
    region: "r",
    external_id,
  }));
  expect(boundedImages(images, (sentence) => warnings.push(sentence))).toEqual([images[0]]);
  expect(warnings).toEqual([expect.stringContaining('"two\\nlines"')]);
});
