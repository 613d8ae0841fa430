import { createRoute } from "@hono/zod-openapi";
import type { Register } from "../http/contract.ts";
import { bodyProblems, commonProblems, json, jsonBody, problems } from "../http/responses.ts";
import {
  CreatedTokenSchema,
  NewTokenSchema,
  SelfSchema,
  TokenPage,
  TokenSchema,
  tokenExample,
  tokenListQuery,
  tokenParams,
} from "./schema.ts";
import type { TokenService } from "./service.ts";

const tags = ["tokens"];
const needs = { "x-scope": "admin", "x-scope-on": "reach" } as const;
const description =
  "A caller sees and revokes the tokens whose scopes are all on what it is itself `admin` of. Others answer as if they did not exist.";

export const createToken = createRoute({
  method: "post",
  path: "/v1/tokens",
  operationId: "createToken",
  ...needs,
  tags,
  summary: "Make a token; it is shown this once",
  description:
    "Its scopes must be on what the caller is itself `admin` of, and what an expiring token makes expires with it at the latest.",
  request: {
    body: jsonBody(NewTokenSchema, {
      name: tokenExample.name,
      scopes: tokenExample.scopes,
      expires_at: tokenExample.expires_at,
    }),
  },
  responses: {
    201: json(CreatedTokenSchema, "The token", { ...tokenExample, token: `wbl_${"x".repeat(43)}` }),
    ...commonProblems,
    ...bodyProblems,
    ...problems("token_exists"),
  },
});

export const listTokens = createRoute({
  method: "get",
  path: "/v1/tokens",
  operationId: "listTokens",
  ...needs,
  tags,
  summary: "Tokens by name, without themselves",
  description,
  request: { query: tokenListQuery },
  responses: {
    200: json(TokenPage, "A page of tokens", { items: [tokenExample], next_cursor: null }),
    ...commonProblems,
  },
});

export const getSelf = createRoute({
  method: "get",
  path: "/v1/tokens/self",
  operationId: "getSelf",
  "x-scope-on": "self",
  tags,
  summary: "Whom the token of this request belongs to, and what it may do",
  responses: {
    200: json(SelfSchema, "The caller", { name: "ci-web", scopes: tokenExample.scopes, expires_at: null }),
    ...commonProblems,
  },
});

export const getToken = createRoute({
  method: "get",
  path: "/v1/tokens/{name}",
  operationId: "getToken",
  ...needs,
  tags,
  summary: "What a token may do, until when, and when it was used last",
  description,
  request: { params: tokenParams },
  responses: {
    200: json(TokenSchema, "The token, without itself", tokenExample),
    ...commonProblems,
    ...problems("token_not_found"),
  },
});

export const revokeToken = createRoute({
  method: "delete",
  path: "/v1/tokens/{name}",
  operationId: "revokeToken",
  ...needs,
  tags,
  summary: "Revoke a token: no server takes it any more from now on",
  description,
  request: { params: tokenParams },
  responses: {
    204: { description: "It is gone" },
    ...commonProblems,
    ...problems("token_not_found", "last_admin"),
  },
});

/** Adds the routes of tokens. */
export function tokenRoutes(register: Register, tokens: TokenService): void {
  register(createToken, async ({ body, caller }) => ({
    status: 201,
    body: await tokens.create(body, caller),
  }));

  register(listTokens, async ({ query, caller }) => ({
    status: 200,
    body: await tokens.list(query, caller),
  }));

  register(getSelf, ({ caller: { name, scopes, expiresAt = null } }) => ({
    status: 200,
    body: { name, scopes: [...scopes], expires_at: expiresAt },
  }));

  register(getToken, async ({ params, caller }) => ({
    status: 200,
    body: await tokens.get(params.name, caller),
  }));

  register(revokeToken, async ({ params, caller }) => {
    await tokens.revoke(params.name, caller);
    return { status: 204 };
  });
}
