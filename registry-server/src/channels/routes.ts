import { createRoute } from "@hono/zod-openapi";
import type { Register } from "../http/contract.ts";
import { bodyProblems, commonProblems, json, jsonBody, problems } from "../http/responses.ts";
import { artifactParams } from "../http/schema.ts";
import {
  AssignmentPage,
  assignmentExample,
  ChannelChangeSchema,
  ChannelPage,
  ChannelSchema,
  channelExample,
  channelListQuery,
  channelParams,
  ifMatchHeaders,
  PromoteSchema,
  RollbackSchema,
  RolledBackSchema,
} from "./schema.ts";
import type { ChannelService } from "./service.ts";

const tags = ["channels"];
const collection = "/v1/artifacts/{namespace}/{artifact}/channels";
const path = `${collection}/{channel}` as const;
const notFound = problems("artifact_not_found", "channel_not_found");
const refusals = problems(
  ...(["channel_managed", "channel_rule", "version_revoked", "version_incomplete"] as const),
  "precondition_failed",
);

export const listChannels = createRoute({
  method: "get",
  path: collection,
  operationId: "listChannels",
  tags,
  summary: "List channels: `latest` first, then by name",
  request: { params: artifactParams, query: channelListQuery },
  responses: {
    200: json(ChannelPage, "A page of channels", { items: [channelExample], next_cursor: null }),
    ...commonProblems,
    ...problems("artifact_not_found"),
  },
});

export const getChannel = createRoute({
  method: "get",
  path,
  operationId: "getChannel",
  tags,
  summary: "Read a channel: what it points at, since when, who put it there and why",
  request: { params: channelParams },
  responses: {
    200: json(ChannelSchema, "The channel; its ETag goes into `If-Match`", channelExample),
    304: { description: "It is what `If-None-Match` names" },
    ...commonProblems,
    ...notFound,
  },
});

export const putChannel = createRoute({
  method: "put",
  path,
  operationId: "putChannel",
  "x-anonymous": false,
  tags,
  summary: "Create a channel, describe it, set its rules, or assign a version to it; safe to repeat",
  description:
    "Moving a channel that points somewhere needs `If-Match`, so that two people cannot overwrite each other unseen. Creating, describing and rules need the scope `promote`; assigning needs what the rules say.",
  request: {
    params: channelParams,
    headers: ifMatchHeaders,
    body: jsonBody(ChannelChangeSchema, { version: 7, reason: "release 1.4" }),
  },
  responses: {
    200: json(ChannelSchema, "The channel as it is now", channelExample),
    201: json(ChannelSchema, "The channel was created", channelExample),
    ...commonProblems,
    ...bodyProblems,
    ...refusals,
    ...problems("artifact_not_found", "channel_not_found", "version_not_found", "precondition_required"),
  },
});

export const deleteChannel = createRoute({
  method: "delete",
  path,
  operationId: "deleteChannel",
  "x-scope": "promote",
  tags,
  summary: "Delete a channel and its history; its events stay",
  request: { params: channelParams, headers: ifMatchHeaders },
  responses: { 204: { description: "The channel is gone" }, ...commonProblems, ...refusals, ...notFound },
});

export const promoteChannel = createRoute({
  method: "post",
  path: `${path}/promote`,
  operationId: "promoteChannel",
  "x-anonymous": false,
  tags,
  summary: "Give a channel what another one points at",
  request: {
    params: channelParams,
    headers: ifMatchHeaders,
    body: jsonBody(PromoteSchema, { from: "staging", reason: "release 1.4" }),
  },
  responses: {
    200: json(ChannelSchema, "The channel as it is now", channelExample),
    ...commonProblems,
    ...bodyProblems,
    ...refusals,
    ...problems("artifact_not_found", "channel_not_found", "channel_empty"),
  },
});

export const rollbackChannel = createRoute({
  method: "post",
  path: `${path}/rollback`,
  operationId: "rollbackChannel",
  "x-anonymous": false,
  tags,
  summary: "Go back to the newest version that was assigned before the present one first was",
  description:
    "Revoked versions, and those that the rules do not allow, are passed over and named. What a channel was rolled back from is never restored by another rollback; `to` picks a version that was on the channel. Without `to` it needs `If-Match`, so that a retry does not go back twice.",
  request: {
    params: channelParams,
    headers: ifMatchHeaders,
    body: jsonBody(RollbackSchema, { reason: "7 does not boot" }),
  },
  responses: {
    200: json(RolledBackSchema, "The channel as it is now", {
      channel: channelExample,
      skipped: [{ number: 8, reason: "revoked: CVE-2026-1234" }],
    }),
    ...commonProblems,
    ...bodyProblems,
    ...refusals,
    ...problems("artifact_not_found", "channel_not_found", "channel_empty", "version_not_found"),
    ...problems("nothing_to_roll_back", "precondition_required"),
  },
});

export const getChannelHistory = createRoute({
  method: "get",
  path: `${path}/history`,
  operationId: "getChannelHistory",
  tags,
  summary: "Every assignment a channel ever had, newest first",
  request: { params: channelParams, query: channelListQuery },
  responses: {
    200: json(AssignmentPage, "A page of assignments", { items: [assignmentExample], next_cursor: null }),
    ...commonProblems,
    ...notFound,
  },
});

/** Adds the routes of channels. */
export function channelRoutes(register: Register, channels: ChannelService): void {
  register(listChannels, async ({ params, query, caller }) => ({
    status: 200,
    body: await channels.list(params, query, caller),
  }));

  register(getChannel, async ({ params, caller }) => {
    const channel = await channels.get(params, params.channel, caller);
    return { status: 200, body: channel, revision: channel.revision };
  });

  register(putChannel, async ({ params, headers, body, caller }) => {
    const { channel, created } = await channels.put(
      params,
      params.channel,
      body,
      headers["if-match"],
      caller,
    );
    return { status: created ? 201 : 200, body: channel, revision: channel.revision };
  });

  register(deleteChannel, async ({ params, headers, caller }) => {
    await channels.delete(params, params.channel, headers["if-match"], caller);
    return { status: 204 };
  });

  register(promoteChannel, async ({ params, headers, body, caller }) => {
    const channel = await channels.promote(params, params.channel, body, headers["if-match"], caller);
    return { status: 200, body: channel, revision: channel.revision };
  });

  register(rollbackChannel, async ({ params, headers, body, caller }) => {
    const result = await channels.rollback(params, params.channel, body, headers["if-match"], caller);
    return { status: 200, body: result, revision: result.channel.revision };
  });

  register(getChannelHistory, async ({ params, query }) => ({
    status: 200,
    body: await channels.history(params, params.channel, query),
  }));
}
