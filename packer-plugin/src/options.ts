import * as z from "zod";

// The shim has checked lengths, patterns and names against its table (shim/options/options.json), when the template
// was validated and again with the values of the build. What arrives here only gets its types.

const text = z.string().optional();
const texts = z.record(z.string(), z.string()).default({});

const settings = {
  address: text,
  token: text,
  namespace: text,
  ca_file: text,
  timeout: text,
  consumer: text,
};

const declaredImage = z.strictObject({
  platform: z.string(),
  region: z.string().default(""),
  external_id: z.string(),
  source_image_id: text,
});

const declaredParent = z.strictObject({ artifact: z.string(), version: text, fingerprint: text });

/** The options of the post-processor `waybill`. */
export const PostProcessorOptions = z.strictObject({
  ...settings,
  artifact: z.string(),
  artifact_type: text,
  build: text,
  metadata: texts,
  labels: texts,
  fingerprint: text,
  semver: text,
  latest: z.boolean().optional(),
  description: text,
  expected_builds: z.array(z.string()).optional(),
  channels: z.array(z.string()).optional(),
  images: z.array(declaredImage).default([]),
  parents: z.array(declaredParent).optional(),
  files: z.array(z.string()).default([]),
  upload: z.boolean().optional(),
  documents: z.array(z.string()).default([]),
  output: text,
  on_error: z.enum(["keep", "fail"]).default("keep"),
});
export type PostProcessorOptions = z.infer<typeof PostProcessorOptions>;

/** The options of the data sources `waybill-artifact` and `waybill-version`. */
export const DataSourceOptions = z.strictObject({
  ...settings,
  artifact: z.string(),
  channel: text,
  version: text,
  constraint: text,
  fingerprint: text,
  type: text,
  platform: text,
  region: text,
  build: text,
  labels: z.record(z.string(), z.string()).optional(),
  on_revoked: z.enum(["error", "warn", "previous"]).optional(),
});
export type DataSourceOptions = z.infer<typeof DataSourceOptions>;
