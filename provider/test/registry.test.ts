import { decode, encode } from "@msgpack/msgpack";
import { RegistryClient } from "@waybill/registry-client/client";
import { readSettings } from "@waybill/registry-client/settings";
import type { Publish } from "@waybill/registry-client/types";
import { type RunningServer, startServer } from "@waybill/registry-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { artifactSchema } from "../src/data-sources/artifact-schema.ts";
import { type Message, PluginProcess, shipped } from "./harness/plugin-process.ts";

const TYPE = "waybill_artifact";
const token = `wbl_${"t".repeat(43)}`;
const nulls = Object.fromEntries(Object.keys(artifactSchema.attributes).map((name) => [name, null]));

let server: RunningServer;
let plugin: PluginProcess;

function release(number: number): Publish {
  const image = (region: string) => ({ platform: "aws", region, external_id: `ami-${region}-${number}` });
  const build = { artifact_type: "amazon.ami", metadata: { commit: `c${number}` }, labels: { os: "linux" } };
  return {
    fingerprint: `commit-${number}`,
    semver: `1.${number}.0`,
    builds: [
      { ...build, name: "amazon-ebs.web", images: [image("us-east-1"), image("eu-west-1")] },
      {
        ...build,
        name: "qemu.web",
        artifact_type: "qemu.image",
        files: [{ path: "a.qcow2", size: 2 ** 40, sha256: "0".repeat(64), stored: false }],
      },
    ],
  };
}

beforeAll(async () => {
  server = await startServer({ bootstrapToken: token });
  const client = new RegistryClient(readSettings({ address: server.url, token }, {}), {
    userAgent: "test/1",
  });
  for (const number of [1, 2]) await client.publish("hashicorp/web", release(number));
  await client.publish("hashicorp/open", { fingerprint: "open", expected_builds: ["a", "b"] });
  client.close();
  plugin = await PluginProcess.start(shipped.script, {
    WAYBILL_ADDRESS: server.url,
    WAYBILL_TOKEN: token,
    WAYBILL_NAMESPACE: "hashicorp",
  });
  const config = Object.fromEntries(
    ["address", "token", "namespace", "ca_file", "timeout", "consumer", "on_revoked"].map((name) => [
      name,
      null,
    ]),
  );
  await plugin.provider("ConfigureProvider", { config: { msgpack: encode(config) } });
});

afterAll(async () => {
  await plugin.kill();
  await server.close();
});

async function read(values: Message): Promise<Message> {
  const config = { msgpack: encode({ ...nulls, ...values }) };
  const { state, diagnostics } = await plugin.provider("ReadDataSource", { type_name: TYPE, config });
  return diagnostics.length > 0 ? diagnostics : decode(state.msgpack);
}

test("reads the newest version, and the same bytes each time", async () => {
  const first = await read({ name: "web" });
  expect(first).toMatchObject({
    ...{ id: "hashicorp/web/2", number: 2, semver: "1.2.0", fingerprint: "commit-2", external_id: null },
    metadata: { commit: "c2" },
    metadata_full: {
      "region-us-east-1": "ami-us-east-1-2",
      "region-eu-west-1": "ami-eu-west-1-2",
      commit: "c2",
    },
    files: [{ build: "qemu.web", path: "a.qcow2", size: 2 ** 40 }],
    labels: { os: "linux" },
    revocation: null,
  });
  expect(first.images).toHaveLength(2);
  expect(await read({ name: "web" })).toEqual(first);
});

test.each<[Message, Message]>([
  [{ version: "1" }, { number: 1, version: "1" }],
  [{ version: "latest" }, { number: 2, version: "latest" }],
  [{ channel: "latest" }, { number: 2, channel: "latest", version: null }],
  [{ constraint: "~> 1.1.0" }, { number: 1, semver: "1.1.0" }],
  [{ fingerprint: "commit-1" }, { number: 1, fingerprint: "commit-1" }],
  [{ region: "eu-west-1" }, { external_id: "ami-eu-west-1-2" }],
  [{ type: "qemu.image" }, { images: [], external_id: null }],
  [
    { build: "amazon-ebs.web", region: "us-east-1" },
    { external_id: "ami-us-east-1-2", files: [] },
  ],
])("reads by %j", async (values, expected) => {
  expect(await read({ name: "hashicorp/web", ...values })).toMatchObject(expected);
});

test.each<[Message, string, RegExp, string]>([
  [{ name: "none" }, "No such artifact", /hashicorp\/none/, "name"],
  [{ name: "web", version: "9" }, "No such version", /9/, "version"],
  [{ name: "web", fingerprint: "nothing" }, "No such version", /nothing/, "fingerprint"],
  [{ name: "web", constraint: "> 9" }, "No such version", /> 9/, "constraint"],
  [{ name: "web", constraint: "soon" }, "Invalid constraint", /soon.*write it as/, "constraint"],
  [{ name: "web", channel: "production" }, "No such channel", /production/, "channel"],
  [{ name: "web", region: "mars" }, "No matching image", /eu-west-1.*us-east-1/s, "region"],
  [{ name: "web", build: "amazon-ebs.web" }, "Several images match", /ami-eu-west-1-2.*region/, "build"],
  [{ name: "open" }, "Channel points nowhere", /open/, "name"],
  [{ name: "open", fingerprint: "open" }, "Version is not complete", /a.*b/s, "fingerprint"],
])("reports %j as %s", async (values, summary, detail, attribute) => {
  expect(await read(values)).toMatchObject([
    {
      severity: "ERROR",
      summary,
      detail: expect.stringMatching(detail),
      attribute: { steps: [{ attribute_name: attribute }] },
    },
  ]);
});
