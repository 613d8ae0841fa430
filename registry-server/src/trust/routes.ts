import { createRoute } from "@hono/zod-openapi";
import type { Register } from "../http/contract.ts";
import { bodyProblems, commonProblems, json, jsonBody, problems } from "../http/responses.ts";
import type { ExchangeService } from "./exchange.ts";
import {
  ExchangedSchema,
  ExchangeSchema,
  ruleExample,
  ruleListQuery,
  ruleParams,
  TrustRuleInputSchema,
  TrustRulePage,
  TrustRuleSchema,
} from "./schema.ts";
import type { TrustService } from "./service.ts";

const tags = ["trust"];
const needs = { "x-scope": "admin", "x-scope-on": "registry" } as const;
const path = "/v1/trust/{name}";

export const listTrustRules = createRoute({
  method: "get",
  path: "/v1/trust",
  operationId: "listTrustRules",
  ...needs,
  tags,
  summary: "Trust rules by name",
  request: { query: ruleListQuery },
  responses: {
    200: json(TrustRulePage, "A page of trust rules", { items: [ruleExample], next_cursor: null }),
    ...commonProblems,
  },
});

export const getTrustRule = createRoute({
  method: "get",
  path,
  operationId: "getTrustRule",
  ...needs,
  tags,
  summary: "Whom a trust rule accepts, and what it gives",
  request: { params: ruleParams },
  responses: {
    200: json(TrustRuleSchema, "The rule", ruleExample),
    ...commonProblems,
    ...problems("trust_rule_not_found"),
  },
});

const { name: _name, created_at: _created, updated_at: _updated, ...inputExample } = ruleExample;

export const putTrustRule = createRoute({
  method: "put",
  path,
  operationId: "putTrustRule",
  ...needs,
  tags,
  summary: "Make a trust rule, or put another in its place; safe to repeat",
  description:
    "The tokens that followed from the rule before are revoked. Issuers that vouch for everybody's jobs, such as github.com's, need a claim that says whose.",
  request: { params: ruleParams, body: jsonBody(TrustRuleInputSchema, inputExample) },
  responses: {
    200: json(TrustRuleSchema, "The rule as it is now", ruleExample),
    201: json(TrustRuleSchema, "The rule was made", ruleExample),
    ...commonProblems,
    ...bodyProblems,
  },
});

export const deleteTrustRule = createRoute({
  method: "delete",
  path,
  operationId: "deleteTrustRule",
  ...needs,
  tags,
  summary: "Delete a trust rule; the tokens that followed from it are revoked",
  request: { params: ruleParams },
  responses: { 204: { description: "It is gone" }, ...commonProblems, ...problems("trust_rule_not_found") },
});

export const exchangeToken = createRoute({
  method: "post",
  path: "/v1/tokens/exchange",
  operationId: "exchangeToken",
  security: [],
  tags: ["tokens"],
  summary: "Exchange the identity token of a CI job for a short-lived token",
  description: "It has the scopes of every trust rule that accepts the identity token.",
  request: { body: jsonBody(ExchangeSchema, { token: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln" }) },
  responses: {
    200: json(ExchangedSchema, "The token", {
      token: `wbl_${"x".repeat(43)}`,
      name: "github-web:repo:acme/web:ref:refs/heads/main",
      scopes: ruleExample.scopes,
      expires_at: "2026-01-31T13:00:00.000Z",
    }),
    ...problems("invalid_request", "identity_refused", "too_many_requests", "internal", "unavailable"),
    ...bodyProblems,
  },
});

/** Adds the routes of trust rules, and the exchange that they are for. */
export function trustRoutes(register: Register, trust: TrustService, exchange: ExchangeService): void {
  register(listTrustRules, async ({ query }) => ({ status: 200, body: await trust.list(query) }));

  register(getTrustRule, async ({ params }) => ({ status: 200, body: await trust.get(params.name) }));

  register(putTrustRule, async ({ params, body, caller }) => {
    const { rule, created } = await trust.put(params.name, body, caller);
    return { status: created ? 201 : 200, body: rule };
  });

  register(deleteTrustRule, async ({ params, caller }) => {
    await trust.delete(params.name, caller);
    return { status: 204 };
  });

  register(exchangeToken, async ({ body, caller }) => ({
    status: 200,
    body: await exchange.exchange(body.token, caller),
  }));
}
