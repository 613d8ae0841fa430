import { mkdir, readFile, symlink } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import { furnishHome, isolatedEnvironment, repository } from "../tools/environment.ts";
import { startRegistryProcess } from "../tools/registry-process.ts";
import { run } from "../tools/run.ts";
import { expectSuccess, useWorkspaces } from "./harness/fixtures.ts";

const newWorkspace = useWorkspaces();
const timeoutMs = 90_000;

test("every command of the README's tour does what the README says", async () => {
  const workspace = await newWorkspace({});
  const [prepare = "", serve = "", ...rest] = shellBlocks(
    await readFile(join(repository, "README.md"), "utf8"),
  );
  const makefile = await readFile(join(repository, "Makefile"), "utf8");
  for (const target of prepare.match(/^make (.*)$/m)?.[1]?.split(" ") ?? []) {
    expect(makefile).toMatch(new RegExp(`^${target}:`, "m"));
  }

  // The README's port may be taken here; all else is as written.
  const home = workspace.directory;
  const env = isolatedEnvironment(home, { WAYBILL_LISTEN: "127.0.0.1:0" });
  await furnishHome(home);
  const [program, command, ...flags] = serve.trim().split(" ");
  expect([program, command]).toEqual(["waybill", "serve"]);
  const registry = await startRegistryProcess(home, env, flags);
  onTestFinished(async () => void (await registry.end("SIGKILL")));

  await mkdir(workspace.path("bin"));
  await symlink(inject("packer"), workspace.path("bin/packer"));
  await symlink(inject("terraforms")[0]?.path ?? "", workspace.path("bin/terraform"));
  const tour = rest.join("").replaceAll("http://127.0.0.1:8421", registry.address);
  const { output } = expectSuccess(
    await run("sh", ["-euc", tour], {
      cwd: repository,
      env: {
        ...env,
        PATH: [workspace.path("bin"), env.PATH].join(delimiter),
        WAYBILL_ADDRESS: registry.address,
      },
      timeoutMs,
    }),
  );
  expect(output).toMatch(/~ version\s+= 1 -> 2/);
  expect(output).toContain("ami-0abc\nbuilt already, nothing to do\n");
});

function shellBlocks(markdown: string): string[] {
  return [...markdown.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block ?? "");
}
