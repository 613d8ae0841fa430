import type { Example, RegistryImage } from "./example.ts";

function told(
  ImageID: string,
  ProviderName: string,
  ProviderRegion: string,
  SourceImageID = "",
  Labels: RegistryImage["Labels"] = null,
) {
  return { ImageID, ProviderName, ProviderRegion, SourceImageID, Labels };
}

const ami = { "us-east-1": "ami-0a1b2c3d4e5f60718", "us-west-2": "ami-0b2c3d4e5f6071829" };
const amis = Object.entries(ami);
const ofAmi = {
  BuildRegion: "us-east-1",
  SourceAMI: "ami-0123456789abcdef0",
  SourceAMIName: "ubuntu-noble-24.04-amd64-server-20260101",
  SourceAMICreationDate: "2026-01-01T05:12:33.000Z",
  SourceAMIOwner: "099720109477",
  SourceAMIOwnerName: "amazon",
};
const amazon = (source: string, builder: string): Example => ({
  source,
  builder,
  id: amis.map((pair) => pair.join(":")).join(),
  state: {
    "atlas.artifact.metadata": Object.fromEntries(amis.map(([region, id]) => [`region.${region}`, id])),
  },
  generated: ofAmi,
  told: amis.map(([region, id]) => told(id, "aws", region, ofAmi.SourceAMI)),
});

const sha256 = `sha256:${"4b".repeat(32)}`;
const digest = `registry.example.com:5000/web@sha256:${"d1".repeat(32)}`;
const base = `sha256:${"ba".repeat(32)}`;
const baseDigest = `ubuntu@sha256:${"5e".repeat(32)}`;
const ofDocker = { ImageSha256: sha256, SourceImageSha256: base, SourceImageDigest: baseDigest };
const docker = (builder: string, id: string, more: Record<string, string>, tags?: string[]): Example => ({
  source: "docker",
  builder,
  id,
  state: tags ? { docker_tags: tags } : {},
  generated: { ...ofDocker, ...more },
  told: told(sha256, "docker", "docker", base, {
    ...(tags && { tags: tags.join() }),
    SourceImageDigest: baseDigest,
    ImageSha256: sha256,
    PackerArtifactID: id,
    ...(more.Digest && { ImageDigest: more.Digest }),
  }),
});
const tags = ["registry.example.com:5000/web:1.4", "registry.example.com:5000/web:stable"];

const compute = "/subscriptions/5e1f/resourceGroups/images/providers/Microsoft.Compute";
const managed = `${compute}/images/web`;
const gallery = `${compute}/galleries/acme/images/web/versions/1.4.0`;
const vhd = "https://acme.blob.core.windows.net/images/web-osDisk.vhd";
const fromAzure = `${compute}/images/base`;
const ofGallery = {
  sig_resource_group: "images",
  sig_name: "acme",
  sig_image_name: "web",
  sig_image_version: "1.4.0",
  sig_replicated_regions: "westeurope, East US",
};
const ofManaged = { os_type: "Linux", managed_image_resourcegroup_name: "images", managed_image_name: "web" };
const managedText = `ManagedImageId: ${managed}\nManagedImageLocation: westeurope\n`;
const galleryText = `ManagedImageSharedImageGalleryId: ${gallery}\nSharedImageGalleryReplicatedRegions: westeurope, East US\n`;
const azure = (text: string, id: string, labels: Record<string, string>): Example => ({
  source: "azure-arm",
  builder: "Azure.ResourceManagement.VMImage",
  id,
  text: `Azure.ResourceManagement.VMImage:\n\nOSType: Linux\n${text}`,
  generated: { SourceImageName: fromAzure },
  told: told(id, "azure", "westeurope", fromAzure, labels),
});

const selfLink = "https://www.googleapis.com/compute/v1/projects/acme/global/images/web-1";
const googlecompute: Example = {
  source: "googlecompute",
  builder: "packer.googlecompute",
  id: "web-1",
  state: { ImageName: "web-1", ImageSizeGb: 10, ProjectId: "acme", BuildZone: "us-central1-a" },
  generated: { SourceImageName: "debian-12-bookworm-v20260101" },
  told: told("web-1", "gce", "us-central1-a", "debian-12-bookworm-v20260101", {
    self_link: selfLink,
    project_id: "acme",
    disk_size_gb: "10",
    machine_type: "e2-small",
  }),
};

const ofDroplet = {
  source_image_id: "ubuntu-24-04-x64",
  droplet_size: "s-1vcpu-1gb",
  build_region: "nyc3",
  droplet_name: "packer-1",
};
const vm = (source: string, builder: string, ...files: string[]): Example => ({
  source,
  builder,
  id: "VM",
  files,
});

/** By what made them. Paths of files are relative to where Packer runs. */
export const examples: Record<string, Example> = {
  "amazon-ebs": amazon("amazon-ebs", "mitchellh.amazonebs"),
  "amazon-ebssurrogate": amazon("amazon-ebssurrogate", "mitchellh.amazon.ebssurrogate"),
  "amazon-chroot": amazon("amazon-chroot", "mitchellh.amazon.chroot"),
  // There is no source image, and the builder does not say so where it is asked for it: asked, it crashes.
  "amazon-chroot from scratch": {
    ...amazon("amazon-chroot", "mitchellh.amazon.chroot"),
    generated: { ID: "i-0123456789abcdef0" },
    told: "crash",
  },
  "amazon-instance": amazon("amazon-instance", "mitchellh.amazon.instance"),
  "amazon-ebsvolume": {
    ...amazon("amazon-ebsvolume", "mitchellh.amazon.ebsvolume"),
    id: "us-east-1:snap-0c3d4e5f607182930,us-east-1:vol-0d4e5f60718293041",
    state: {},
    told: ["vol-0d4e5f60718293041", "snap-0c3d4e5f607182930"].map((id) =>
      told(id, "aws", "us-east-1", ofAmi.SourceAMI),
    ),
  },
  "amazon-import": {
    source: "qemu",
    through: "amazon-import",
    builder: "packer.post-processor.amazon-import",
    id: "us-east-1:ami-0e5f607182930415a",
    told: [told("ami-0e5f607182930415a", "aws", "us-east-1")],
  },
  "docker, commit": docker("packer.post-processor.docker-import", sha256, {}),
  "docker, export": {
    source: "docker",
    builder: "packer.docker",
    id: "Container",
    files: ["output/web.tar"],
  },
  "docker-tag": {
    through: "docker-tag",
    ...docker("packer.post-processor.docker-tag", tags[1] ?? "", {}, tags),
  },
  "docker-push": {
    through: "docker-push",
    ...docker("packer.post-processor.docker-import", tags[1] ?? "", { Digest: digest }, tags),
  },
  // Nothing is known of the image but what was pushed: asked for more, the plugin crashes.
  "docker-import, docker-push": {
    source: "docker",
    builder: "packer.post-processor.docker-import",
    id: "registry.example.com:5000/web:1.4",
    generated: { Digest: digest },
    told: "crash",
    through: "docker-push",
  },
  digitalocean: {
    source: "digitalocean",
    builder: "pearkes.digitalocean",
    id: "nyc3,sfo3:155133221",
    state: ofDroplet,
    told: ["nyc3", "sfo3"].map((region) =>
      told("155133221", "digitalocean", region, ofDroplet.source_image_id, ofDroplet),
    ),
  },
  openstack: {
    source: "openstack",
    builder: "mitchellh.openstack",
    id: "70a599e0-31e7-49b7-b260-868f441e862b",
    told: told(
      "70a599e0-31e7-49b7-b260-868f441e862b",
      "openstack",
      "RegionOne",
      "5e1f6c3a-0000-4000-8000-0d0ad1e5a001",
    ),
  },
  "azure-arm, managed image": azure(managedText, managed, ofManaged),
  "azure-arm, gallery": azure(galleryText, gallery, ofGallery),
  "azure-arm, managed image and gallery": azure(managedText + galleryText, managed, {
    ...ofManaged,
    ...ofGallery,
  }),
  "azure-arm, VHD": azure(`StorageAccountLocation: westeurope\nVHDOSDiskUri: ${vhd}\n`, vhd, {
    storage_account_location: "westeurope",
  }),
  "azure-chroot": {
    source: "azure-chroot",
    builder: "azure.chroot",
    id: managed.toLowerCase(),
    told: [told(managed, "azure", "", fromAzure)],
  },
  googlecompute,
  "googlecompute-import": {
    source: "qemu",
    through: "googlecompute-import",
    builder: "packer.post-processor.googlecompute-import",
    files: [selfLink],
  },
  "googlecompute-export": {
    source: "googlecompute",
    through: "googlecompute-export",
    builder: "packer.post-processor.googlecompute-export",
    files: ["gs://acme/web-1.tar.gz"],
  },
  qemu: {
    ...vm("qemu", "transcend.qemu", "output/web.qcow2"),
    state: {
      diskName: "web",
      diskPaths: ["output/web.qcow2"],
      diskSize: "40960M",
      diskType: "qcow2",
      domainType: "kvm",
    },
  },
  "virtualbox-iso": vm("virtualbox-iso", "mitchellh.virtualbox", "output/web.ovf", "output/web-disk001.vmdk"),
  "vmware-iso": { ...vm("vmware-iso", "vmware.desktop", "output/web.vmx", "output/disk.vmdk"), id: "web" },
  vagrant: { source: "vagrant", builder: "vagrant", id: "libvirt", files: ["output/package.box"] },
  "vagrant (post-processor)": {
    source: "virtualbox-iso",
    through: "vagrant",
    builder: "mitchellh.post-processor.vagrant",
    id: "virtualbox",
    files: ["output/packer_web_virtualbox.box"],
  },
  "vagrant-cloud": {
    source: "virtualbox-iso",
    through: "vagrant-cloud",
    builder: "pearkes.post-processor.vagrant-cloud",
    text: "'virtualbox': hashicorp/web",
  },
  artifice: {
    source: "qemu",
    through: "artifice",
    builder: "packer.post-processor.artifice",
    files: ["output/web.img"],
  },
  compress: {
    source: "qemu",
    through: "compress",
    builder: "packer.post-processor.compress",
    files: ["output/web.tar.gz"],
  },
  file: {
    source: "file",
    builder: "packer.file",
    id: "File",
    files: ["output/web.img"],
    told: told("web.img", "packer.file", "output", "base.img"),
  },
  null: {
    source: "null",
    builder: "fnoeding.null",
    id: "Null",
    generated: { ID: "Null" },
    told: told("Null", "null", "null", "null"),
  },
};
