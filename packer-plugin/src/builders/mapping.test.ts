import fc from "fast-check";
import { expect, test } from "vitest";
import { artifactOf, type Example } from "./example.ts";
import { examples } from "./examples.ts";
import { readFacts } from "./facts.ts";
import { families } from "./families.ts";
import { builders, mapArtifact } from "./mapping.ts";

function map(example: Example) {
  return mapArtifact(readFacts(artifactOf(example), example.source));
}

const east = "aws us-east-1 ami-0a1b2c3d4e5f60718";
const west = "aws us-west-2 ami-0b2c3d4e5f6071829";
const source = "ami-0123456789abcdef0";
const amis = [`${east} from ${source}`, `${west} from ${source}`];
const dockerId = `sha256:${"4b".repeat(32)}`;
const pushed = `registry.example.com:5000/web@sha256:${"d1".repeat(32)}`;
const fromDocker = `from sha256:${"ba".repeat(32)}`;
const compute = "/subscriptions/5e1f/resourceGroups/images/providers/Microsoft.Compute";
const managed = `azure westeurope ${compute}/images/web from ${compute}/images/base`;
const version = `${compute}/galleries/acme/images/web/versions/1.4.0 from ${compute}/images/base`;
const vhd = "https://acme.blob.core.windows.net/images/web-osDisk.vhd";
const selfLink = "https://www.googleapis.com/compute/v1/projects/acme/global/images/web-1";

/** What is recorded of each example: the artifact type, then images as "platform region id from source", then files. */
const expected: Record<string, [type: string, images: string[], files?: string[]]> = {
  "amazon-ebs": ["amazon.ami", amis],
  "amazon-ebssurrogate": ["amazon.ami", amis],
  "amazon-chroot": ["amazon.ami", amis],
  "amazon-chroot from scratch": ["amazon.ami", [east, west]],
  "amazon-instance": ["amazon.ami", amis],
  "amazon-ebsvolume": [
    "amazon.ebs-volume",
    ["vol-0d4e5f60718293041", "snap-0c3d4e5f607182930"].map((id) => `aws us-east-1 ${id} from ${source}`),
  ],
  "amazon-import": ["amazon.ami", ["aws us-east-1 ami-0e5f607182930415a"]],
  "docker, commit": ["docker.image", [`docker docker ${dockerId} ${fromDocker}`]],
  "docker, export": ["docker.image", [], ["output/web.tar"]],
  "docker-tag": ["docker.image", [`docker docker ${dockerId} ${fromDocker}`]],
  "docker-push": ["docker.image", [`docker docker ${pushed} ${fromDocker}`]],
  "docker-import, docker-push": ["docker.image", [`docker docker ${pushed}`]],
  digitalocean: [
    "digitalocean.image",
    ["nyc3", "sfo3"].map((region) => `digitalocean ${region} 155133221 from ubuntu-24-04-x64`),
  ],
  openstack: [
    "openstack.image",
    ["openstack RegionOne 70a599e0-31e7-49b7-b260-868f441e862b from 5e1f6c3a-0000-4000-8000-0d0ad1e5a001"],
  ],
  "azure-arm, managed image": ["azure.image", [managed]],
  "azure-arm, gallery": ["azure.image", [`azure westeurope ${version}`, `azure eastus ${version}`]],
  "azure-arm, managed image and gallery": [
    "azure.image",
    [managed, `azure westeurope ${version}`, `azure eastus ${version}`],
  ],
  "azure-arm, VHD": ["azure.image", [`azure westeurope ${vhd} from ${compute}/images/base`]],
  "azure-chroot": ["azure.image", [`azure  ${compute}/images/web from ${compute}/images/base`]],
  googlecompute: ["googlecompute.image", [`gce us-central1-a ${selfLink} from debian-12-bookworm-v20260101`]],
  "googlecompute-import": ["googlecompute.image", [`gce  ${selfLink}`]],
  "googlecompute-export": ["googlecompute.image", ["gce  gs://acme/web-1.tar.gz"]],
  qemu: ["qemu.image", [], ["output/web.qcow2"]],
  "virtualbox-iso": ["virtualbox.image", [], ["output/web.ovf", "output/web-disk001.vmdk"]],
  "vmware-iso": ["vmware.image", [], ["output/web.vmx", "output/disk.vmdk"]],
  vagrant: ["vagrant.box", [], ["output/package.box"]],
  "vagrant (post-processor)": ["vagrant.box", [], ["output/packer_web_virtualbox.box"]],
  "vagrant-cloud": ["vagrant.box", ["vagrant  hashicorp/web"]],
  artifice: ["qemu.image", [], ["output/web.img"]],
  compress: ["qemu.image", [], ["output/web.tar.gz"]],
  file: ["file.image", ["file  output/web.img from base.img"], ["output/web.img"]],
  null: ["null.image", ["null  Null"]],
};

function shown(example: Example): [string, string[], string[]] {
  const { artifactType, images, files } = map(example);
  const texts = images.map(({ platform, region, external_id, source_image_id }) =>
    [platform, region, external_id, ...(source_image_id ? ["from", source_image_id] : [])].join(" "),
  );
  return [artifactType, texts, files];
}

test.for(Object.entries(examples))("maps %s", ([name, example]) => {
  const [type, images, files = []] = expected[name] ?? [];
  expect(shown(example)).toEqual([type, images, files]);
});

/** What can be known without asking the builder for its registry image, which some answer by a crash. */
const withoutSource = (texts: string[] = []) => texts.map((text) => text.replace(/ from .*/, "")).sort();
const lessTold = ["openstack", "azure-chroot", "googlecompute", "azure-arm, VHD"];

test.for(Object.entries(examples).filter(([name]) => !lessTold.includes(name)))(
  "names the same images of %s when it tells registries nothing",
  ([name, { told: _told, ...example }]) => {
    const [type, images] = shown(example);
    expect(type).toBe(expected[name]?.[0]);
    expect(withoutSource(images)).toEqual(withoutSource(expected[name]?.[1]));
  },
);

test("an OpenStack image and a Google image that tell registries nothing are known by id and by project", () => {
  const { told: _a, ...openstack } = examples.openstack as Example;
  const { told: _b, ...google } = examples.googlecompute as Example;
  const { told: _c, ...vhdOnly } = examples["azure-arm, VHD"] as Example;
  expect(shown(openstack)[1]).toEqual(["openstack  70a599e0-31e7-49b7-b260-868f441e862b"]);
  expect(shown(google)[1]).toEqual([
    "gce us-central1-a projects/acme/global/images/web-1 from debian-12-bookworm-v20260101",
  ]);
  expect(shown(vhdOnly)[1]).toEqual([`azure  ${vhd} from ${compute}/images/base`]);
});

const other = (example: Partial<Example>): Example => ({ source: "x", builder: "acme.cloud", ...example });
const image = {
  ImageID: "img-1",
  ProviderName: "acme",
  ProviderRegion: "moon",
  SourceImageID: "",
  Labels: null,
};
const odd: [name: string, example: Example, type: string, images: string[], files?: string[]][] = [
  [
    "an old amazon-import that tells Atlas alone",
    other({
      builder: "packer.post-processor.amazon-import",
      state: { "atlas.artifact.metadata": { "region.us-east-1": "ami-9" } },
    }),
    "amazon.ami",
    ["aws us-east-1 ami-9"],
  ],
  [
    "docker pushed by an old plugin that tells the digest alone",
    other({
      builder: "packer.post-processor.docker-tag",
      id: "example.com:5000/web:1.4",
      generated: { Digest: "sha256:d1", SourceImageSha256: "ERR_SOURCE_IMAGE_SHA256_NOT_FOUND" },
    }),
    "docker.image",
    ["docker docker example.com:5000/web@sha256:d1"],
  ],
  ["docker that discards what it made", other({ builder: "packer.docker", files: [""] }), "docker.image", []],
  [
    "azure-arm that knows nothing",
    other({ builder: "Azure.ResourceManagement.VMImage", id: "UNKNOWN ID" }),
    "azure.image",
    [],
  ],
  [
    "azure-dtl, which says all in words",
    other({
      builder: "Azure.ResourceManagement.VMImage",
      id: "/subscriptions/s/images/web:1",
      text: "x:\n\nManagedImageId: /subscriptions/s/images/web:1\nManagedImageLocation: West Europe\n",
    }),
    "azure.image",
    ["azure westeurope /subscriptions/s/images/web:1"],
  ],
  [
    "a builder nobody knows that tells registries something",
    other({ told: image }),
    "custom.image",
    ["acme moon img-1"],
  ],
  ["an image told twice", other({ told: [image, image] }), "custom.image", ["acme moon img-1"]],
  ["a builder nobody knows that has only an id", other({ id: "img-1" }), "custom.image", ["x  img-1"]],
];

test.for(odd)("maps %s", ([_name, example, type, images, files = []]) => {
  expect(shown(example)).toEqual([type, images, files]);
});

const labelled: [name: string, labels: object][] = [
  ["docker-push", { tags: "registry.example.com:5000/web:1.4,registry.example.com:5000/web:stable" }],
  ["azure-arm, gallery", { sig_image_version: "1.4.0" }],
  ["googlecompute", { project_id: "acme", machine_type: "e2-small" }],
  ["digitalocean", { droplet_size: "s-1vcpu-1gb" }],
  ["vagrant-cloud", { provider: "virtualbox" }],
];
test.for(labelled)("keeps the labels of %s", ([name, labels]) => {
  expect(map(examples[name] as Example).images[0]?.labels).toMatchObject(labels);
});

test("says which provider a vagrant box is for", () => {
  expect(map(examples.vagrant as Example).metadata).toEqual({ provider: "libvirt" });
  expect(map(examples["vagrant-cloud"] as Example).metadata).toEqual({ provider: "virtualbox" });
});

test("takes the facts that a builder tells, and no placeholder for one that it lacks", () => {
  expect(map(examples.qemu as Example).facts).toEqual({
    diskName: "web",
    diskSize: "40960M",
    diskType: "qcow2",
    domainType: "kvm",
  });
  const generated = { SourceImageDigest: "ERR_SOURCE_IMAGE_DIGEST_NOT_FOUND", BuildRegion: "r", ID: "i-1" };
  expect(map(other({ generated })).facts).toEqual({ BuildRegion: "r" });
});

test("every builder of the table has a family, and an example or a sibling of the same family that has one", () => {
  const shownFamilies = new Set(Object.values(examples).map(({ builder }) => builders[builder]?.family));
  for (const [id, { family }] of Object.entries(builders)) {
    expect(Object.keys(families), id).toContain(family);
    expect(shownFamilies, id).toContain(family);
  }
});

test("whatever a builder tells, mapping gives images that name a platform and an id", () => {
  const key = fc.constantFrom(
    "docker_tags",
    "atlas.artifact.metadata",
    "ProjectId",
    "BuildZone",
    "ImageName",
  );
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom("a: b", "ManagedImageSharedImageGalleryId: /galleries/g", "'x': y"),
  );
  const json = fc.jsonValue({ maxDepth: 2 });
  const shape = fc.record({
    source: fc.string(),
    builder: fc.constantFrom(...Object.keys(builders), "acme.cloud", "__proto__", "constructor"),
    id: fc.oneof(fc.string(), fc.constantFrom("a:b", ":", "us-east-1:ami-1", "x,y:1", "UNKNOWN ID")),
    files: fc.array(fc.oneof(fc.string(), fc.constantFrom("gs://bucket/web.tar.gz", ""))),
    text: fc.array(text).map((lines) => lines.join("\n")),
    state: fc.dictionary(key, json),
    generated: fc.dictionary(fc.constantFrom("SourceAMI", "Digest", "ImageSha256"), json),
    told: fc.oneof(
      json,
      fc.array(fc.record({ ImageID: fc.string(), ProviderName: fc.string(), Labels: json })),
    ) as fc.Arbitrary<never>,
  });
  fc.assert(
    fc.property(shape, (built) => {
      const { images, files } = map(built);
      return images.every(({ platform, external_id }) => platform && external_id) && files.every(Boolean);
    }),
  );
});
