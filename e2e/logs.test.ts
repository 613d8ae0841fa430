import { expect, inject, test } from "vitest";
import { expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { fileTemplate } from "./harness/templates.ts";

const registry = useRegistry();
const newWorkspace = useWorkspaces();

test("what Packer prints is kept as the log of its build, while it goes on to the terminal", async () => {
  const workspace = await newWorkspace({ ...registry.settings, WAYBILL_FINGERPRINT: "4f2a9c1" });
  await workspace.write("web.pkr.hcl", fileTemplate(["web"], 'artifact = "hashicorp/logged"'));
  const append = 'waybill logs append hashicorp/logged "$WAYBILL_FINGERPRINT" --build file.web --open';
  const built = await workspace.run("sh", ["-c", `"${inject("packer")}" build . | ${append}`]);
  expectSuccess(built);
  expect(built.stdout).toContain("hashicorp/logged: version 1 is complete (latest)");

  const shown = expectSuccess(await workspace.waybill(["logs", "show", "hashicorp/logged", "1"]));
  expect(shown.stdout).toBe(built.stdout);
  expect(await registry.client.logs.list("hashicorp/logged", 1)).toMatchObject([
    { build: "file.web", cut: false, ended_at: expect.any(String) },
  ]);
});
