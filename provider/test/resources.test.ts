import { RegistryClient } from "@waybill/registry-client/client";
import { readSettings } from "@waybill/registry-client/settings";
import { type RunningServer, startServer } from "@waybill/registry-server";
import { newToken } from "@waybill/registry-server/tokens/token";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waybill } from "../src/waybill.ts";
import { type Message, PluginProcess, shipped } from "./harness/plugin-process.ts";
import { carried, ProviderClient } from "./harness/provider-client.ts";

const token = newToken();
const secret = (fill: number) => `whsec_${Buffer.alloc(32, fill).toString("base64")}`;
const own = { token: newToken(), webhook: secret(1) };

let server: RunningServer;
let registry: RegistryClient;
let provider: ProviderClient;

beforeAll(async () => {
  server = await startServer({ bootstrapToken: token });
  registry = new RegistryClient(readSettings({ address: server.url, token }, {}), { userAgent: "test/1" });
});
afterAll(async () => {
  registry.close();
  await server.close();
});

function release(fingerprint: string) {
  const images = [{ platform: "aws", region: "us-east-1", external_id: `ami-${fingerprint}` }];
  return { fingerprint, builds: [{ name: "a", artifact_type: "amazon.ami", images }] };
}

type Values = Record<string, unknown>;
type Kind = {
  readonly type: string;
  readonly written: Values;
  /** What is written later: nothing, where each change makes another one. */
  readonly changed?: Values;
  readonly id: string;
  /** What somebody else does to it, and what of the state shows that. */
  readonly drift?: () => Promise<unknown>;
  readonly drifted?: Values;
};

const build = { artifact_type: "amazon.ami", metadata: null, labels: null };
const image = {
  platform: "aws",
  region: "us-east-1",
  external_id: "ami-9",
  source_image_id: null,
  labels: null,
};

const kindsIn = (ns: string): Kind[] => [
  {
    type: "waybill_namespace",
    written: { name: ns, description: "a" },
    changed: { description: "b", anonymous_read: true },
    id: ns,
    drift: () => registry.namespaces.put(ns, { description: "c", anonymous_read: false }),
    drifted: { description: "c", anonymous_read: false },
  },
  {
    type: "waybill_artifact",
    written: { artifact: `${ns}/new`, labels: { team: "a" }, retention: { keep: 5, days: 5 } },
    changed: { labels: { team: "b" }, retention: null },
    id: `${ns}/new`,
    drift: () => registry.putArtifact(`${ns}/new`, { labels: { team: "c" } }),
    drifted: { labels: { team: "c" } },
  },
  {
    type: "waybill_version",
    written: {
      artifact: `${ns}/vendor`,
      fingerprint: "v1",
      builds: { a: { ...build, images: [image] } },
    },
    changed: { description: "b", labels: { os: "debian" } },
    id: `${ns}/vendor/1`,
    drift: () => registry.changeVersion(`${ns}/vendor`, 1, { description: "c" }),
    drifted: { description: "c" },
  },
  {
    type: "waybill_channel",
    written: { artifact: `${ns}/web`, name: "staging", description: "a" },
    changed: { description: "b", rules: { types: null, regions: ["us-east-1"], after: null, scope: null } },
    id: `${ns}/web/staging`,
    drift: () => registry.channels.put(`${ns}/web`, "staging", { description: "c", rules: {} }),
    drifted: { description: "c", rules: null },
  },
  {
    type: "waybill_channel_assignment",
    written: { artifact: `${ns}/api`, channel: "production", version: 1, reason: "a" },
    changed: { version: 2, reason: "b" },
    id: `${ns}/api/production`,
    drift: async () => {
      const ifUnchanged = await registry.channels.get(`${ns}/api`, "production");
      await registry.channels.put(`${ns}/api`, "production", { version: 1, reason: "c" }, { ifUnchanged });
    },
    drifted: { version: 1 },
  },
  {
    type: "waybill_revocation",
    written: { artifact: `${ns}/revoked`, version: 1, reason: "a" },
    changed: { reason: "b" },
    id: `${ns}/revoked/1`,
    drift: () => registry.revocations.revoke(`${ns}/revoked`, 1, { reason: "c" }),
    drifted: { reason: "c" },
  },
  {
    type: "waybill_token",
    written: {
      ...{ name: `${ns}-ci`, secret_wo: own.token, secret_wo_version: 1 },
      scopes: [{ scope: "read", pattern: ns }],
    },
    id: `${ns}-ci`,
  },
  {
    type: "waybill_webhook",
    written: {
      ...{ name: `${ns}-hook`, url: "https://ci.example.com/hook?key=1", secret_wo: own.webhook },
      secret_wo_version: 1,
    },
    changed: { secret_wo: secret(2), secret_wo_version: 2, enabled: false, events: ["channel.*"] },
    id: `${ns}-hook`,
    drift: () =>
      registry.webhooks.change(`${ns}-hook`, { enabled: true, url: "https://elsewhere.example.com/" }),
    drifted: { enabled: true, url: "https://elsewhere.example.com/" },
  },
];

test("every resource is among those that are driven", () => {
  expect(
    kindsIn("any")
      .map(({ type }) => type)
      .sort(),
  ).toEqual(Object.keys(waybill.resources ?? {}).sort());
});

describe.each(Object.entries(shipped))("with the %s", (ns, command) => {
  beforeAll(async () => {
    for (const name of ["web", "api", "revoked"]) {
      for (const fingerprint of ["1", "2"]) await registry.publish(`${ns}/${name}`, release(fingerprint));
    }
    await registry.channels.put(`${ns}/api`, "production", { version: 1 });
    const settings = { WAYBILL_ADDRESS: server.url, WAYBILL_TOKEN: token, WAYBILL_NAMESPACE: ns };
    provider = await ProviderClient.start(settings, command);
  });
  afterAll(() => provider.stop());

  test.each(kindsIn(ns))("$type is planned, made, read, changed, imported and removed", async (kind) => {
    const { type, written, changed, id, drift, drifted } = kind;
    expect(await provider.validate(type, written)).toMatchObject({ diagnostics: [] });
    const made = await provider.apply(type, null, written);
    expect(made.diagnostics).toEqual([]);
    expect(made.state).toMatchObject({ ...visible(written), id });
    expect(JSON.stringify(made.state)).not.toMatch(/wbl_|whsec_/);
    await expectQuiet(type, made.state, written);

    const later = { ...written, ...changed };
    const after = changed ? await provider.apply(type, made.state, later) : made;
    expect(after.diagnostics).toEqual([]);
    expect(after.state).toMatchObject({ ...visible(later), id });
    await expectQuiet(type, after.state, later);

    const imported = await provider.import(type, id);
    expect(imported.diagnostics).toEqual([]);
    const complete = await provider.read(type, imported.states[0]);
    const plan = await provider.plan(type, complete.state, later);
    expect([plan.diagnostics, plan.requires_replace]).toEqual([[], []]);

    if (drift) {
      await drift();
      const { state } = await provider.read(type, after.state);
      expect(state).toMatchObject(drifted ?? {});
      const mended = await provider.apply(type, state, later);
      expect(mended.diagnostics).toEqual([]);
      expect(mended.state).toMatchObject(visible(later));
    }
    const state = (await provider.read(type, after.state)).state;
    expect((await provider.apply(type, state, null)).diagnostics).toEqual([]);
    const gone = await provider.read(type, state);
    // A namespace only loses what was set.
    expect(gone.state).toEqual(
      type === "waybill_namespace" ? expect.objectContaining({ description: null }) : null,
    );
    expect((await provider.apply(type, state, null)).diagnostics).toEqual([]);
  });

  test("an ephemeral token is opened, is good, and is closed", async () => {
    const type_name = "waybill_token";
    const config = {
      json: Buffer.from(JSON.stringify({ scopes: [{ scope: "read", pattern: ns }], ttl: "5m" })),
    };
    const call = (method: string, more: object) => provider.plugin.provider(method, { type_name, ...more });
    expect(await call("ValidateEphemeralResourceConfig", { config })).toEqual({ diagnostics: [] });
    const opened = await call("OpenEphemeralResource", { config });
    expect(opened.diagnostics).toEqual([]);
    const { token: lent, name } = carried(opened.result);
    const holder = new RegistryClient(readSettings({ address: server.url, token: lent }, {}), {
      userAgent: "test/1",
    });
    expect(await holder.tokens.self()).toMatchObject({ name });
    expect(opened.private.toString()).not.toContain(lent);
    expect(await call("CloseEphemeralResource", { private: opened.private })).toEqual({ diagnostics: [] });
    await expect(holder.tokens.self()).rejects.toMatchObject({ code: "unauthorized" });
    holder.close();
  });

  test("functions are listed, called without a configuration, and say which argument is wrong", async () => {
    const plugin = await PluginProcess.start(command);
    const json = (value: unknown) => ({ json: Buffer.from(JSON.stringify(value)) });
    const call = (name: string, ...given: unknown[]) =>
      plugin.provider("CallFunction", { name, arguments: given.map(json) });
    const { functions } = await plugin.provider("GetFunctions", {});
    expect(Object.keys(functions).sort()).toEqual(Object.keys(waybill.functions ?? {}).sort());
    expect(carried((await call("satisfies", "1.4.2", "~> 1.4")).result)).toBe(true);
    const { error } = await call("compare_versions", "1.0.0", "one");
    expect(error).toMatchObject({ function_argument: 1, text: expect.stringContaining("one") });
    await plugin.kill();
  });

  test("state of an older schema is upgraded, and that of a newer one refused", async () => {
    const upgrade = (version: number, state: object) =>
      provider.plugin.provider("UpgradeResourceState", {
        ...{ type_name: "waybill_token", version, raw_state: { json: Buffer.from(JSON.stringify(state)) } },
      });
    const old = { id: "ci", name: "ci", secret: null, secret_version: 3, scopes: [], created_at: null };
    const { upgraded_state, diagnostics } = await upgrade(0, old);
    expect(diagnostics).toEqual([]);
    expect(carried(upgraded_state)).toMatchObject({ id: "ci", secret_wo: null, secret_wo_version: 3 });
    expect((await upgrade(2, old)).diagnostics).toMatchObject([
      { summary: "State was written by a newer provider" },
    ]);
  });

  test.each([
    ["hcp_packer_bucket", "waybill_artifact", ""],
    ["hcp_packer_channel", "waybill_channel", "/moving"],
    ["hcp_packer_channel_assignment", "waybill_channel_assignment", "/moving"],
  ])("a %s is moved to a %s, without a configuration, and then read", async (source, target, rest) => {
    await registry.channels.put(`${ns}/web`, "moving", { version: 1 });
    const state =
      rest === "" ? { name: "web" } : { bucket_name: "web", name: "moving", channel_name: "moving" };
    const plugin = await PluginProcess.start(command);
    const { target_state, diagnostics } = await plugin.provider("MoveResourceState", {
      ...{ source_provider_address: "registry.terraform.io/hashicorp/hcp", source_type_name: source },
      ...{ source_schema_version: 0, target_type_name: target },
      source_state: { json: Buffer.from(JSON.stringify(state)) },
    });
    await plugin.kill();
    expect(diagnostics).toEqual([]);
    const read = await provider.read(target, carried(target_state));
    expect(read.diagnostics).toEqual([]);
    expect(read.state).toMatchObject({ artifact: "web", id: `${ns}/web${rest}` });
    const without = await ProviderClient.start({ WAYBILL_ADDRESS: server.url }, command);
    const { diagnostics: refused } = await without.read(target, carried(target_state));
    await without.stop();
    expect(refused).toMatchObject([
      { summary: "Invalid artifact", detail: expect.stringContaining("set namespace") },
    ]);
  });

  test("an artifact may be written with and without its namespace", async () => {
    const created_at = "2026-01-31T12:00:00Z";
    const state = { artifact: `${ns}/web`, name: "x", id: `${ns}/web/x`, created_at };
    const plan = await provider.plan("waybill_channel", state, { artifact: "web", name: "x" });
    expect(plan.requires_replace).toEqual([]);
    expect(carried(plan.planned_state)).toMatchObject({ ...state, artifact: "web" });
  });
});

/** Reading changes nothing, and what was written needs no change. */
async function expectQuiet(type: string, state: Message, written: Values): Promise<void> {
  const read = await provider.read(type, state);
  expect([read.diagnostics, read.state]).toEqual([[], state]);
  const plan = await provider.plan(type, state, written);
  expect([plan.diagnostics, carried(plan.planned_state), plan.requires_replace]).toEqual([[], state, []]);
}

/** Without what is only written. */
function visible({ secret_wo: _, ...values }: Values): Values {
  return values;
}
