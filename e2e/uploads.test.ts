import { createHash } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { expectSuccess, useFreshRegistry, useWorkspaces } from "./harness/fixtures.ts";
import { fileTemplate } from "./harness/templates.ts";

// Empty for each test: equal bytes are sent once only.
const registry = useFreshRegistry();
const newWorkspace = useWorkspaces();

const impatient = { WAYBILL_TIMEOUT: "1s" };
const sum = (text: string) => createHash("sha256").update(text).digest("hex");

/** The bytes that the registry gives for a file of a build. */
async function download(artifact: string, path: string): Promise<string | number> {
  const url = `${registry.client.address}v1/artifacts/${artifact}/versions/1/builds/file.web/files/${path}`;
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${registry.settings.WAYBILL_TOKEN}` },
  });
  return response.ok ? response.text() : response.status;
}

test("files of the template are uploaded, with lines that say so; those of the builder are recorded", async () => {
  const workspace = await newWorkspace(registry.settings);
  await workspace.write("extra/sbom.json", "{}");
  await workspace.write("extra/notes.txt", "words");
  const options = 'artifact = "hashicorp/extras"\n files = ["extra/*"]';
  await workspace.write("web.pkr.hcl", fileTemplate(["web"], options));
  const { output } = expectSuccess(await workspace.packer(["build", "."]));
  expect(output).toMatch(/==> file\.web \(waybill\): Uploading extra\/sbom\.json \(2 B\)/);
  expect(output).toMatch(/==> file\.web \(waybill\): Uploaded extra\/sbom\.json \(2 B\)/);

  expect(await download("hashicorp/extras", "extra/sbom.json")).toBe("{}");
  expect(await download("hashicorp/extras", "extra/notes.txt")).toBe("words");
  expect(await download("hashicorp/extras", "images/web.img")).toBe(404);
  const { files } = await registry.client.resolve({ artifact: "hashicorp/extras" });
  expect(files).toMatchObject([
    { path: "images/web.img", sha256: sum("web"), stored: false },
    { path: "extra/notes.txt", stored: true },
    { path: "extra/sbom.json", stored: true },
  ]);
});

test("with upload = true the image is uploaded too, once for all versions that have it", async () => {
  const workspace = await newWorkspace(registry.settings);
  const template = fileTemplate(["web"], 'artifact = "hashicorp/disks"\n upload = true');
  await workspace.write("web.pkr.hcl", template);
  expectSuccess(await workspace.packer(["build", "."]));
  expect(await download("hashicorp/disks", "images/web.img")).toBe("web");
  const { output } = expectSuccess(await workspace.packer(["build", "-force", "."]));
  expect(output).toContain("The registry has images/web.img already");
  expect(await registry.client.resolve({ artifact: "hashicorp/disks" })).toMatchObject({ number: 2 });
});

/** Builds while the registry is away, and brings the registry back. */
async function buildWhileAway(artifact: string) {
  const workspace = await newWorkspace({ ...registry.settings, ...impatient });
  const template = fileTemplate(["web"], `artifact = "${artifact}"\n upload = true`);
  await workspace.write("web.pkr.hcl", template);
  await registry.kill();
  const { output } = expectSuccess(await workspace.packer(["build", "."]));
  await registry.start();
  return { workspace, output };
}

test("what cannot be uploaded now is uploaded by waybill spool send, from anywhere", async () => {
  const { workspace, output } = await buildWhileAway("hashicorp/late");
  expect(output).toContain(`must stay where they are: ${workspace.path("images/web.img")}`);
  const sent = expectSuccess(await workspace.run("sh", ["-c", "cd / && waybill spool send"]));
  expect(sent.output).toContain("Uploaded images/web.img");
  expect(await download("hashicorp/late", "images/web.img")).toBe("web");
});

test.for(["changed", "gone"])(
  "a build whose file is %s is set aside, or published without it",
  async (how) => {
    const artifact = `hashicorp/${how}`;
    const { workspace } = await buildWhileAway(artifact);
    const image = workspace.path("images/web.img");
    await (how === "gone" ? rm(image) : writeFile(image, "bew"));
    const refused = await workspace.waybill(["spool", "send"]);
    expect(refused.code).toBe(4);
    expect(refused.output).toContain(`${image} is not there any more, or has changed since the build`);
    await expect(registry.client.getArtifact(artifact)).rejects.toMatchObject({ code: "artifact_not_found" });

    await workspace.run("sh", ["-c", "mv .spool/refused/*.json .spool/"]);
    expectSuccess(await workspace.waybill(["spool", "send", "--record-only"]));
    const { files } = await registry.client.resolve({ artifact });
    expect(files).toMatchObject([{ path: "images/web.img", sha256: sum("web"), stored: false }]);
  },
);
