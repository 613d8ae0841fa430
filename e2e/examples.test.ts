import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { repository } from "../tools/environment.ts";
import { expectFailure, expectSuccess, useFreshRegistry, useWorkspaces } from "./harness/fixtures.ts";

const registry = useFreshRegistry();
const newWorkspace = useWorkspaces();
const tofu = inject("terraforms").at(-1)?.path ?? "";

const files = await readdir(join(repository, "examples"), { recursive: true });
const templates = files.filter((name) => /\.pkr\.hcl$|packer.*\.json$/.test(name)).sort();

test.for(templates)("packer reads %s", async (name) => {
  const workspace = await newWorkspace({});
  const file = join(repository, "examples", name);
  expectSuccess(await workspace.packer(["validate", "-syntax-only", file]));
  if (name.endsWith(".hcl")) expectSuccess(await workspace.packer(["fmt", "-check", "-diff", file]));
});

test("terraform finds its examples well formatted", async () => {
  const workspace = await newWorkspace({});
  await workspace.copyExample("terraform");
  expectSuccess(await workspace.run(tofu, ["fmt", "-check", "-diff", "-recursive"]));
});

describe("curl", () => {
  test("publishes, resolves and lists", async () => {
    const workspace = await newWorkspace(registry.settings);
    await workspace.copyExample("curl");
    const image = "ami-0curl0curl0curl0c";
    const published = expectSuccess(await workspace.run("sh", ["publish.sh", "commit-curl", image]));
    const again = expectSuccess(await workspace.run("sh", ["publish.sh", "commit-curl", image]));
    expect(JSON.parse(again.stdout).number).toBe(JSON.parse(published.stdout).number);

    const resolved = expectSuccess(await workspace.run("sh", ["resolve.sh", "fingerprint=commit-curl"]));
    expect(JSON.parse(resolved.stdout)).toMatchObject({ external_id: image, fingerprint: "commit-curl" });
    const listed = expectSuccess(await workspace.run("sh", ["list.sh"]));
    expect(listed.stdout).toContain("commit-curl");
  });

  test("is told what is wrong, and ends with another exit code", async () => {
    const workspace = await newWorkspace(registry.settings);
    await workspace.copyExample("curl");
    const missing = expectFailure(await workspace.run("sh", ["resolve.sh", "fingerprint=never-built"]));
    expect(JSON.parse(missing.stdout)).toMatchObject({ code: "artifact_not_found" });
    const usage = expectFailure(await workspace.run("sh", ["publish.sh"]));
    expect(usage.output).toContain("usage: publish.sh");
  });
});
