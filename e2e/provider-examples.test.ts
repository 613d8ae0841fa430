import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { newToken } from "@waybill/registry-server/tokens/token";
import { beforeEach, describe, expect, inject, test } from "vitest";
import { repository } from "../tools/environment.ts";

import { expectSuccess, useFreshRegistry, useWorkspaces } from "./harness/fixtures.ts";
import type { Workspace } from "./harness/workspace.ts";

const registry = useFreshRegistry();
const newWorkspace = useWorkspaces();

const examples = join(repository, "examples/terraform");
/** The examples of one folder are one configuration: a page shows each by itself, and none of them gets in another's way. */
const folders = ["data-sources", "resources", "functions", "ephemeral-resources"];

const head = `
terraform {
  required_providers {
    waybill = {
      source = "waybill/waybill"
    }
  }
}
`;

describe.for(inject("terraforms"))("$title", ({ path }) => {
  let workspace: Workspace;
  const terraform = (...args: string[]) => workspace.run(path, args, { TF_VAR_ci_secret: newToken() });

  beforeEach(async () => {
    workspace = await newWorkspace(registry.settings);
    for (const commit of ["4f2a9c1".repeat(6).slice(2), "8e1d0b7".repeat(6).slice(2)]) {
      await registry.client.publish("hashicorp/web", {
        fingerprint: commit,
        builds: [
          {
            name: "amazon-ebs.web",
            artifact_type: "amazon.ami",
            images: [{ platform: "aws", region: "us-east-1", external_id: `ami-${commit.slice(0, 17)}` }],
            provenance: { git: { commit } },
          },
        ],
      });
    }
    await registry.client.channels.put("hashicorp/web", "production", { version: 1 });
  });

  test.for(folders)(
    "the examples of %s are applied, change nothing more, and are destroyed",
    async (folder) => {
      const files = (await readdir(join(examples, folder))).sort();
      await workspace.write("main.tf", head);
      for (const file of files)
        await workspace.write(file, await readFile(join(examples, folder, file), "utf8"));
      expectSuccess(await terraform("init"));
      expectSuccess(await terraform("fmt", "-check", "-diff"));
      expectSuccess(await terraform("apply", "-auto-approve"));
      const plan = await terraform("plan", "-detailed-exitcode");
      expect(plan.code, plan.output).toBe(0);
      for (const file of files.filter((name) => name.endsWith(".import.sh"))) {
        const [, , address = "", id = ""] = (await workspace.read(file)).trim().split(" ");
        expectSuccess(await terraform("state", "rm", address));
        expectSuccess(await terraform("import", address, id));
      }
      expectSuccess(await terraform("destroy", "-auto-approve"));
    },
  );
});
