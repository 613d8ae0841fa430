import fc from "fast-check";
import { expect, test } from "vitest";
import builders from "../../shim/postprocessor/builders.json" with { type: "json" };
import type { PackerArtifact } from "../messages.ts";
import { readFacts } from "./facts.ts";
import { families } from "./families.ts";
import { mapArtifact } from "./mapping.ts";

type Shape = {
  builder: string;
  type?: string;
  id?: string;
  files?: string[];
  state?: object;
  generated?: object;
  told?: unknown;
};

function map({ builder, type = "x", id = "", files = [], state = {}, generated = {}, told = null }: Shape) {
  const artifact: PackerArtifact = {
    builder_id: builder,
    id,
    files,
    state: JSON.stringify(state),
    generated_data: JSON.stringify(generated),
    registry_image: JSON.stringify(told),
  };
  return mapArtifact(readFacts(artifact, type));
}

function told(ImageID: string, ProviderName: string, ProviderRegion: string, more: object = {}) {
  return { ImageID, ProviderName, ProviderRegion, SourceImageID: "", Labels: null, ...more };
}

const digest = `sha256:${"a".repeat(64)}`;

/** Artifacts in the shapes that the builders give, and what Terraform needs of them. */
const cases: [name: string, shape: Shape, type: string, images: object[]][] = [
  [
    "amazon-ebs in two regions",
    {
      builder: "mitchellh.amazonebs",
      id: "us-east-1:ami-1,us-west-2:ami-2",
      told: [
        told("ami-1", "aws", "us-east-1", { SourceImageID: "ami-0" }),
        told("ami-2", "aws", "us-west-2", { SourceImageID: "ami-0" }),
      ],
    },
    "amazon.ami",
    [
      { platform: "aws", region: "us-east-1", external_id: "ami-1", source_image_id: "ami-0" },
      { platform: "aws", region: "us-west-2", external_id: "ami-2", source_image_id: "ami-0" },
    ],
  ],
  [
    "amazon-ebssurrogate that tells registries nothing",
    {
      builder: "mitchellh.amazon.ebssurrogate",
      id: "us-east-1:ami-0a1,eu-west-1:ami-0b2",
      generated: { SourceAMI: "ami-0" },
    },
    "amazon.ami",
    [
      { platform: "aws", region: "us-east-1", external_id: "ami-0a1", source_image_id: "ami-0" },
      { platform: "aws", region: "eu-west-1", external_id: "ami-0b2", source_image_id: "ami-0" },
    ],
  ],
  [
    "an old amazon-import that tells Atlas alone",
    {
      builder: "packer.post-processor.amazon-import",
      id: "",
      state: { "atlas.artifact.metadata": { "region.us-east-1": "ami-9" } },
    },
    "amazon.ami",
    [{ platform: "aws", region: "us-east-1", external_id: "ami-9" }],
  ],
  [
    "amazon-ebsvolume",
    { builder: "mitchellh.amazon.ebsvolume", id: "us-east-1:vol-12" },
    "amazon.ebs-volume",
    [{ platform: "aws", region: "us-east-1", external_id: "vol-12" }],
  ],
  [
    "docker pushed with its digest",
    {
      builder: "packer.post-processor.docker-import",
      id: "registry.example.com:5000/web:1.4",
      told: told(digest, "docker", "docker", {
        SourceImageID: "sha256:base",
        Labels: { ImageDigest: `registry.example.com:5000/web@${digest}`, tags: "1.4" },
      }),
    },
    "docker.image",
    [
      {
        platform: "docker",
        region: "docker",
        external_id: `registry.example.com:5000/web@${digest}`,
        source_image_id: "sha256:base",
        labels: { tags: "1.4" },
      },
    ],
  ],
  [
    "docker pushed by an old plugin that tells the digest alone",
    {
      builder: "packer.post-processor.docker-tag",
      id: "example.com:5000/web:1.4",
      generated: { Digest: digest },
      state: { docker_tags: ["1.4", "stable"] },
    },
    "docker.image",
    [
      {
        platform: "docker",
        region: "docker",
        external_id: `example.com:5000/web@${digest}`,
        labels: { tags: "1.4,stable" },
      },
    ],
  ],
  [
    "docker committed and never pushed",
    { builder: "packer.post-processor.docker-import", id: digest },
    "docker.image",
    [{ platform: "docker", region: "docker", external_id: digest }],
  ],
  ["docker exported", { builder: "packer.docker", id: "Container", files: ["web.tar"] }, "docker.image", []],
  [
    "digitalocean",
    { builder: "pearkes.digitalocean", id: "nyc3,sfo3:12345" },
    "digitalocean.image",
    [
      { platform: "digitalocean", region: "nyc3", external_id: "12345" },
      { platform: "digitalocean", region: "sfo3", external_id: "12345" },
    ],
  ],
  [
    "openstack",
    { builder: "mitchellh.openstack", id: "5f1e-uuid" },
    "openstack.image",
    [{ platform: "openstack", region: "", external_id: "5f1e-uuid" }],
  ],
  [
    "azure-arm managed image, whose id has colons and slashes",
    { builder: "Azure.ResourceManagement.VMImage", id: "/subscriptions/s/resourceGroups/r/images/web:1" },
    "azure.image",
    [{ platform: "azure", region: "", external_id: "/subscriptions/s/resourceGroups/r/images/web:1" }],
  ],
  [
    "azure-arm gallery version in every region it was copied to",
    {
      builder: "Azure.ResourceManagement.VMImage",
      id: "/galleries/g",
      told: told("/galleries/g", "azure", "westeurope", {
        Labels: { sig_replicated_regions: "westeurope, eastus" },
      }),
    },
    "azure.image",
    ["westeurope", "eastus"].map((region) => ({
      platform: "azure",
      region,
      external_id: "/galleries/g",
      labels: { sig_replicated_regions: "westeurope, eastus" },
    })),
  ],
  [
    "azure-arm that knows nothing",
    { builder: "Azure.ResourceManagement.VMImage", id: "UNKNOWN ID" },
    "azure.image",
    [],
  ],
  [
    "googlecompute by its self link",
    {
      builder: "packer.googlecompute",
      id: "web-1",
      told: told("web-1", "gce", "us-central1-a", {
        Labels: { self_link: "https://gce/web-1", project_id: "p" },
      }),
    },
    "googlecompute.image",
    [
      {
        platform: "gce",
        region: "us-central1-a",
        external_id: "https://gce/web-1",
        labels: { project_id: "p" },
      },
    ],
  ],
  [
    "googlecompute that tells registries nothing",
    { builder: "packer.googlecompute", id: "web-1", state: { ProjectId: "p", BuildZone: "us-central1-a" } },
    "googlecompute.image",
    [{ platform: "gce", region: "us-central1-a", external_id: "projects/p/global/images/web-1" }],
  ],
  ["qemu", { builder: "transcend.qemu", id: "VM", files: ["web.qcow2"] }, "qemu.image", []],
  ["virtualbox", { builder: "mitchellh.virtualbox", id: "VM", files: ["web.ova"] }, "virtualbox.image", []],
  ["vmware", { builder: "mitchellh.vmware", id: "VM", files: ["web.vmdk"] }, "vmware.image", []],
  ["vagrant", { builder: "vagrant", id: "virtualbox", files: ["package.box"] }, "vagrant.box", []],
  [
    "file",
    {
      builder: "packer.file",
      id: "File",
      files: ["images/web.img"],
      told: told("web.img", "packer.file", "images", { SourceImageID: "<no-defined-source-file>" }),
    },
    "file.image",
    [{ platform: "file", region: "", external_id: "images/web.img" }],
  ],
  [
    "file from a source",
    {
      builder: "packer.file",
      files: ["web.img"],
      told: told("web.img", "packer.file", ".", { SourceImageID: "base.img" }),
    },
    "file.image",
    [{ platform: "file", region: "", external_id: "web.img", source_image_id: "base.img" }],
  ],
  [
    "null",
    { builder: "fnoeding.null", id: "Null", told: told("Null", "null", "null", { SourceImageID: "null" }) },
    "null.image",
    [{ platform: "null", region: "", external_id: "Null" }],
  ],
  [
    "compress after qemu",
    { builder: "packer.post-processor.compress", type: "qemu", files: ["web.gz"] },
    "qemu.image",
    [],
  ],
  [
    "a builder nobody knows that tells registries something",
    { builder: "acme.cloud", told: told("img-1", "acme", "moon") },
    "custom.image",
    [{ platform: "acme", region: "moon", external_id: "img-1" }],
  ],
  [
    "a builder nobody knows that has only an id",
    { builder: "acme.cloud", type: "acme-vm", id: "img-1" },
    "custom.image",
    [{ platform: "acme-vm", region: "", external_id: "img-1" }],
  ],
];

test.for(cases)("maps %s", ([_name, shape, type, images]) => {
  const mapped = map(shape);
  expect(mapped.artifactType).toBe(type);
  expect(mapped.images).toEqual(images);
});

test("says which provider a vagrant box is for", () => {
  expect(map({ builder: "vagrant", id: "libvirt" }).metadata).toEqual({ provider: "libvirt" });
});

test("an image told twice is one image", () => {
  const twice = [told("ami-1", "aws", "us-east-1"), told("ami-1", "aws", "us-east-1")];
  expect(map({ builder: "mitchellh.amazonebs", told: twice }).images).toHaveLength(1);
});

test("every builder of the table belongs to a family", () => {
  const known = Object.keys(families);
  for (const row of Object.values(builders)) expect(known).toContain(row.family);
});

test("whatever a builder tells, mapping gives images that name a platform and an id", () => {
  const shape = fc.record({
    builder: fc.constantFrom(...Object.keys(builders), "acme.cloud"),
    type: fc.string(),
    id: fc.oneof(fc.string(), fc.constantFrom("a:b", ":", "us-east-1:ami-1", "x,y:1", "UNKNOWN ID")),
    files: fc.array(fc.string()),
    state: fc.dictionary(
      fc.constantFrom("docker_tags", "atlas.artifact.metadata", "ProjectId"),
      fc.jsonValue(),
    ),
    generated: fc.dictionary(fc.constantFrom("SourceAMI", "Digest", "ImageSha256"), fc.jsonValue()),
    told: fc.oneof(
      fc.jsonValue(),
      fc.array(fc.record({ ImageID: fc.string(), ProviderName: fc.string(), Labels: fc.jsonValue() })),
    ),
  });
  fc.assert(
    fc.property(shape, (built) => {
      for (const image of map(built).images) {
        expect(image.platform).not.toBe("");
        expect(image.external_id).not.toBe("");
      }
    }),
  );
});
