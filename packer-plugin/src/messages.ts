// The messages of proto/waybill/plugin/v1 as the shim sends them: whole, where the generated types allow for parts.

export type ResolvedVersion = {
  artifact: string;
  number: number;
  fingerprint: string;
  external_ids: string[];
  warnings: string[];
  /** Empty when it was not read from a channel. */
  channel: string;
};

export type RollCall = {
  artifact: string;
  build: string;
  values: { fingerprint: string; semver: string; description: string; latest?: boolean; channels: string[] };
  builds: string[];
  resolved: ResolvedVersion[];
};

/** What Packer told about the artifact; `state`, `generated_data` and `registry_image` are JSON. */
export type PackerArtifact = {
  builder_id: string;
  id: string;
  files: string[];
  text: string;
  state: string;
  generated_data: string;
  registry_image: string;
};

export type Run = {
  uuid: string;
  builder_type: string;
  packer_version: string;
  plugin_version: string;
  started_at: string;
  ended_at: string;
};

export type PublishRequest = { options: string; roll_call: RollCall; artifact: PackerArtifact; run: Run };

export type PublishEvent =
  | { say: string }
  | { error: string }
  | { machine: { type: string; data: string[] } }
  | { outcome: { failure: string } };

export type ReadRequest = { options: string; data_source: string };
export type ReadResponse = { output: string; resolved: ResolvedVersion };
