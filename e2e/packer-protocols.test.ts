/** What the plugin does goes over either protocol that Packers speak with plugins; `make try-packers` asks older ones. */
import { expect, inject, test } from "vitest";
import { run } from "../tools/run.ts";
import { compareVersions } from "../tools/versions.ts";
import { expectFailure, expectSuccess, useRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { fileSource, requiredPlugins } from "./harness/templates.ts";

const registry = useRegistry();
const newWorkspace = useWorkspaces();
/** Earlier ones speak gob only. */
const firstWithProtobuf = "1.12.0";

async function packerVersion(): Promise<string> {
  const { stdout } = await run(inject("packer"), ["version"], { timeoutMs: 20_000 });
  return /v(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? "";
}

const template = (name: string, options: string, source = fileSource("web")) => `${requiredPlugins}${source}
build {
  sources = ["source.file.web"]
  post-processor "waybill" {
    artifact = "protocol/${name}"
    ${options}
  }
}
`;

test.each([
  ["protobuf", {}],
  ["gob", { PACKER_FORCE_GOB: "1" }],
])(
  "by %s a base is published, read by a data source, and becomes the parent of what it is read for",
  async (protocol, settings) => {
    const workspace = await newWorkspace({ ...registry.settings, ...settings, PACKER_LOG: "1" });
    const base = `base-${protocol}`;
    await workspace.write(
      "base/web.pkr.hcl",
      template(base, 'semver = "1.4.0"\n labels = { tier = "front", "ключ" = "значение" }'),
    );
    const built = expectSuccess(await workspace.packer(["build", "base"]));
    const speaksProtobuf = compareVersions(await packerVersion(), firstWithProtobuf) >= 0;
    expect(built.output.includes("--protobuf")).toBe(protocol === "protobuf" && speaksProtobuf);

    const data = `data "waybill-artifact" "base" {\n  artifact = "protocol/${base}"\n}\n`;
    const content = fileSource(
      "web",
      `\${data.waybill-artifact.base.number} \${data.waybill-artifact.base.fingerprint}`,
    );
    await workspace.write("child/web.pkr.hcl", template(`child-${protocol}`, "", data + content));
    expectSuccess(await workspace.packer(["validate", "child"]));
    expectSuccess(await workspace.packer(["build", "child"]));
    const version = await registry.client.getVersion(`protocol/${base}`, 1);
    expect(version).toMatchObject({ semver: "1.4.0", builds: [{ labels: { ключ: "значение" } }] });
    expect(await workspace.read("images/web.img")).toBe(`1 ${version.fingerprint}`);
    const child = await registry.client.getVersion(`protocol/child-${protocol}`, 1);
    expect(child.builds[0]?.parents).toMatchObject([{ artifact: `protocol/${base}`, version: 1 }]);

    await workspace.write("wrong/web.pkr.hcl", template("wrong", "artefact = 1"));
    expect(expectFailure(await workspace.packer(["validate", "wrong"])).output).toContain("artefact");
  },
);
