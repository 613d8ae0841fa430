import { readdir, readFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { isolatedEnvironment, repository } from "../tools/environment.ts";
import { run } from "../tools/run.ts";
import { expectSuccess, useRegistry } from "./harness/fixtures.ts";
import { requiredPlugins } from "./harness/templates.ts";
import { Workspace } from "./harness/workspace.ts";

const docs = join(repository, "docs");
const timeoutMs = 60_000;
const registry = useRegistry();

/** Pages whose commands need more than a registry: a server of their own, Packer, settings of the reader's. */
const withoutCommands = [
  "builders",
  "clients",
  "dependencies",
  "installing",
  "limits",
  "postgresql",
  "publishing",
  "server",
  "vocabulary",
];
/** In the order of a reader who goes from release to trouble to tidying up. */
const pages =
  "resolving access channels ci importing ancestry search documents files logs running comparing consumers revocation retention operating backup observability audit webhooks".split(
    " ",
  );

/** A template of the reader's that builds in a moment. */
const template = `${requiredPlugins}
source "null" "web" { communicator = "none" }
build {
  sources = ["null.web"]
  post-processor "waybill" {
    artifact = "hashicorp/images"
    images   = [{ platform = "aws", region = "us-east-1", external_id = "ami-1" }]
  }
}
`;

type Step = { commands: string; shows: string[] };

beforeAll(fillRegistry);

test("every page is run, or known to have no commands", async () => {
  const names = (await readdir(docs)).map((name) => name.replace(/\.md$/, ""));
  expect(names.sort()).toEqual([...pages, ...withoutCommands].sort());
  for (const name of withoutCommands) expect(stepsOf(await page(name))).toEqual([]);
});

describe.each(pages)("docs/%s.md", (name) => {
  test("its commands do what it says, in order", async () => {
    const workspace = await Workspace.create();
    try {
      await workspace.write("box.qcow2", "the bytes of an image");
      await workspace.write("packer-manifest.json", JSON.stringify(manifest));
      await workspace.write("web.cdx.json", '{"bomFormat": "CycloneDX", "specVersion": "1.6"}\r\n');
      // On the machine of the server, which operators are on, its own settings are there too.
      const env = isolatedEnvironment(workspace.directory, { ...registry.settings, ...registry.data });
      env.PATH = [dirname(inject("packer")), env.PATH].join(delimiter);
      env.PACKER_PLUGIN_PATH = join(inject("home"), "packer-plugins");
      await workspace.write("images/web.pkr.hcl", template);
      const steps = stepsOf(await page(name));
      expect(steps.length).toBeGreaterThan(0);
      for (const { commands, shows } of steps) {
        const options = { cwd: workspace.directory, env, timeoutMs };
        const { output } = expectSuccess(await run("sh", ["-euc", commands], options));
        for (const line of shows) expect(output.split("\n")).toContain(line);
      }
    } finally {
      await workspace.remove();
    }
  });
});

function page(name: string): Promise<string> {
  return readFile(join(docs, `${name}.md`), "utf8");
}

/** The blocks of commands, each with the lines that the page shows as their output. */
function stepsOf(markdown: string): Step[] {
  const blocks = markdown.matchAll(/^```sh\n(.*?)^```\n(?:```text\n(.*?)^```$)?/gms);
  return [...blocks].map(([, commands = "", shown = ""]) => ({
    commands,
    shows: shown.split("\n").filter(Boolean),
  }));
}

/** What Packer wrote for a reader who has built before. */
const manifest = {
  builds: ["2c6a9a4e-53a5-4ad1-9b4c-5a1f3f1b7d10", "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11"].map(
    (run, index) => ({
      name: "web",
      builder_type: "amazon-ebs",
      build_time: 1_700_000_000 + index,
      files: null,
      artifact_id: `eu-west-1:ami-0${index}e,us-east-1:ami-0${index}`,
      packer_run_uuid: run,
      custom_data: { kernel: `6.1.${index}` },
    }),
  ),
  last_run_uuid: "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11",
};

/** What the reader of the pages is thought to have: a base image, web servers built from it, a shop built from those. */
async function fillRegistry(): Promise<void> {
  const { client } = registry;
  const image = (external_id: string, region = "us-east-1") => ({ platform: "aws", region, external_id });
  for (let number = 1; number <= 7; number++) {
    const images = [image(`ami-base-${number}`)];
    const builds = [{ name: "base", artifact_type: "amazon.ami", images }];
    await client.publish("hashicorp/base", { fingerprint: `base-${number}`, builds });
  }
  for (let number = 1; number <= 12; number++) {
    const build = {
      name: "web",
      artifact_type: "amazon.ami",
      images: [image(`ami-web-${number}`), ...(number === 12 ? [image("ami-web-12-eu", "eu-west-1")] : [])],
      metadata: { kernel: `6.1.${number}` },
      labels: { team: "platform" },
      parents: [{ artifact: "hashicorp/base", version: 6, channel: "latest" }],
      provenance: { git: { commit: "4f2a9c1d8e7b6a5f4c3d2e1f0a9b8c7d6e5f4a3b" } },
    };
    await client.publish("hashicorp/web", {
      fingerprint: `web-${number}`,
      semver: `1.${number}.0`,
      description: "Nginx for customers",
      builds: [build],
    });
  }
  const parents = [{ artifact: "hashicorp/web", version: 12 }];
  const shop = { name: "shop", artifact_type: "amazon.ami", images: [image("ami-shop-1")], parents };
  await client.publish("hashicorp/shop", { fingerprint: "shop-1", builds: [shop] });
  client.close();
}
