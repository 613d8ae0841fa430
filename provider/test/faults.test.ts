import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createIdentity } from "../src/plugin/certificate.ts";
import { body, type Fault, FaultyRegistry, problem } from "./harness/faulty-registry.ts";
import type { Message } from "./harness/plugin-process.ts";
import { ProviderClient } from "./harness/provider-client.ts";

const token = `wbl_${"f".repeat(43)}`;
const data = { name: "hashicorp/web", channel: "production" };
const channel = { artifact: "hashicorp/web", name: "production" };
const webhook = { name: "deployer", url: "https://ci.example.com/", secret_wo: `whsec_${"A".repeat(44)}` };
const year = 366 * 86_400_000;

let registry: FaultyRegistry;
const started: ProviderClient[] = [];

beforeAll(async () => {
  registry = await FaultyRegistry.start();
});
afterAll(() => registry.stop());
afterEach(async () => {
  registry.requests.length = 0;
  for (const client of started.splice(0)) await client.stop();
});

async function start(env: NodeJS.ProcessEnv = {}): Promise<ProviderClient> {
  const settings = { WAYBILL_ADDRESS: registry.address(), WAYBILL_TOKEN: token, WAYBILL_TIMEOUT: "1s" };
  const client = await ProviderClient.start({ ...settings, ...env });
  started.push(client);
  return client;
}

async function tlsRegistry(identity = createIdentity()): Promise<FaultyRegistry> {
  const secure = await FaultyRegistry.start(identity);
  onTestFinished(() => secure.stop());
  return secure;
}

async function file(name: string, content: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "waybill-faults-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, name), content);
  return join(directory, name);
}

/** One error, with its own summary, its place, and what to do; and never the token. */
function expectError({ diagnostics }: Message, summary: string, detail: RegExp, at?: string): void {
  expect(diagnostics).toMatchObject([
    {
      severity: "ERROR",
      summary,
      detail: expect.stringMatching(detail),
      attribute: at === undefined ? null : { steps: [{ attribute_name: at }] },
    },
  ]);
  expect(JSON.stringify(diagnostics)).not.toContain(token);
}

const never: Fault = () => undefined;
const cut: Fault = (response) => void response.socket?.destroy();
const truncated: Fault = (response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": 1_000 });
  response.write('{"results": [');
  setImmediate(() => response.socket?.destroy());
};
const half = body(200, "application/json", '{"results": [{"resol');
const page = body(200, "text/html", "<html><title>Sign in</title></html>");
const other = body(200, "application/json", '{"hello": "world"}');
const later = { "retry-after": "3600" };

type Row = [what: string, fault: Fault, summary: string, detail: RegExp, data?: string, change?: string];
const rows: Row[] = [
  ["is slow", never, "Registry did not answer in time", /within 1 s.*WAYBILL_TIMEOUT/s],
  ["answers 401", problem(401, "unauthorized"), "Token refused", /WAYBILL_TOKEN; it may have expired/],
  ["answers 403", problem(403, "forbidden"), "Token may not do this", /Said forbidden/, "name", "artifact"],
  [
    ...(["answers 404", problem(404, "artifact_not_found"), "No such artifact"] as const),
    ...([/hashicorp\/web.*Check the name/s, "name", "artifact"] as const),
  ],
  [
    "answers 429",
    problem(429, "too_many_requests", {}, later),
    "Registry asks to wait",
    /3600 s.*-parallel/s,
  ],
  ["answers 500", problem(500, "internal"), "Registry failed", /Try again.*operator/s],
  ["answers 503", problem(503, "unavailable"), "Registry not available", /Said unavailable/],
  ["cuts the connection", cut, "Connection to the registry was cut", /try again/],
  ["cuts its answer", truncated, "Connection to the registry was cut", /in the middle of an answer/],
  ["answers half of a document", half, "Registry gave an invalid answer", /not JSON.*address.*proxy/s],
  ["answers with a page", page, "Registry gave an invalid answer", /HTML page \("Sign in"\).*address/s],
  ["is no registry", other, "Registry gave an invalid answer", /another kind.*address/s],
  ["redirects", body(302, "text/plain", ""), "Registry gave an invalid answer", /redirects.*set address/s],
];

describe.each(rows)("a registry that %s", (_what, fault, summary, detail, atData, atChange) => {
  test("is reported where data is read", async () => {
    registry.fault = fault;
    expectError(await (await start()).readData("waybill_artifact", data), summary, detail, atData);
  });

  test("is reported where something is changed, and the state stays as it was", async () => {
    const client = await start();
    const state = {
      ...{ ...channel, id: "hashicorp/web/production", created_at: "2026-01-31T12:00:00.000Z" },
    };
    const written = { ...channel, description: "new" };
    registry.fault = fault;
    const changed = await client.apply("waybill_channel", state, written);
    expectError(changed, summary, detail, atChange);
    expect(changed.state).toMatchObject(state);
  });
});

test.each([
  [409, "webhook_exists", "Webhook is there already", /terraform import <address> deployer/, "name"],
  [409, "version_in_use", "Version is in use", /Said version_in_use/, undefined],
  [400, "invalid_request", "Registry refused the request", /Said invalid_request/, undefined],
  [418, "of_a_later_release", "Registry refused the request", /Said of_a_later_release/, undefined],
] as const)("a refusal %d %s has its own summary", async (status, code, summary, detail, at) => {
  const client = await start();
  registry.fault = problem(status, code);
  const place = at ?? (code === "version_in_use" ? "name" : undefined);
  expectError(await client.apply("waybill_webhook", null, webhook), summary, detail, place);
});

test("a token for one run is revoked when the answer that it was made is lost", async () => {
  const client = await start();
  registry.requests.length = 0;
  registry.fault = (response, request) =>
    (request.method === "POST" ? cut : body(204, "text/plain", ""))(response, request);
  const config = { json: Buffer.from(JSON.stringify({ scopes: [{ scope: "read", pattern: "*" }] })) };
  const opened = await client.plugin.provider("OpenEphemeralResource", {
    type_name: "waybill_token",
    config,
  });
  expectError(opened, "Connection to the registry was cut", /look before you try again\.[^:]*$/);
  expect(registry.requests).toEqual([
    "POST /v1/tokens",
    expect.stringMatching(/^DELETE \/v1\/tokens\/terraform-/),
  ]);
});

test("what was made is in the state, though what was to follow failed", async () => {
  const client = await start();
  const made = {
    name: "deployer",
    created_at: "2026-01-31T12:00:00.000Z",
    disabled_reason: null,
    secret: "s",
  };
  registry.fault = (response, request) => {
    const fault = request.method === "POST" ? body(201, "application/json", JSON.stringify(made)) : null;
    (fault ?? problem(500, "internal"))(response, request);
  };
  const answer = await client.apply("waybill_webhook", null, { ...webhook, enabled: false });
  expectError(answer, "Registry failed", /Try again/);
  expect(answer.state).toMatchObject({ id: "deployer", name: "deployer" });
});

test("a field that the registry names is where the error is shown", async () => {
  const client = await start();
  const errors = [{ path: "events.0", message: "is no event" }];
  registry.fault = problem(400, "invalid_request", {
    errors: [{ path: "url", message: "is odd" }, ...errors],
  });
  expectError(
    await client.apply("waybill_webhook", null, webhook),
    ...(["Registry refused the request", /url: is odd/, "url"] as const),
  );
});

test("what was not taken for long enough is asked again, as late as Retry-After says", async () => {
  const client = await start({ WAYBILL_TIMEOUT: "10s" });
  const again: Fault = problem(429, "too_many_requests", {}, { "retry-after": "1" });
  registry.fault = (response, request) =>
    (registry.requests.length === 1 ? again : problem(404, "channel_not_found"))(response, request);
  expectError(
    await client.readData("waybill_artifact", data),
    ...(["No such channel", /Said channel_not_found/, "channel"] as const),
  );
  expect(registry.requests).toHaveLength(2);
});

test("a registry that is away is named, with what to check", async () => {
  const gone = await FaultyRegistry.start();
  await gone.stop();
  const client = await start({ WAYBILL_ADDRESS: "http://127.0.0.1:1" });
  const detail = /127\.0\.0\.1:1.*connection refused.*WAYBILL_ADDRESS/s;
  expectError(await client.readData("waybill_artifact", data), "Registry not reachable", detail);
  const unknown = await start({ WAYBILL_ADDRESS: "http://registry.invalid" });
  expectError(
    await unknown.readData("waybill_artifact", data),
    "Registry not reachable",
    /host name.*not known/,
  );
});

test("a token that is not given is told apart from one that is refused", async () => {
  registry.fault = problem(401, "unauthorized");
  const client = await start({ WAYBILL_TOKEN: "" });
  expectError(
    await client.readData("waybill_artifact", data),
    "Token refused",
    /No token was given.*WAYBILL_TOKEN/s,
  );
});

describe("TLS", () => {
  const untrusted = "No trusted connection to the registry";
  const readFrom = async (address: string, ca?: string) => {
    const client = await start({ WAYBILL_ADDRESS: address, ...(ca && { WAYBILL_CA_FILE: ca }) });
    return client.readData("waybill_artifact", data);
  };

  test("an authority that is not known", async () => {
    const secure = await tlsRegistry();
    expectError(await readFrom(secure.address("localhost")), untrusted, /set ca_file \(WAYBILL_CA_FILE\)/);
  });

  test("a certificate of another host, or one that has expired", async () => {
    const identity = createIdentity();
    const secure = await tlsRegistry(identity);
    const ca = await file("ca.pem", identity.certificate);
    expectError(await readFrom(secure.address(), ca), untrusted, /another host name.*as address/);
    const old = createIdentity(Date.now() - 2 * year);
    const expired = await tlsRegistry(old);
    const at = expired.address("localhost");
    expectError(await readFrom(at, await file("old.pem", old.certificate)), untrusted, /expired.*renew/);
  });

  test("a port that speaks no TLS, and one that speaks nothing else", async () => {
    const secure = await tlsRegistry();
    expectError(await readFrom(registry.address().replace("http:", "https:")), untrusted, /write http:\/\//);
    const plain = await readFrom(secure.address().replace("https:", "http:"));
    expectError(plain, "Connection to the registry was cut", /write https:\/\//);
  });

  test("a file of authorities that cannot be used", async () => {
    const secure = await tlsRegistry();
    expectError(
      await readFrom(secure.address(), "/none.pem"),
      "Invalid ca_file",
      /\/none\.pem cannot be read/,
    );
    const empty = await file("empty.pem", "");
    expectError(await readFrom(secure.address(), empty), "Invalid ca_file", /give a file of PEM/);
  });
});

describe("a proxy", () => {
  const unreached = "Proxy does not reach the registry";
  const address = "http://registry.example.com";

  test("is asked for what is not on this machine, and told apart from the registry", async () => {
    const proxy = registry.address();
    registry.fault = problem(404, "artifact_not_found");
    const client = await start({ WAYBILL_ADDRESS: address, HTTP_PROXY: proxy });
    const missing = await client.readData("waybill_artifact", data);
    expectError(missing, "No such artifact", /registry\.example\.com/, "name");
    expect(registry.requests).toEqual([`POST ${address}/v1/resolve`]);
    const tunnel = await start({ WAYBILL_ADDRESS: address.replace("http:", "https:"), HTTPS_PROXY: proxy });
    expectError(await tunnel.readData("waybill_artifact", data), unreached, /add its host to NO_PROXY/);
  });

  test("that is away is named", async () => {
    const client = await start({ WAYBILL_ADDRESS: address, HTTP_PROXY: "http://127.0.0.1:1" });
    expectError(
      await client.readData("waybill_artifact", data),
      unreached,
      /HTTP_PROXY refused the connection/,
    );
  });

  test("is left out for hosts in NO_PROXY", async () => {
    const client = await start({
      ...{ WAYBILL_ADDRESS: "http://registry.invalid", HTTP_PROXY: registry.address() },
      NO_PROXY: ".invalid",
    });
    expectError(await client.readData("waybill_artifact", data), "Registry not reachable", /not known here/);
    expect(registry.requests).toEqual([]);
  });
});
