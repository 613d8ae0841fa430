import { decode, ExtData, encode } from "@msgpack/msgpack";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FakeRegistry, problem, resolved } from "./harness/fake-registry.ts";
import { type Message, PluginProcess, shipped } from "./harness/plugin-process.ts";

const UNKNOWN = new ExtData(0, Uint8Array.of(0));
const settings = ["address", "token", "namespace", "ca_file", "timeout", "consumer", "on_revoked"];
const argumentNames = [
  "type",
  "channel",
  "version",
  "constraint",
  "fingerprint",
  "platform",
  "region",
  "build",
  "on_revoked",
];
const resultNames = [
  ...["id", "number", "semver", "external_id", "images", "files", "metadata", "metadata_full", "labels"],
  ...["created_at", "revocation"],
];
const TYPE = "waybill_artifact";

function object(names: readonly string[], values: Message): Message {
  const nulls = Object.fromEntries(names.map((name) => [name, null]));
  return { msgpack: encode({ ...nulls, ...values }) };
}
const provider = (values: Message = {}) => object(settings, values);
const artifact = (values: Message) => object(["name", ...argumentNames, ...resultNames], values);

describe.each(Object.entries(shipped))("the %s", (_name, command) => {
  let registry: FakeRegistry;
  let plugin: PluginProcess;

  beforeAll(async () => {
    registry = await FakeRegistry.start();
  });
  afterAll(() => registry.stop());
  beforeEach(async () => {
    registry.requests.length = 0;
    registry.answer = (query) => ({ resolved: resolved(query) });
    plugin = await PluginProcess.start(command);
  });
  afterEach(() => plugin.kill());

  const configure = (config = provider({ address: registry.address })) =>
    plugin.provider("ConfigureProvider", { terraform_version: "1.11.4", config });
  const read = (values: Message, more: Message = {}) =>
    plugin.provider("ReadDataSource", { type_name: TYPE, config: artifact(values), ...more });

  test("describes its schema", async () => {
    const schema = await plugin.provider("GetProviderSchema", {});
    expect(schema.diagnostics).toEqual([]);
    expect(schema.server_capabilities).toEqual({
      get_provider_schema_optional: true,
      move_resource_state: true,
    });
    const { attributes } = schema.provider.block;
    expect(attributes.map(({ name }: Message) => name)).toEqual(settings);
    expect(attributes.filter(({ sensitive }: Message) => sensitive).map(({ name }: Message) => name)).toEqual(
      ["token"],
    );
    const source = schema.data_source_schemas[TYPE].block.attributes;
    const byName = Object.fromEntries(source.map((attribute: Message) => [attribute.name, attribute]));
    expect(Object.keys(byName).sort()).toEqual(["name", ...argumentNames, ...resultNames].sort());
    expect(byName.metadata_full.type.toString()).toBe('["map","string"]');
    expect(byName.fingerprint).toMatchObject({ optional: true, computed: true });
    expect(byName.version).toMatchObject({ optional: true, computed: false });
    expect(byName.images.nested_type.nesting).toBe("LIST");
    for (const attribute of source) expect(attribute.description, attribute.name).not.toBe("");
  });

  test("reads an artifact", async () => {
    expect(await configure()).toEqual({ diagnostics: [] });
    const { state, diagnostics } = await read({ name: "hashicorp/web", version: "latest" });
    expect(diagnostics).toEqual([]);
    expect(decode(state.msgpack)).toEqual({
      ...Object.fromEntries(argumentNames.map((name) => [name, null])),
      name: "hashicorp/web",
      version: "latest",
      id: "hashicorp/web/7",
      number: 7,
      semver: "1.4.0",
      fingerprint: "4f2a9c1",
      external_id: "ami-1",
      images: [
        {
          build: "amazon-ebs.web",
          artifact_type: "amazon.ami",
          platform: "aws",
          region: "us-east-1",
          external_id: "ami-1",
          source_image_id: null,
          labels: {},
        },
      ],
      files: [{ build: "amazon-ebs.web", path: "web.box", size: 5_368_709_121, sha256: "00ff" }],
      metadata: { commit: "4f2a9c1" },
      metadata_full: { commit: "4f2a9c1", "region-us-east-1": "ami-1" },
      labels: { team: "platform" },
      created_at: "2026-01-31T12:00:01.000Z",
      revocation: null,
    });
    const [{ headers, queries }] = registry.requests as [(typeof registry.requests)[0]];
    expect(queries).toEqual([{ artifact: "hashicorp/web" }]);
    expect(headers["user-agent"]).toBe("waybill-provider/0.1.0");
  });

  test("takes JSON where there is no msgpack", async () => {
    const json = Buffer.from(JSON.stringify({ address: registry.address }));
    expect(await configure({ json })).toEqual({ diagnostics: [] });
    const config = { json: Buffer.from('{"name":"hashicorp/web"}') };
    const { state } = await plugin.provider("ReadDataSource", { type_name: TYPE, config });
    expect(decode(state.msgpack)).toMatchObject({ id: "hashicorp/web/7" });
  });

  test("sends 200 reads, ten at a time, as few requests, and fails only those that fail", async () => {
    await configure();
    registry.answer = (query) =>
      query.artifact === "hashicorp/web13"
        ? problem("artifact_not_found", "no hashicorp/web13")
        : { resolved: resolved(query) };
    let next = 0;
    const failed: number[] = [];
    const worker = async () => {
      for (let index = next++; index < 200; index = next++) {
        const { state, diagnostics } = await read({ name: `hashicorp/web${index}` });
        if (diagnostics.length > 0) failed.push(index);
        else expect(decode(state.msgpack)).toMatchObject({ id: `hashicorp/web${index}/7` });
      }
    };
    await Promise.all(Array.from({ length: 10 }, worker));
    expect(failed).toEqual([13]);
    expect(registry.requests.flatMap(({ queries }) => queries)).toHaveLength(200);
    expect(registry.requests.length).toBeLessThanOrEqual(21);
  });

  test("asks for no more than a registry takes at once", async () => {
    await configure();
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => read({ name: `hashicorp/web${index}` })),
    );
    expect(answers.flatMap(({ diagnostics }) => diagnostics)).toEqual([]);
    for (const { queries } of registry.requests) expect(queries.length).toBeLessThanOrEqual(100);
    expect(registry.requests.length).toBeLessThanOrEqual(5);
  });

  test("ends running reads when Terraform is interrupted, and reads again afterwards", async () => {
    await configure();
    const asked = new Promise<void>((resolve) => {
      registry.answer = () => {
        resolve();
        return new Promise(() => undefined);
      };
    });
    const reading = read({ name: "hashicorp/web" });
    await asked;
    expect(await plugin.provider("StopProvider", {})).toEqual({ Error: "" });
    expect((await reading).diagnostics).toMatchObject([{ severity: "ERROR", summary: "Cancelled" }]);
    registry.answer = (query) => ({ resolved: resolved(query) });
    expect((await read({ name: "hashicorp/web" })).diagnostics).toEqual([]);
  });

  test("passes warnings on", async () => {
    await configure();
    const warnings = [
      { code: "key_left_out", message: "arch has two values; filter by build" },
      { code: "revoked", message: "it is" },
    ];
    registry.answer = (query) => ({ resolved: resolved(query, { warnings }) });
    const { diagnostics, state } = await read({ name: "hashicorp/web" });
    expect(diagnostics).toMatchObject([
      { severity: "WARNING", detail: "Arch has two values; filter by build." },
      { severity: "WARNING", summary: "Version is revoked" },
    ]);
    expect(state.msgpack.length).toBeGreaterThan(0);
  });

  test("defers reads while its configuration is unknown, or says how to go on", async () => {
    expect(await configure(provider({ address: UNKNOWN, token: UNKNOWN }))).toEqual({ diagnostics: [] });
    const values = { name: "hashicorp/web" };
    const deferred = await read(values, { client_capabilities: { deferral_allowed: true } });
    expect(deferred).toMatchObject({ deferred: { reason: "PROVIDER_CONFIG_UNKNOWN" }, diagnostics: [] });
    expect([...deferred.state.msgpack]).toEqual([0xd4, 0, 0]);
    const refused = await read(values);
    expect(refused).toMatchObject({ state: null, deferred: null });
    expect(refused.diagnostics).toMatchObject([
      {
        summary: "Provider configuration is known only after apply",
        detail: expect.stringMatching(/address and token.*-target.*WAYBILL_ADDRESS/s),
        attribute: null,
      },
    ]);
    expect(registry.requests).toEqual([]);
  });

  test("validates what is known and lets the rest pass", async () => {
    const validate = (values: Message) =>
      plugin.provider("ValidateDataResourceConfig", { type_name: TYPE, config: artifact(values) });
    const refined = new ExtData(12, encode(new Map([[1, false]]) && { 1: false }));
    expect(await validate({ name: UNKNOWN, channel: UNKNOWN, version: refined, region: refined })).toEqual({
      diagnostics: [],
    });
    const { diagnostics } = await validate({ name: "Hashicorp/web", channel: "production", version: "1.2" });
    expect(diagnostics.map(({ summary }: Message) => summary)).toEqual([
      "Invalid version",
      "Arguments exclude each other",
      "Invalid name",
    ]);
    expect(diagnostics[2].attribute).toEqual({
      steps: [expect.objectContaining({ attribute_name: "name" })],
    });
    const readOnly = {
      number: 3,
      semver: UNKNOWN,
      labels: {},
      revocation: { reason: "x", revoked_at: null },
    };
    const refused = await validate({ name: "hashicorp/web", fingerprint: "4f2a9c1", ...readOnly });
    expect(refused.diagnostics).toMatchObject(
      ["number", "semver", "labels", "revocation"].map((name) => ({
        severity: "ERROR",
        summary: "Attribute is read-only",
        detail: expect.stringContaining(`${name} is decided by the registry and cannot be set; remove it`),
        attribute: { steps: [{ attribute_name: name }] },
      })),
    );
    const config = provider({ address: "localhost:1", timeout: UNKNOWN, on_revoked: "ignore" });
    const invalid = await plugin.provider("ValidateProviderConfig", { config });
    expect(invalid.diagnostics.map(({ summary }: Message) => summary).sort()).toEqual([
      "Invalid address",
      "Invalid on_revoked",
    ]);
  });

  test("answers bytes that are no value with a diagnostic", async () => {
    await configure();
    const good = Buffer.from(artifact({ name: "hashicorp/web" }).msgpack);
    const wrong = [
      Buffer.alloc(0),
      Buffer.of(0xc1),
      Buffer.of(0xc0),
      Buffer.of(0xdf, 255, 255, 255, 255),
      good.subarray(1),
    ];
    for (const msgpack of [...wrong, good.subarray(0, -1), Buffer.concat([good, good])]) {
      const { diagnostics, state } = await plugin.provider("ReadDataSource", {
        type_name: TYPE,
        config: { msgpack },
      });
      expect(diagnostics, msgpack.toString("hex")).toMatchObject([
        { summary: "Value does not fit the schema" },
      ]);
      expect(state).toBeNull();
    }
    const other = await plugin.provider("ReadDataSource", {
      type_name: "waybill_none",
      config: { msgpack: good },
    });
    expect(other.diagnostics).toMatchObject([{ summary: "No such data source" }]);
  });

  test("answers bytes that are no message, and calls it does not know, with a status", async () => {
    const client = plugin.client("tfplugin6.Provider");
    const send = (method: string, bytes: Buffer) =>
      new Promise((resolve) => {
        const path = `/tfplugin6.Provider/${method}`;
        client.makeUnaryRequest(
          path,
          (raw: Buffer) => raw,
          (raw: Buffer) => raw,
          bytes,
          (error) => resolve(error?.code),
        );
      });
    expect(await send("ReadDataSource", Buffer.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f))).toBe(13);
    expect(await send("ReadDataSource", Buffer.alloc(64, 0xff))).toBe(13);
    expect(await send("GenerateResourceConfig", Buffer.alloc(0))).toBe(12);
    expect(await plugin.provider("GetMetadata", {})).toMatchObject({
      data_sources: expect.arrayContaining([{ type_name: TYPE }]),
    });
  });
});
