import { expect, test } from "vitest";
import { artifactOf } from "./example.ts";
import { examples } from "./examples.ts";
import { readFacts } from "./facts.ts";
import { mapManifestArtifact } from "./manifest.ts";
import { builders, mapArtifact } from "./mapping.ts";

/** What only the artifact itself tells, and no manifest: the digest after a push, an image's project, a box's name. */
const toldNowhereElse = /docker|googlecompute|vagrant-(cloud|registry)|azure|openstack|checksum/;

test.for(Object.entries(examples))(
  "%s is mapped as the plugin maps it, as far as a manifest tells",
  ([title, { source, builder, id = "", files = [], ...rest }]) => {
    const mapped = mapManifestArtifact({ builder_type: source, artifact_id: id, files });
    if (builders[builder]?.makes_nothing) {
      expect(mapped).toBeUndefined();
      return;
    }
    const whole = mapArtifact(readFacts(artifactOf({ source, builder, id, files, ...rest }), source));
    expect(mapped?.files).toEqual(whole.files);
    if (toldNowhereElse.test(title)) return;
    expect(mapped?.artifactType).toBe(whole.artifactType);
    const places = (images: typeof whole.images) =>
      images.map(({ platform, region, external_id }) => `${platform} ${region} ${external_id}`).sort();
    expect(places(mapped?.images ?? [])).toEqual(places(whole.images));
  },
);

test.for<[builder_type: string, artifact_id: string, files: string[], type: string, ids: string[]]>([
  ["amazon-ebs", "eu-west-1:ami-2,us-east-1:ami-1", [], "amazon.ami", ["ami-2", "ami-1"]],
  ["virtualbox-iso", "us-east-1:ami-1", [], "amazon.ami", ["ami-1"]],
  ["virtualbox-iso", "virtualbox", ["web.box"], "vagrant.box", []],
  ["virtualbox-iso", "VM", ["out/web.ovf", "out/web.vmdk"], "virtualbox.image", []],
  ["docker", "sha256:ab", [], "docker.image", ["sha256:ab"]],
  ["docker", "Container", ["web.tar"], "docker.image", []],
  [
    "googlecompute",
    "googlecompute-export",
    ["gs://acme/web.tar.gz"],
    "googlecompute.image",
    ["gs://acme/web.tar.gz"],
  ],
  ["acme-cloud", "img-1", [], "custom.image", ["img-1"]],
])("%s with the id %s", ([builder_type, artifact_id, files, type, ids]) => {
  const mapped = mapManifestArtifact({ builder_type, artifact_id, files });
  expect(mapped?.artifactType).toBe(type);
  expect(mapped?.images.map(({ external_id }) => external_id)).toEqual(ids);
});
