import { createHash } from "node:crypto";
import { lstat, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { scratch, waybill } from "../test/waybill.ts";
import { target } from "./install.ts";

let home: string;
let executable: string;
const hosts = ["registry.terraform.io", "registry.opentofu.org"];
const described = { version: "0.1.0", api_version: "x5.0" };

async function makeExecutable(answer: unknown): Promise<string> {
  const path = join(scratch(), "built");
  await writeFile(path, `#!/bin/sh\n[ "$1" = describe ] && printf '%s' '${JSON.stringify(answer)}'\n`, {
    mode: 0o755,
  });
  return path;
}

beforeEach(async () => {
  home = scratch();
  executable = await makeExecutable(described);
});

test("places the provider where Terraform and OpenTofu look, and prints what to require", async () => {
  const { code, stdout } = await waybill(["provider", "install", "--from", executable], {
    env: { HOME: home },
  });
  expect(code).toBe(0);
  expect(stdout).toContain('source  = "waybill/waybill"\n      version = "0.1.0"');
  for (const host of hosts) {
    const dir = join(home, ".terraform.d/plugins", host, "waybill/waybill/0.1.0", target);
    expect(await readdir(dir)).toEqual(["terraform-provider-waybill_v0.1.0"]);
    const path = join(dir, "terraform-provider-waybill_v0.1.0");
    expect(stdout).toContain(`installed ${path}\n`);
    expect((await stat(path)).mode & 0o777).toBe(0o755);
    expect(await readFile(path)).toEqual(await readFile(executable));
  }
});

test("replaces an earlier provider, or links to the one that is built", async () => {
  const root = scratch();
  const args = ["provider", "install", "--from", executable, "--plugin-dir", root, "--json"];
  await waybill(args);
  const { code, stdout } = await waybill([...args, "--link"]);
  expect(code).toBe(0);
  const { installed } = JSON.parse(stdout) as { installed: string[] };
  expect(installed).toHaveLength(2);
  for (const path of installed) expect((await lstat(path)).isSymbolicLink()).toBe(true);
});

test("warns when a configuration of Terraform's own hides the provider", async () => {
  await writeFile(join(home, ".terraformrc"), "provider_installation {\n  direct {}\n}\n");
  const { code, stderr } = await waybill(["provider", "install", "--from", executable], {
    env: { HOME: home },
  });
  expect(code).toBe(0);
  expect(stderr).toContain(`warning: ${home}/.terraformrc has its own provider_installation`);
});

test("says where it looked for what is not built", async () => {
  const { code, stderr } = await waybill(["plugin", "install", "--from", "/no/such/file"]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: "waybill: --from /no/such/file is no file\n" });
});

test("an archive of a release is not taken for what is in it", async () => {
  const archive = join(home, "terraform-provider-waybill_0.1.0_linux_amd64.zip");
  await writeFile(archive, "PK");
  const { code, stderr } = await waybill(["provider", "install", "--from", archive]);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: `waybill: --from ${archive} is an archive; unpack it, and name what is in it\n`,
  });
});

const packerDirectories: [string, (home: string) => Record<string, string>, string][] = [
  ["PACKER_PLUGIN_PATH", (home) => ({ PACKER_PLUGIN_PATH: join(home, "mine") }), "mine"],
  ["PACKER_CONFIG_DIR", (home) => ({ PACKER_CONFIG_DIR: home }), ".packer.d/plugins"],
  ["XDG_CONFIG_HOME", (home) => ({ XDG_CONFIG_HOME: join(home, "xdg") }), "xdg/packer/plugins"],
  ["the home directory", () => ({}), ".config/packer/plugins"],
];

test.each(packerDirectories)(
  "places the plugin where %s leads Packer, with its digest",
  async (_name, env, below) => {
    const args = ["plugin", "install", "--from", executable];
    const { code, stdout } = await waybill(args, { env: { HOME: home, ...env(home) } });
    expect(code).toBe(0);
    const dir = join(home, below, "github.com/waybill/waybill");
    const name = `packer-plugin-waybill_v0.1.0_x5.0_${target}`;
    expect(stdout).toContain(`installed ${join(dir, name)}\n`);
    expect((await readdir(dir)).sort()).toEqual([name, `${name}_SHA256SUM`]);
    const digest = createHash("sha256")
      .update(await readFile(join(dir, name)))
      .digest("hex");
    expect(await readFile(join(dir, `${name}_SHA256SUM`), "utf8")).toBe(digest);
  },
);

test("keeps to an old ~/.packer.d where there is one, as Packer does", async () => {
  await mkdir(join(home, ".packer.d"));
  await waybill(["plugin", "install", "--from", executable], { env: { HOME: home } });
  expect(await readdir(join(home, ".packer.d/plugins/github.com/waybill/waybill"))).toHaveLength(2);
});

test("refuses a list of plugin directories, as Packer does", async () => {
  const env = { PACKER_PLUGIN_PATH: "/a:/b" };
  const { code, stderr } = await waybill(["plugin", "install", "--from", executable], { env });
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: "waybill: PACKER_PLUGIN_PATH names several directories, and Packer takes only one\n",
  });
});

test.each([
  ["something that is no plugin", "sorry"],
  ["a plugin with a version that is no plain one", { ...described, version: "../../evil" }],
])("refuses to install %s", async (_name, answer) => {
  const from = await makeExecutable(answer);
  const { code, stderr } = await waybill(["plugin", "install", "--from", from, "--plugin-dir", home]);
  expect(code).toBe(2);
  expect(stderr).toContain("is no Packer plugin for this machine");
  expect(await readdir(home)).toEqual([]);
});
