import { RegistryClient } from "@waybill/registry-client/client";
import { readSettings } from "@waybill/registry-client/settings";
import { type RunningServer, startServer } from "@waybill/registry-server";
import { newToken } from "@waybill/registry-server/tokens/token";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Message } from "./harness/plugin-process.ts";
import { carried, ProviderClient } from "./harness/provider-client.ts";

const token = newToken();
let server: RunningServer;
let registry: RegistryClient;
let provider: ProviderClient;

const images = [{ platform: "aws", region: "us-east-1", external_id: "ami-1" }];
const release = (fingerprint: string) => ({
  fingerprint,
  builds: [{ name: "a", artifact_type: "amazon.ami", images }],
});
const build = {
  ...{ artifact_type: "amazon.ami", metadata: null, labels: null },
  images: images.map((image) => ({ ...image, source_image_id: null, labels: null })),
};
const secret = (fill: number) => `whsec_${Buffer.alloc(32, fill).toString("base64")}`;
const hook = { name: "hook", url: "https://ci.example.com/", secret_wo: secret(1) };
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

test.each([
  ["waybill_artifact", "artifact", { artifact: "team/seen" }],
  ["waybill_version", "artifact", { artifact: "team/seen", fingerprint: "1", builds: { a: build } }],
  ["waybill_channel", "artifact", { artifact: "team/web", name: "seen" }],
  ["waybill_channel_assignment", "artifact", { artifact: "team/web", channel: "assigned", version: 1 }],
  ["waybill_revocation", "artifact", { artifact: "team/web", version: 2, reason: "broken" }],
  ["waybill_namespace", "name", { name: "team", description: "a" }],
  [
    ...(["waybill_token", "name"] as const),
    { name: "seen", secret_wo: newToken(), scopes: [{ scope: "read", pattern: "team/*" }] },
  ],
] as const)("a %s that the token may not see stays in the state", async (type, at, written) => {
  const { state } = await provider.apply(type, null, written);
  const scopes = [{ scope: "admin", pattern: "other" }] as const;
  const name = `other-${type.replaceAll("_", "-")}`;
  const { token: lent } = await registry.tokens.create({ name, scopes: [...scopes] });
  const other = await start({ WAYBILL_TOKEN: lent });
  onTestFinished(() => other.stop());
  const refusal = {
    summary: "Token may not see this",
    detail: expect.stringMatching(/"other-.*admin on other/),
    attribute: { steps: [{ attribute_name: at }] },
  };
  expect((await other.read(type, state)).diagnostics).toMatchObject([refusal]);
  if (type === "waybill_artifact" || type === "waybill_token")
    expect((await other.apply(type, state, null)).diagnostics).toMatchObject([refusal]);
  expect((await provider.apply(type, state, null)).diagnostics).toEqual([]);
  expect((await provider.read(type, state)).diagnostics).toEqual([]);
});

test.each([
  ["waybill_artifact", "Team/Web"],
  ["waybill_channel", "team/web/.."],
  ["waybill_channel_assignment", "team/web/a b"],
  ["waybill_version", "TEAM/web/1"],
  ["waybill_revocation", "team/web/9999999999"],
])("a %s is not imported by %s, which nothing can be called", async (type, id) => {
  const { diagnostics } = await provider.import(type, id);
  expect(diagnostics).toMatchObject([{ summary: "Invalid import id", detail: expect.stringContaining(id) }]);
});

test.each([
  ["waybill_channel", "team/web/latest"],
  ["waybill_channel_assignment", "team/web/latest"],
  ["waybill_token", "self"],
])("a %s is not imported by %s, which the registry keeps by itself", async (type, id) => {
  const { states } = await provider.import(type, id);
  expect(await provider.read(type, states[0])).toMatchObject({ diagnostics: [], state: null });
});

test.each([
  ["waybill_artifact", { artifact: "team/web", labels: { team: null } }, "labels"],
  [
    "waybill_channel",
    {
      ...{ artifact: "team/web", name: "x" },
      rules: { types: [null], regions: null, after: null, scope: null },
    },
    "rules.types",
  ],
  ["waybill_version", { artifact: "team/web", fingerprint: "x", builds: { a: null } }, "builds"],
  [
    "waybill_version",
    { artifact: "team/web", fingerprint: "x", builds: { a: { ...build, images: [null] } } },
    'builds["a"].images',
  ],
  ["waybill_token", { name: "x", scopes: [null] }, "scopes"],
  ["waybill_revocation", { artifact: "team/web", version: 1, reason: "a\n" }, "reason"],
  ["waybill_namespace", { name: "x", description: "x".repeat(1_025) }, "description"],
  ["waybill_revocation", { artifact: "team/web", version: 1, reason: "a", at: "2027-02-30T00:00:00Z" }, "at"],
])("a %s with %j is refused before there is a plan", async (type, written, at) => {
  const { diagnostics } = await provider.validate(type, written);
  expect(diagnostics).toMatchObject([{ summary: `Invalid ${at}` }]);
});

describe("another text that means the same", () => {
  test("a moment makes no other token, nor does its import", async () => {
    const scopes = [{ scope: "read", pattern: "team" }];
    const written = { name: "lent", secret_wo: newToken(), scopes, expires_at: "2099-01-01T00:00:00+02:00" };
    const { state } = await provider.apply("waybill_token", null, written);
    const imported = await provider.import("waybill_token", "lent");
    const read = await provider.read("waybill_token", imported.states[0]);
    expect(read.state.expires_at).toBe("2098-12-31T22:00:00.000Z");
    for (const before of [read.state, { ...state, expires_at: "2098-12-31T22:00:00Z" }]) {
      const plan = await provider.plan("waybill_token", before, written);
      expect([plan.requires_replace, carried(plan.planned_state)]).toEqual([[], state]);
    }
    expect(
      (await provider.plan("waybill_token", state, { ...written, expires_at: "2099-01-01T00:00:00Z" }))
        .requires_replace,
    ).toHaveLength(1);
  });

  test("empty maps make no other version", async () => {
    const written = { artifact: "team/mapped", fingerprint: "1", builds: { a: { ...build, metadata: {} } } };
    const { state } = await provider.apply("waybill_version", null, written);
    const without = { ...written, builds: { a: build } };
    expect((await provider.plan("waybill_version", state, without)).requires_replace).toEqual([]);
    const changed = await provider.apply("waybill_version", state, without);
    expect(changed).toMatchObject({ diagnostics: [], state: { ...without, number: 1 } });
    const other = { ...written, builds: { a: { ...build, metadata: { os: "debian" } } } };
    expect((await provider.plan("waybill_version", state, other)).requires_replace).toHaveLength(1);
  });

  test("an assignment whose timeouts change replaces nothing", async () => {
    const type = "waybill_channel_assignment";
    const written = { artifact: "team/web", channel: "timed", version: 1 };
    const { state } = await provider.apply(type, null, written);
    const timeouts = { create: "1m", read: null, update: null, delete: null };
    const { planned_state } = await provider.plan(type, state, { ...written, timeouts });
    expect(carried(planned_state)).toEqual({ ...state, timeouts });
  });
});

test("a token that Terraform does not close, as when a plan fails, is revoked when the provider ends", async () => {
  const run = await start({});
  const config = {
    json: Buffer.from(JSON.stringify({ scopes: [{ scope: "read", pattern: "team" }], ttl: "5m" })),
  };
  const opened = await run.plugin.provider("OpenEphemeralResource", { type_name: "waybill_token", config });
  const { name } = carried(opened.result);
  expect(await registry.tokens.get(name)).toMatchObject({ name });
  const controller = run.plugin.client("plugin.GRPCController") as Message;
  await new Promise((resolve) => controller.Shutdown({}, resolve));
  await expect(registry.tokens.get(name)).rejects.toMatchObject({ code: "token_not_found" });
  await run.stop();
});

test("a secret is sent again for another number only, and must be there then", async () => {
  const versioned = { ...hook, secret_wo_version: 1.5 };
  const { state } = await provider.apply("waybill_webhook", null, versioned);
  const described = { ...versioned, secret_wo: null, description: "b" };
  expect((await provider.apply("waybill_webhook", state, described)).diagnostics).toEqual([]);
  const next = { ...versioned, secret_wo_version: 2 };
  const without = await provider.plan("waybill_webhook", state, { ...next, secret_wo: null });
  expect(without.diagnostics).toMatchObject([{ summary: "Missing secret_wo" }]);
  expect((await provider.plan("waybill_webhook", state, next)).diagnostics).toEqual([]);
});
