import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Image, Publication } from "@waybill/registry-client";
import { makeDirectory } from "@waybill/registry-client/directory";
import { withLock } from "@waybill/registry-client/lock";
import { unless, writeWhole } from "@waybill/registry-client/spool";

/** As a person would have made it. */
const MODE = 0o666;
const TERRAFORM = ".tfvars.json";

type Tell = { warn(sentence: string): void; progress(sentence: string): void };
type Content = Record<string, unknown>;

/**
 * Adds what a build made to the file of the option `output`, for pipelines that read files. All builds of a run may write
 * into one file, also for several artifacts; a version that is new there takes the place of the one before.
 *
 * @param number of the version; null while it has none
 * @param path `*.tfvars.json` for Terraform's variables, any other `*.json` for a JSON of the images; undefined for none
 * @param tell told why it could not be written: that must not cost the build
 */
export async function writeOutputFile(
  publication: Publication,
  number: number | null,
  path: string | undefined,
  tell: Tell,
): Promise<void> {
  if (path === undefined) return;
  const directory = dirname(resolve(path));
  const add = path.endsWith(TERRAFORM) ? addVariables : addBuild;
  try {
    // Packer leaves this mark where the template uses a variable of the build that this builder does not set.
    if (path.includes("<unknown>"))
      throw new Error("its name uses a variable of the build that has no value");
    await makeDirectory(directory);
    await withLock(`${path}.lock`, async () => {
      const content = add(await readContent(path), publication, number, tell);
      await writeWhole(directory, resolve(path), `${JSON.stringify(content, null, 2)}\n`, MODE);
    });
    tell.progress(`Wrote the images of ${publication.build.name} to ${path}`);
  } catch (error) {
    tell.warn(`output: ${path} was not written: ${error instanceof Error ? error.message : error}`);
  }
}

/** `{"hashicorp/web": {fingerprint, version, builds: {"amazon-ebs.web": {artifact_type, images, files}}}}` */
function addBuild(content: Content, publication: Publication, number: number | null): Content {
  const { artifact, build } = publication;
  const { artifact_type, images = [], files = [] } = build.report;
  const added = {
    artifact_type,
    images,
    files: files.map(({ path, size, sha256 }) => ({ path, size, sha256 })),
  };
  return { ...content, [artifact]: merged(content[artifact], publication, number, "builds", added) };
}

/** One variable for each artifact: `{"hashicorp_web": {fingerprint, version, images: {"amazon-ebs.web": {region: id}}}}` */
function addVariables(
  content: Content,
  publication: Publication,
  number: number | null,
  tell: Tell,
): Content {
  const name = variableName(publication.artifact);
  const ids: Record<string, string> = {};
  for (const [region, images] of byRegion(publication.build.report.images ?? [])) {
    const [id, another] = new Set(images.map(({ external_id }) => external_id));
    if (another !== undefined) tell.warn(`output: ${region} has several images and was left out`);
    else if (id !== undefined) ids[region] = id;
  }
  return { ...content, [name]: merged(content[name], publication, number, "images", ids) };
}

/** What is there of the same version stays. Its number is known to the build that completes it, and then to all. */
function merged(
  before: unknown,
  { open: { fingerprint }, build: { name } }: Publication,
  number: number | null,
  key: "builds" | "images",
  added: Content,
): Content {
  const there = isContent(before) && before.fingerprint === fingerprint ? before : {};
  const others = isContent(there[key]) ? there[key] : {};
  return { fingerprint, version: number ?? there.version ?? null, [key]: { ...others, [name]: added } };
}

/** Images of a platform without regions are found by the name of the platform. */
function byRegion(images: Image[]): Map<string, Image[]> {
  return Map.groupBy(images, ({ platform, region }) => region || platform);
}

/** The name of an artifact as Terraform takes it for a variable. */
function variableName(artifact: string): string {
  return artifact.replaceAll(/[^A-Za-z0-9_-]/g, "_").replace(/^(?=[^A-Za-z_])/, "_");
}

async function readContent(path: string): Promise<Content> {
  const text = await readFile(path, "utf8").catch(unless("ENOENT", () => "{}"));
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // As said below.
  }
  if (isContent(content)) return content;
  throw new Error("what is there is no JSON object; remove it, or name another file");
}

function isContent(value: unknown): value is Content {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
