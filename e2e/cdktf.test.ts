import { mkdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { describeProvider } from "../provider/cdktf/schema.ts";
import { VERSION } from "../provider/src/version.ts";
import { waybill } from "../provider/src/waybill.ts";
import { repository } from "../tools/environment.ts";
import { run } from "../tools/run.ts";
import { expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";

const registry = useRegistry();
const newWorkspace = useWorkspaces();

const bindings = join(repository, "provider/cdktf");
/** The generators are installed first where they are not. */
const makeTimeoutMs = 10 * 60_000;
const requiredProvider = `terraform {
  required_providers {
    waybill = {
      source = "waybill/waybill"
    }
  }
}
`;

beforeAll(async () => {
  const made = await run(process.execPath, [join(bindings, "generate.ts")], { timeoutMs: makeTimeoutMs });
  expectSuccess(made);
  const images = [{ platform: "aws", region: "us-east-1", external_id: "ami-cdk" }];
  const build = {
    name: "amazon-ebs.web",
    artifact_type: "amazon.ami",
    metadata: { commit: "4f2a9c1" },
    images,
  };
  await registry.client.publish("hashicorp/web", { fingerprint: "one", builds: [build] });
  await registry.client.channels.put("hashicorp/web", "production", { version: 1 });
}, makeTimeoutMs);

describe.for(inject("terraforms"))("$title", ({ path }) => {
  test("describes the provider as we do without it", async () => {
    const workspace = await newWorkspace(registry.settings);
    await workspace.write("main.tf", requiredProvider);
    expectSuccess(await workspace.run(path, ["init"]));
    const { stdout } = expectSuccess(await workspace.run(path, ["providers", "schema", "-json"]));
    const theirs = JSON.parse(stdout);
    const [source = ""] = Object.keys(theirs.provider_schemas);
    expect(JSON.parse(JSON.stringify(describeProvider(waybill, source)))).toEqual(theirs);
  });

  test.for(["cdktf", "cdktn"])("plans the stack that is written with the package for %s", async (flavour) => {
    const workspace = await newWorkspace(registry.settings);
    const node = async (...args: string[]) => expectSuccess(await workspace.run(process.execPath, args));
    const packages = workspace.path("node_modules");
    const own = join(packages, `@waybill/provider-${flavour}`);
    await mkdir(own, { recursive: true });
    for (const name of [flavour, "constructs"]) {
      await symlink(join(bindings, "node_modules", name), join(packages, name));
    }
    await workspace.run("npm", ["pack", join(bindings, "dist", flavour)]);
    expectSuccess(
      await workspace.run("tar", [
        "xzf",
        `waybill-provider-${flavour}-${VERSION}.tgz`,
        "--strip-components=1",
        "-C",
        own,
      ]),
    );
    const example = await readFile(join(bindings, "example/main.ts"), "utf8");
    await workspace.write("main.ts", example.replaceAll("cdktn", flavour));
    await workspace.write("package.json", JSON.stringify({ type: "module" }));

    const tsc = join(repository, "node_modules/typescript/bin/tsc");
    await node(tsc, "--noEmit", "--strict", "--module", "nodenext", "main.ts");
    await node("main.ts");

    const stack = "-chdir=cdktf.out/stacks/web";
    expectSuccess(await workspace.run(path, [stack, "init"]));
    const { output } = expectSuccess(await workspace.run(path, [stack, "plan"]));
    expect(output).toMatch(/image\s+= "ami-cdk"/);
    expect(output).toMatch(/commit\s+= "4f2a9c1"/);
  });
});
