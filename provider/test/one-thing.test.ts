import { RegistryClient } from "@waybill/registry-client/client";
import { readSettings } from "@waybill/registry-client/settings";
import { type RunningServer, startServer } from "@waybill/registry-server";
import { newToken } from "@waybill/registry-server/tokens/token";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ProviderClient } from "./harness/provider-client.ts";

const token = newToken();
let server: RunningServer;
let registry: RegistryClient;
let provider: ProviderClient;

const images = [{ platform: "aws", region: "us-east-1", external_id: "ami-1" }];
const release = (fingerprint: string) => ({
  fingerprint,
  builds: [{ name: "a", artifact_type: "amazon.ami", images }],
});
const start = (more: NodeJS.ProcessEnv) =>
  ProviderClient.start({ WAYBILL_ADDRESS: server.url, WAYBILL_TOKEN: token, ...more });

beforeAll(async () => {
  server = await startServer({ bootstrapToken: token });
  registry = new RegistryClient(readSettings({ address: server.url, token }, {}), { userAgent: "test/1" });
  provider = await start({});
  for (const fingerprint of ["1", "2"]) await registry.publish("team/web", release(fingerprint));
});
afterAll(async () => {
  await provider.stop();
  registry.close();
  await server.close();
});

const build = {
  ...{ artifact_type: "amazon.ami", metadata: null, labels: null },
  images: images.map((image) => ({ ...image, source_image_id: null, labels: null })),
};

describe("made again before the old one goes, as with create_before_destroy", () => {
  test.each([
    ["waybill_artifact", { artifact: "team/empty" }],
    ["waybill_version", { artifact: "team/vendor", fingerprint: "1", builds: { a: build } }],
    ["waybill_channel_assignment", { artifact: "team/web", channel: "production", version: 1 }],
    ["waybill_revocation", { artifact: "team/web", version: 2, reason: "broken" }],
    ["waybill_namespace", { name: "kept", description: "a" }],
  ] as const)("a %s stays, and a later run destroys it", async (type, written) => {
    const { state: old } = await provider.apply(type, null, written);
    const { state } = await provider.apply(type, null, written);
    expect(state.id).toBe(old.id);
    const gone = await provider.apply(type, old, null, true);
    expect(gone).toMatchObject({ state: null, diagnostics: [{ severity: "WARNING" }] });
    expect((await provider.read(type, state)).state).toEqual(state);

    expect((await provider.apply(type, state, null)).diagnostics).toEqual([]);
    const after = (await provider.read(type, state)).state;
    expect(after).not.toEqual(state);
  });
});
