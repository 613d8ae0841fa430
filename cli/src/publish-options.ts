import type { BuildReport, Image } from "@waybill/registry-client";
import { splitOnce } from "./arguments.ts";
import { UsageError } from "./failures.ts";
import { type Local, readLocal } from "./local-files.ts";

export type BuildOptions = {
  build?: string;
  type?: string;
  platform?: string;
  image?: string[];
  file?: string[];
  recordOnly?: boolean;
  metadata?: Record<string, string>;
};

/** Where the images of an artifact type are, by the first part of its name; the words the Packer plugin uses. */
const PLATFORMS: Record<string, string> = {
  amazon: "aws",
  azure: "azure",
  digitalocean: "digitalocean",
  docker: "docker",
  googlecompute: "gce",
  openstack: "openstack",
};

/**
 * Makes the one build that options describe; undefined when they describe none.
 *
 * @param alreadyGiven whether builds come from JSON, which excludes options
 * @throws {UsageError} when options are missing, contradict each other or name an unreadable file
 */
export async function buildFromOptions(
  { build, type, platform, image = [], file = [], recordOnly = false, metadata }: BuildOptions,
  alreadyGiven: boolean,
): Promise<{ build: BuildReport & { name: string }; locals: Local[] } | undefined> {
  const given = build ?? type ?? platform ?? image[0] ?? file[0] ?? metadata;
  if (given === undefined) return undefined;
  if (alreadyGiven) {
    throw new UsageError(
      "builds come from JSON or from --build, --type, --platform, --image, --file and --metadata, not from both",
    );
  }
  if (!type) throw new UsageError("--type is missing: the artifact type of the build, such as amazon.ami");
  if (image.length + file.length === 0) throw new UsageError("a build needs at least one --image or --file");
  const where = platform ?? PLATFORMS[type.split(".")[0] ?? ""];
  if (image.length > 0 && !where) {
    throw new UsageError(`--platform is missing: ${type} does not say where its images are`);
  }
  const locals = await Promise.all(file.map((path) => readLocal(path, !recordOnly)));
  const report = {
    name: build ?? type,
    artifact_type: type,
    ...(metadata && { metadata }),
    images: image.map((text) => readImage(text, where ?? "")),
    files: locals.map((local) => local.file),
  };
  return { build: report, locals };
}

function readImage(text: string, platform: string): Image {
  const [region, id] = splitOnce(text);
  if (!id) throw new UsageError(`--image ${text} is not region=id; without a region write =id`);
  return { platform, region, external_id: id };
}
