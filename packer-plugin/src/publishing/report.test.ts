import { expect, test } from "vitest";
import { publishRequest } from "../../test/request.ts";
import { readFacts } from "../builders/facts.ts";
import { PostProcessorOptions } from "../options.ts";
import { makeReport } from "./report.ts";

async function report(change: Parameters<typeof publishRequest>[0] = {}) {
  const warnings: string[] = [];
  const request = publishRequest(change);
  const options = PostProcessorOptions.parse(JSON.parse(request.options));
  const facts = readFacts(request.artifact, request.run.builder_type);
  const { report: made } = await makeReport(request, facts, options, {
    warn: (sentence) => warnings.push(sentence),
    progress: () => undefined,
  });
  return { made, warnings };
}

test("says what was built, when, from what and by which Packer", async () => {
  const { made, warnings } = await report({
    options: { metadata: { owner: "me" }, labels: { os: "linux" } },
  });
  expect(warnings).toEqual([]);
  expect(made).toEqual({
    artifact_type: "amazon.ami",
    metadata: { owner: "me" },
    labels: { os: "linux" },
    images: [{ platform: "aws", region: "us-east-1", external_id: "ami-1", source_image_id: "ami-0" }],
    files: [],
    parents: [],
    provenance: {
      packer_version: "1.16.0",
      plugin_version: "0.1.0",
      packer_run_uuid: "0b5f9f5e",
      builder_type: "amazon-ebs",
      builder_id: "mitchellh.amazonebs",
      SourceAMI: "ami-0",
      SourceAMIName: "ubuntu",
    },
    started_at: "2026-01-31T11:00:00.000Z",
    ended_at: "2026-01-31T12:00:00.000Z",
  });
});

test("images and type of the template win over those of the builder", async () => {
  const images = [{ platform: "acme", external_id: "img-1", source_image_id: "img-0" }];
  const { made } = await report({ options: { images, artifact_type: "acme.image" } });
  expect(made.artifact_type).toBe("acme.image");
  expect(made.images).toEqual([
    { platform: "acme", region: "", external_id: "img-1", source_image_id: "img-0" },
  ]);
});

test("a builder that names nothing needs images or files from the template", async () => {
  const artifact = { builder_id: "transcend.qemu", id: "VM" };
  await expect(report({ artifact })).rejects.toThrow(/option "images" or "files"/);
  const images = [{ platform: "libvirt", external_id: "pool/web" }];
  expect((await report({ artifact, options: { images } })).made.images).toHaveLength(1);
});

test("a builder nobody knows is recorded with a warning that says how to do better", async () => {
  const { made, warnings } = await report({ artifact: { builder_id: "acme.cloud", id: "img-1" } });
  expect(made.images).toMatchObject([{ external_id: "img-1" }]);
  expect(warnings.join()).toMatch(/acme\.cloud is not known.*artifact_type and images/);
});

test("what the builder did not set is left out and named", async () => {
  const options = { metadata: { id: "<unknown>", owner: "me" }, labels: { a: "x-<unknown>" } };
  const { made, warnings } = await report({ options });
  expect([made.metadata, made.labels]).toEqual([{ owner: "me" }, {}]);
  expect(warnings.join()).toMatch(/metadata\.id was left out.*labels\.a was left out/);
});

test("labels of a builder that are too long do not cost the record", async () => {
  const told = {
    ImageID: "ami-1",
    ProviderName: "aws",
    ProviderRegion: "r",
    Labels: { long: "x".repeat(5000), ["k".repeat(200)]: "v" },
  };
  const { made } = await report({ artifact: { registry_image: JSON.stringify(told) } });
  expect(made.images?.[0]?.labels).toEqual({ long: "x".repeat(4096) });
});

const base = {
  artifact: "hashicorp/base",
  number: 3,
  fingerprint: "f",
  external_ids: ["ami-0", "ami-00"],
  warnings: ["It is revoked."],
  channel: "production",
};
const other = {
  artifact: "hashicorp/other",
  number: 1,
  fingerprint: "g",
  external_ids: ["ami-9"],
  warnings: [],
  channel: "",
};
test("what the registry remarks on a parent is shown again, and on nothing else", async () => {
  const remarked = { ...other, warnings: ["It is old."] };
  const { made, warnings } = await report({ rollCall: { resolved: [base, remarked] } });
  expect(made.parents).toEqual([{ artifact: "hashicorp/base", version: 3, channel: "production" }]);
  expect(warnings).toEqual(["this was built from version 3 of hashicorp/base: It is revoked."]);
});
