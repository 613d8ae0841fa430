import { defaultEvents } from "@waybill/registry-server/webhooks/schema";
import { describe, expect, test } from "vitest";
import { callsOf, summaries, value } from "../../test/harness/service-calls.ts";
import { waybill } from "../waybill.ts";

const call = callsOf(waybill);
const kinds = {
  resource: { offered: waybill.resources, method: "validateResourceConfig" },
  data: { offered: waybill.dataSources, method: "validateDataResourceConfig" },
} as const;

async function validate(kind: keyof typeof kinds, typeName: string, values: object) {
  const { offered, method } = kinds[kind];
  const attributes = offered?.[typeName]?.schema.attributes ?? {};
  const nulls = Object.fromEntries(Object.keys(attributes).map((name) => [name, null]));
  const clientCapabilities = { writeOnlyAttributesAllowed: true };
  return call(method, { typeName, config: value({ ...nulls, ...values }), clientCapabilities });
}

const secret = `whsec_${"A".repeat(43)}=`;
const hook = { name: "x", url: "https://ci.example.com/", secret_wo: secret };
const chat = { name: "x", format: "slack", url_wo: "https://hooks.example.com/x" };
const mail = { name: "x", format: "email", recipients: ["web-team@example.com"] };

describe("what can be known when it is planned is said then", () => {
  test.each([
    ["resource", "waybill_namespace", { name: "Big" }, ["Invalid name"]],
    ["resource", "waybill_namespace", { name: "x", quota_bytes: -1 }, ["Invalid quota_bytes"]],
    ["resource", "waybill_artifact", { artifact: "a/b/c" }, ["Invalid artifact"]],
    [
      ...(["resource", "waybill_artifact"] as const),
      ...([
        { artifact: "a/b", retention: { keep: 0, days: 1.5 } },
        ["Invalid retention.keep", "Invalid retention.days"],
      ] as const),
    ],
    ["resource", "waybill_channel", { artifact: "a/b", name: "latest" }, ["Invalid name"]],
    [
      ...(["resource", "waybill_channel"] as const),
      ...([
        { artifact: "a/b", name: "x", rules: { types: [""], regions: null, after: "X", scope: "read" } },
        ["Invalid rules.types", "Invalid rules.after", "Invalid rules.scope"],
      ] as const),
    ],
    [
      ...(["resource", "waybill_channel_assignment"] as const),
      ...([
        { artifact: "a/b", channel: "latest", version: 0 },
        ["Invalid channel", "Invalid version"],
      ] as const),
    ],
    [
      ...(["resource", "waybill_revocation"] as const),
      ...([
        { artifact: "a/b", version: 1, reason: "", at: "soon" },
        ["Invalid reason", "Invalid at"],
      ] as const),
    ],
    [
      ...(["resource", "waybill_version"] as const),
      ...([
        { artifact: "a/b", fingerprint: "x y", semver: "1", builds: {} },
        ["Invalid fingerprint", "Invalid semver", "Invalid builds"],
      ] as const),
    ],
    [
      ...(["resource", "waybill_token"] as const),
      ...([
        { name: "x", secret_wo: "short", scopes: [{ scope: "own", pattern: "" }], expires_at: "soon" },
        ["Invalid secret_wo", "Invalid scopes[0].scope", "Invalid scopes[0].pattern", "Invalid expires_at"],
      ] as const),
    ],
    [
      ...(["resource", "waybill_token"] as const),
      ...([
        { name: "x", scopes: [{ scope: "read", pattern: "Team" }] },
        ["Invalid scopes[0].pattern"],
      ] as const),
    ],
    ["resource", "waybill_token", { name: "x", scopes: [] }, ["Invalid scopes"]],
    [
      ...(["resource", "waybill_version"] as const),
      ...([
        {
          artifact: "a/b",
          fingerprint: "x",
          builds: { a: { artifact_type: "x.y", metadata: null, labels: null, images: [] } },
        },
        [`Invalid builds["a"].images`],
      ] as const),
    ],
    ["resource", "waybill_webhook", { ...hook, artifacts: ["a/b/c"] }, ["Invalid artifacts"]],
    ["resource", "waybill_webhook", hook, []],
    ["resource", "waybill_webhook", chat, []],
    ["resource", "waybill_webhook", mail, []],
    ["resource", "waybill_webhook", { ...hook, url: "ftp://x" }, ["Invalid url"]],
    [
      "resource",
      "waybill_webhook",
      { ...hook, url_wo: "https://b.example.com/" },
      ["Arguments exclude each other"],
    ],
    ["resource", "waybill_webhook", { ...hook, url: null }, ["Missing url"]],
    ["resource", "waybill_webhook", { ...hook, events: ["version"] }, ["Invalid events"]],
    ["resource", "waybill_webhook", { ...hook, recipients: ["a@example.com"] }, ["Invalid recipients"]],
    ["resource", "waybill_webhook", { ...chat, url_wo: null, url: chat.url_wo }, ["Invalid url"]],
    ["resource", "waybill_webhook", { ...chat, secret_wo: secret }, ["Invalid secret_wo"]],
    ["resource", "waybill_webhook", { ...mail, recipients: null }, ["Missing recipients"]],
    ["resource", "waybill_webhook", { ...mail, recipients: ["team"] }, ["Invalid recipients"]],
    ["resource", "waybill_webhook", { ...hook, secret_overlap_hours: 721 }, ["Invalid secret_overlap_hours"]],
    ["data", "waybill_artifact", { name: "a/b", constraint: "soon" }, ["Invalid constraint"]],
    ["data", "waybill_artifacts", { since: "soon", limit: 0 }, ["Invalid since", "Invalid limit"]],
    ["data", "waybill_ancestry", { artifact: "a/b", number: 1, depth: 21 }, ["Invalid depth"]],
  ] as const)("%s %s %j", async (kind, typeName, values, expected) => {
    const answer = await validate(kind, typeName, values);
    expect(summaries(answer)).toEqual(expected);
    for (const { detail } of answer.diagnostics) {
      expect(detail).toMatch(/\.$/);
      expect(detail).not.toMatch(/whsec_A|hooks\.example/);
    }
  });
});

test.each(["waybill_token", "waybill_webhook"])(
  "a new %s needs its secret when it is planned",
  async (typeName) => {
    await call("configureProvider", { config: value(blank(waybill.schema)) });
    const schema = waybill.resources?.[typeName]?.schema ?? waybill.schema;
    const config = { ...blank(schema), name: "x", scopes: [], url: "https://ci.example.com/" };
    const known = Object.fromEntries(Object.entries(config).filter(([name]) => name in schema.attributes));
    const plan = (more: object) =>
      call("planResourceChange", {
        ...{ typeName, priorState: value(null), proposedNewState: value(known) },
        config: value({ ...known, ...more }),
      });
    expect((await plan({})).diagnostics).toMatchObject([
      { summary: "Missing secret_wo", attribute: { steps: [{ selector: { attributeName: "secret_wo" } }] } },
    ]);
    expect(summaries(await plan({ secret_wo: "s" }))).toEqual([]);
  },
);

test("the events of a webhook that names none are those of the registry", () => {
  const { events } = waybill.resources?.waybill_webhook?.schema.attributes ?? {};
  expect(events?.default).toEqual([...defaultEvents].sort());
});

function blank({ attributes }: { readonly attributes: object }): Record<string, null> {
  return Object.fromEntries(Object.keys(attributes).map((name) => [name, null]));
}
