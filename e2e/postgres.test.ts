import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { expectSuccess, useWorkspaces } from "./harness/fixtures.ts";
import { startPostgres } from "./harness/postgres.ts";
import { Registry } from "./harness/registry.ts";

const newWorkspace = useWorkspaces();
let directory: string;
let postgres: Awaited<ReturnType<typeof startPostgres>>;
let registry: Registry;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "waybill-e2e-postgres-"));
  // Where root runs the tests, PostgreSQL runs as somebody else, who has to reach its directory.
  await chmod(directory, 0o711);
  postgres = await startPostgres(directory);
  registry = new Registry(postgres.url);
  await registry.start();
});
afterAll(async () => {
  await registry?.remove();
  await postgres?.stop();
  await rm(directory, { recursive: true, force: true });
});

test("the whole chain runs on PostgreSQL, and what was published survives a registry that is killed", async () => {
  const workspace = await newWorkspace(registry.settings);
  await workspace.copyExample("packer/file");
  await workspace.copyExample("terraform/first-steps");
  const tofu = inject("terraforms").at(-1)?.path ?? "";

  expectSuccess(await workspace.packer(["build", "."]));
  expectSuccess(await workspace.run(tofu, ["init"]));
  expectSuccess(await workspace.run(tofu, ["apply", "-auto-approve"]));
  expectSuccess(await workspace.packer(["build", "-var", "release=1.1.0", "."]));
  await registry.kill();
  await registry.start();

  const plan = await workspace.run(tofu, ["plan", "-detailed-exitcode"]);
  expect(plan.code, plan.output).toBe(2);
  expect(plan.output).toMatch(/~ release\s+= "1\.0\.0" -> "1\.1\.0"/);
  expect(plan.output).toMatch(/~ version\s+= 1 -> 2/);
  expect(await registry.stop()).toBe(0);
});
