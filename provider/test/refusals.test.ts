import { RegistryClient } from "@waybill/registry-client/client";
import { readSettings } from "@waybill/registry-client/settings";
import { type RunningServer, startServer } from "@waybill/registry-server";
import { newToken } from "@waybill/registry-server/tokens/token";
import { afterAll, beforeAll, expect, test } from "vitest";
import { carried, ProviderClient } from "./harness/provider-client.ts";

const token = newToken();
let server: RunningServer;
let registry: RegistryClient;
let provider: ProviderClient;

const images = [{ platform: "aws", region: "us-east-1", external_id: "ami-1" }];
const release = (fingerprint: string) => ({
  ...{ fingerprint, semver: `${fingerprint}.0.0` },
  builds: [{ name: "a", artifact_type: "amazon.ami", images }],
});
const start = (more: NodeJS.ProcessEnv) =>
  ProviderClient.start({ WAYBILL_ADDRESS: server.url, WAYBILL_TOKEN: token, ...more });

beforeAll(async () => {
  server = await startServer({ bootstrapToken: token });
  registry = new RegistryClient(readSettings({ address: server.url, token }, {}), { userAgent: "test/1" });
  provider = await start({ WAYBILL_NAMESPACE: "team" });
  for (const fingerprint of ["1", "2", "3"]) await registry.publish("team/web", release(fingerprint));
});
afterAll(async () => {
  await provider.stop();
  registry.close();
  await server.close();
});

test("a semantic version that another version has is an error, and what was made is in the state", async () => {
  const image = { ...images[0], source_image_id: null, labels: null };
  const builds = { a: { artifact_type: "amazon.ami", images: [image], metadata: null, labels: null } };
  const written = { artifact: "team/web", fingerprint: "taken", semver: "1.0.0", builds };
  const { diagnostics, state } = await provider.apply("waybill_version", null, written);
  expect(diagnostics).toMatchObject([
    { severity: "ERROR", summary: "Semantic version is taken", attribute: at("semver") },
  ]);
  expect(diagnostics[0].detail).toContain("Version 1 already has 1.0.0");
  expect(state).toMatchObject({ id: "team/web/4" });
});

test("who may publish describes an artifact, and needs no more for what is not changed", async () => {
  const { token: lent } = await registry.tokens.create({
    name: "publisher",
    scopes: [{ scope: "publish", pattern: "team" }],
  });
  const publisher = await start({ WAYBILL_TOKEN: lent });
  const written = { artifact: "team/described", description: "a" };
  const made = await publisher.apply("waybill_artifact", null, written);
  expect(made.diagnostics).toEqual([]);
  const changed = await publisher.apply("waybill_artifact", made.state, { ...written, description: "b" });
  expect([changed.diagnostics, changed.state.description]).toEqual([[], "b"]);
  const refused = await publisher.apply("waybill_artifact", changed.state, {
    ...written,
    retention: { keep: 1, days: 1 },
  });
  expect(refused.diagnostics).toMatchObject([{ summary: "Token may not do this" }]);
  await publisher.stop();
});

test("a promotion that replaces what is not there is refused when it is planned", async () => {
  const type = "waybill_channel_assignment";
  await registry.channels.put("team/web", "guarded", { version: 1 });
  const written = { artifact: "team/web", channel: "guarded", version: 1 };
  const { state } = await provider.apply(type, null, written);
  const plan = async (more: object) =>
    (await provider.plan(type, state, { ...written, ...more })).diagnostics;
  expect(await plan({ version: 2, replaces: 1 })).toEqual([]);
  expect(await plan({ version: 2, replaces: 3 })).toMatchObject([
    { summary: "Channel was moved meanwhile", attribute: at("version") },
  ]);
  // What it replaced stays written when it is done, and another channel points elsewhere.
  expect(await plan({ replaces: 3 })).toEqual([]);
  expect(await plan({ channel: "other", version: 2, replaces: 3 })).toEqual([]);
});

test("a revoked version is not promoted, and the advice is not one for data sources", async () => {
  await registry.revocations.revoke("team/web", 3, { reason: "test" });
  const written = { artifact: "team/web", channel: "advised", version: 3 };
  await registry.channels.put("team/web", "advised", { version: 1 });
  const { diagnostics } = await provider.apply("waybill_channel_assignment", null, written);
  expect(diagnostics).toMatchObject([{ summary: "Version is revoked" }]);
  expect(diagnostics[0].detail).not.toContain("on_revoked");
});

test("a change of a webhook that is sent plans no change of why it is not", async () => {
  const written = { name: "hook", url: "https://ci.example.com/", secret_wo: `whsec_${"A".repeat(43)}=` };
  const { state } = await provider.apply("waybill_webhook", null, written);
  const planned = async (more: object) =>
    carried((await provider.plan("waybill_webhook", state, { ...written, ...more })).planned_state);
  expect(await planned({ description: "b" })).toMatchObject({ description: "b", disabled_reason: null });
  expect((await planned({ enabled: false })).disabled_reason).not.toBeNull();
});

test("a name without namespace means another artifact when the provider has another namespace", async () => {
  const written = { artifact: "web", name: "moved", description: "a" };
  const { state } = await provider.apply("waybill_channel", null, written);
  expect(state).toMatchObject({ artifact: "web", id: "team/web/moved" });
  const other = await start({ WAYBILL_NAMESPACE: "other" });
  const read = await other.read("waybill_channel", state);
  expect(read).toMatchObject({ diagnostics: [], state: { ...state, artifact: "team/web" } });
  const plan = await other.plan("waybill_channel", read.state, written);
  expect(plan.requires_replace).toMatchObject([at("artifact")]);
  await other.stop();
  // Without one it can still be destroyed.
  const without = await start({});
  const seen = await without.read("waybill_channel", state);
  expect((await without.apply("waybill_channel", seen.state, null)).diagnostics).toEqual([]);
  await without.stop();
});

test("the order in which scopes are written makes no other token", async () => {
  const [one, two] = ["a", "b"].map((pattern) => ({ scope: "read", pattern }));
  const written = { name: "ordered", secret_wo: newToken(), scopes: [one, two] };
  const { state } = await provider.apply("waybill_token", null, written);
  const replaced = async (scopes: unknown) =>
    (await provider.plan("waybill_token", state, { ...written, scopes })).requires_replace;
  expect(await replaced([two, one])).toEqual([]);
  expect(await replaced([one])).toMatchObject([at("scopes")]);
  expect(await replaced([one, one])).toMatchObject([at("scopes")]);
  const { diagnostics, state: later } = await provider.apply("waybill_token", state, {
    ...written,
    scopes: [two, one],
  });
  expect([diagnostics, (await provider.read("waybill_token", later)).state]).toEqual([[], later]);
});

test.each(["waybill_channel", "waybill_channel_assignment"])(
  "an id that cannot be one of a %s is shown what its page says it is",
  async (type) => {
    expect((await provider.import(type, "web")).diagnostics).toMatchObject([
      { summary: "Invalid import id", detail: expect.stringContaining("must be namespace/artifact/channel") },
    ]);
  },
);

function at(name: string) {
  return { steps: [{ attribute_name: name }] };
}
