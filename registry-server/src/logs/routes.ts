import { createRoute, z } from "@hono/zod-openapi";
import { buildParams } from "../builds/schema.ts";
import type { Register } from "../http/contract.ts";
import { EventStream, eventStreamAnswer } from "../http/event-stream.ts";
import { bodyProblems, commonProblems, json, problems } from "../http/responses.ts";
import { versionParams } from "../http/schema.ts";
import { Streamed, streamAnswer, streamBody } from "../http/streaming.ts";
import type { LogReading } from "./reading.ts";
import { LogSchema, LogsSchema, logExample, offset } from "./schema.ts";
import type { LogService } from "./service.ts";

const tags = ["logs"];
const path = "/v1/artifacts/{namespace}/{artifact}/versions/{version}/builds/{build}/log";
const notFound = problems("artifact_not_found", "version_not_found");

export const appendLog = createRoute({
  method: "put",
  path,
  operationId: "appendLog",
  tags,
  "x-scope": "publish",
  summary: "Append to the log of a build at an offset; what is there already may be sent again",
  description:
    "The build need not be reported yet, but its version must expect it. Without `offset` the log is written from its beginning, so that sending the same log again is no harm. What is beyond the size that a log may have is dropped, and the log says so at its end.",
  request: {
    params: buildParams,
    query: z.strictObject({
      offset: offset.optional(),
      ended: z.literal("true").optional().openapi({ description: "Nothing comes after this" }),
    }),
    body: streamBody("The bytes, usually text in UTF-8 with ANSI escapes"),
  },
  responses: {
    200: json(LogSchema, "The log has them", logExample),
    ...commonProblems,
    ...bodyProblems,
    ...notFound,
    ...problems("request_timeout", "build_unexpected", "log_gap", "log_differs", "log_ended"),
  },
});

const read = {
  params: buildParams,
  query: z.strictObject({ offset: offset.optional() }),
};

export const getLog = createRoute({
  method: "get",
  path,
  operationId: "getLog",
  tags,
  summary: "Read the log of a build: whole, from an offset, or the part that `Range` names",
  description:
    "A log that was cut ends with a line that says so. `Waybill-Log-Ended` says whether more may come.",
  request: read,
  responses: {
    200: streamAnswer("The bytes from the offset on"),
    206: streamAnswer("The part of them that `Range` names"),
    304: { description: "It is what `If-None-Match` names" },
    ...commonProblems,
    ...notFound,
    ...problems("log_not_found", "range_not_satisfiable"),
  },
});

export const followLog = createRoute({
  method: "get",
  path: `${path}/follow`,
  operationId: "followLog",
  tags,
  summary: "Follow the log of a build while it is written",
  description:
    "Each event has in its data the offset and the `text`, or as `base64` what is not UTF-8; its id is the offset of the next one, so that a client that comes back with `Last-Event-ID` goes on there. The event `end` says that nothing more comes. It may be followed before it has begun. A log that ended is sent whole, with its end.",
  request: { ...read, headers: z.object({ "last-event-id": offset.optional() }) },
  responses: {
    200: eventStreamAnswer("The log, as it grows", {
      id: "12",
      data: '{"offset":0,"text":"==> building\\n"}',
    }),
    ...commonProblems,
    ...notFound,
    ...problems("log_not_found", "range_not_satisfiable"),
  },
});

export const deleteLog = createRoute({
  method: "delete",
  path,
  operationId: "deleteLog",
  tags,
  "x-scope": "publish",
  summary: "Delete the log of a build, such as one that shows a secret; another one may then be written",
  request: { params: buildParams },
  responses: {
    204: { description: "It is gone" },
    ...commonProblems,
    ...notFound,
    ...problems("log_not_found"),
  },
});

export const listLogs = createRoute({
  method: "get",
  path: "/v1/artifacts/{namespace}/{artifact}/versions/{version}/logs",
  operationId: "listLogs",
  tags,
  summary: "List the logs of the builds of a version, with their sizes",
  request: { params: versionParams },
  responses: {
    200: json(LogsSchema, "The logs, by build", { logs: [logExample] }),
    ...commonProblems,
    ...notFound,
  },
});

/** Adds the routes of logs. */
export function logRoutes(register: Register, logs: LogService, reading: LogReading): void {
  register(appendLog, async ({ params, query, body, caller }) => {
    const { offset = 0, ended } = query;
    const sent = { offset, stream: body.stream, ended: ended === "true" };
    return { status: 200, body: await logs.receive(params, sent, caller) };
  });

  register(getLog, async ({ params, query }) => {
    const { size, etag, isEnded, open } = await reading.open(params, query.offset);
    return {
      status: 200,
      body: new Streamed({
        size,
        etag,
        open,
        mediaType: "text/plain; charset=utf-8",
        headers: { "X-Content-Type-Options": "nosniff", "Waybill-Log-Ended": String(isEnded) },
      }),
    };
  });

  register(followLog, async ({ params, query, headers }) => {
    const follow = await reading.follow(params, headers["last-event-id"] ?? query.offset ?? 0);
    return { status: 200, body: new EventStream(follow) };
  });

  register(deleteLog, async ({ params, caller }) => {
    await logs.delete(params, caller);
    return { status: 204 };
  });

  register(listLogs, async ({ params }) => ({ status: 200, body: { logs: await logs.list(params) } }));
}
