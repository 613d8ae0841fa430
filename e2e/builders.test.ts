import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { artifactOf, type Example } from "../packer-plugin/src/builders/example.ts";
import { examples } from "../packer-plugin/src/builders/examples.ts";
import { readFacts } from "../packer-plugin/src/builders/facts.ts";
import { mapArtifact } from "../packer-plugin/src/builders/mapping.ts";
import { expectFailure, expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { placePretendBuilder, pretended } from "./harness/pretend-builders.ts";
import { fileTemplate, requiredPlugins } from "./harness/templates.ts";
import type { Workspace } from "./harness/workspace.ts";

const registry = useRegistry();
const newWorkspace = useWorkspaces();

/** With this many processes at once, a slow machine answers late; a build that waits in the spool is another test. */
const patient = { WAYBILL_TIMEOUT: "60s" };

/** Not in the home of all tests: Packer starts each plugin that it finds, several times in every run. */
let plugins: string;
beforeAll(async () => {
  plugins = await mkdtemp(join(tmpdir(), "waybill-e2e-plugins-"));
  const waybill = join("github.com", "waybill");
  await cp(join(inject("home"), "packer-plugins", waybill), join(plugins, waybill), { recursive: true });
  for (const name of pretended) await placePretendBuilder(name, plugins);
});
afterAll(() => rm(plugins, { recursive: true, force: true }));

const named = Object.entries(examples).map(([title, example]) => ({
  title,
  example,
  name: title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"),
}));

/** The post-processors of Packer itself make what the pretended ones are told to. */
const real: Record<string, string> = {
  artifice: 'files = ["output/web.img"]',
  compress: 'output = "output/web.tar.gz"',
};

function chain({ example: { source, through }, name }: (typeof named)[number]): string {
  const told = `artifact_file = "${name}.json"`;
  const before = through ? `post-processor "${through}" {\n ${real[through] ?? told}\n }` : "";
  const own: Record<string, string> = {
    null: 'communicator = "none"',
    file: 'content = "x"\n target = "output/web.img"',
  };
  return `
source "${source}" "${name}" {
  ${own[source] ?? (through && real[through] ? `artifact_file = "${source}.json"` : told)}
}
build {
  sources = ["source.${source}.${name}"]
  post-processors {
    ${before}
    post-processor "waybill" {
      artifact = "hashicorp/everything"
      build    = "${name}"
      ${source === "null" ? 'artifact_type = "custom.image"' : ""}
    }
  }
}
`;
}

async function write(workspace: Workspace): Promise<void> {
  await workspace.write("output/web.img", "x");
  for (const { name, example } of named) await workspace.write(`${name}.json`, JSON.stringify(example));
  await workspace.write("everything.pkr.hcl", named.map(chain).join(""));
}

test("one build with a source of every builder, and with every post-processor between, is one version that has it all", async () => {
  const workspace = await newWorkspace({ ...registry.settings, ...patient, PACKER_PLUGIN_PATH: plugins });
  await write(workspace);
  expect(named.length).toBeGreaterThan(20);
  const { output } = expectSuccess(await workspace.packer(["build", "."]));
  expect(output).not.toMatch(/is not known|NOT PUBLISHED|still incomplete/);

  const version = await registry.client.getVersion("hashicorp/everything", 1);
  expect(version).toMatchObject({ state: "complete", missing_builds: [] });
  const builds = new Map(version.builds.map((build) => [build.name, build]));
  for (const { title, example, name } of named) {
    const { images, files, artifactType, facts } = mapped(example);
    const build = builds.get(name);
    expect(build?.images?.map(keyOf).sort(), title).toEqual(images.map(keyOf).sort());
    expect(build?.files?.map(({ path }) => path).sort(), title).toEqual(files.sort());
    expect(build?.artifact_type, title).toBe(example.source === "null" ? "custom.image" : artifactType);
    expect(build?.provenance, title).toMatchObject(facts);
  }
  const box = builds.get("vagrant-post-processor-");
  const checksum = box?.files?.[0]?.sha256;
  expect(box?.metadata).toEqual({ provider: "virtualbox", checksum_type: "sha256", checksum });
});

/** The file builder of Packer itself says that it has no source. */
function mapped(example: Example): ReturnType<typeof mapArtifact> {
  const artifact = mapArtifact(readFacts(artifactOf(example), example.source));
  if (example.source !== "file") return artifact;
  return { ...artifact, images: artifact.images.map(({ source_image_id: _, ...image }) => image) };
}

type Shown = {
  platform: string;
  region: string;
  external_id: string;
  source_image_id?: string | null;
  labels?: object;
};

function keyOf({ platform, region, external_id, source_image_id, labels }: Shown): string {
  const sorted = Object.entries(labels ?? {}).sort();
  return JSON.stringify([platform, region, external_id, source_image_id ?? null, sorted]);
}

test("a source that makes nothing fails at validation, and is published with what the template declares", async () => {
  const workspace = await newWorkspace(registry.settings);
  const template = (options: string) => `${requiredPlugins}
source "null" "steps" {
  communicator = "none"
}
build {
  sources = ["source.null.steps"]
  post-processor "waybill" {
    artifact = "hashicorp/steps"
    ${options}
  }
}
`;
  await workspace.write("steps.pkr.hcl", template(""));
  const { output } = expectFailure(await workspace.packer(["validate", "."]));
  expect(output.replaceAll(/\s+/g, " ")).toContain("makes nothing that could be published");

  const image = '{ platform = "aws", region = "us-east-1", external_id = "ami-1" }';
  await workspace.write("steps.pkr.hcl", template(`artifact_type = "amazon.ami"\n images = [${image}]`));
  expectSuccess(await workspace.packer(["validate", "."]));
  expectSuccess(await workspace.packer(["build", "."]));
  expect(await registry.client.resolve({ artifact: "hashicorp/steps" })).toMatchObject({
    external_id: "ami-1",
  });
});

test("20 sources in one build, which run together, make one version of 20 builds", async () => {
  const workspace = await newWorkspace({ ...registry.settings, ...patient });
  const sources = Array.from({ length: 20 }, (_, index) => `web-${index}`);
  await workspace.write("web.pkr.hcl", fileTemplate(sources, 'artifact = "hashicorp/twenty"'));
  expectSuccess(await workspace.packer(["build", "."]));
  const { items } = await registry.client.listVersions("hashicorp/twenty");
  expect(items).toMatchObject([{ number: 1, state: "complete", missing_builds: [] }]);
  const { builds } = await registry.client.getVersion("hashicorp/twenty", 1);
  expect(builds.map(({ name }) => name).sort()).toEqual(sources.map((source) => `file.${source}`).sort());
});

test("100 files of one build are recorded and can be downloaded", async () => {
  const workspace = await newWorkspace(registry.settings);
  await workspace.write(
    "files.pkr.hcl",
    `${requiredPlugins}
source "null" "many" {
  communicator = "none"
}
build {
  sources = ["source.null.many"]
  provisioner "shell-local" {
    inline = ["mkdir parts", "for i in $(seq 100); do echo part $i > parts/$i; done"]
  }
  post-processors {
    post-processor "artifice" {
      files = ["parts/*"]
    }
    post-processor "waybill" {
      artifact      = "hashicorp/many"
      artifact_type = "qemu.image"
      upload        = true
    }
  }
}
`,
  );
  expectSuccess(await workspace.packer(["build", "."]));
  const { builds } = await registry.client.getVersion("hashicorp/many", 1);
  expect(builds).toMatchObject([{ artifact_type: "qemu.image", images: [] }]);
  const files = builds[0]?.files ?? [];
  expect(new Set(files.map(({ path }) => path)).size).toBe(100);
  expect(files.every(({ stored }) => stored)).toBe(true);
  expectSuccess(await workspace.waybill(["download", "hashicorp/many", "--output", "back"]));
  expect(await workspace.read("back/parts/100")).toBe("part 100\n");
});
