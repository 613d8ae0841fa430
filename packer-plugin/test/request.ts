import type { PublishRequest } from "../src/messages.ts";

type Change = {
  options?: object;
  rollCall?: Partial<PublishRequest["roll_call"]>;
  artifact?: Partial<PublishRequest["artifact"]>;
};

/** What the shim sends for one image of amazon-ebs, with changes. */
export function publishRequest({ options, rollCall, artifact }: Change = {}): PublishRequest {
  return {
    options: JSON.stringify({ artifact: "hashicorp/web", ...options }),
    roll_call: {
      artifact: "hashicorp/web",
      build: "amazon-ebs.web",
      values: { fingerprint: "f-1", semver: "", description: "", channels: [] },
      builds: ["amazon-ebs.web"],
      resolved: [],
      ...rollCall,
    },
    artifact: {
      builder_id: "mitchellh.amazonebs",
      id: "us-east-1:ami-1",
      files: [],
      text: "",
      state: "{}",
      generated_data: JSON.stringify({ SourceAMI: "ami-0", SourceAMIName: "ubuntu", ID: "i-1" }),
      registry_image: "null",
      ...artifact,
    },
    run: {
      uuid: "0b5f9f5e",
      builder_type: "amazon-ebs",
      packer_version: "1.16.0",
      plugin_version: "0.1.0",
      started_at: "2026-01-31T11:00:00.000Z",
      ended_at: "2026-01-31T12:00:00.000Z",
    },
  };
}
