import { createRoute } from "@hono/zod-openapi";
import type { Register } from "../http/contract.ts";
import { bodyProblems, commonProblems, json, problems } from "../http/responses.ts";
import { Streamed, streamAnswer, streamBody } from "../http/streaming.ts";
import { fileParams, HeldFileSchema, heldExample, heldParams } from "./schema.ts";
import type { FileService } from "./service.ts";

const tags = ["files"];
const heldPath = "/v1/artifacts/{namespace}/{artifact}/files/{sha256}";

export const findHeldFile = createRoute({
  method: "get",
  path: heldPath,
  operationId: "findHeldFile",
  "x-scope": "publish",
  tags,
  summary: "Ask, before bytes are sent, whether the registry has them",
  description:
    "Usually asked by HEAD. Bytes that another artifact has are told of only to whoever may read them there. What is there stays for at least a day, so that a build can be reported that names it.",
  request: { params: heldParams },
  responses: {
    200: json(HeldFileSchema, "It has; there is nothing to send", heldExample),
    ...commonProblems,
    ...problems("file_not_found", "quota_exceeded"),
  },
});

export const uploadFile = createRoute({
  method: "put",
  path: heldPath,
  operationId: "uploadFile",
  "x-scope": "publish",
  tags,
  summary: "Upload bytes under their SHA-256, before a build is reported that names them",
  description:
    "The bytes are checked while they arrive, and equal ones are stored once. It is answered when they would survive a loss of power. The artifact is made when it is new. Bytes that no build names are kept for a day.",
  request: { params: heldParams, body: streamBody("The bytes as they are; any Content-Type will do") },
  responses: {
    200: json(HeldFileSchema, "The artifact had them already", heldExample),
    201: json(HeldFileSchema, "They are stored", heldExample),
    ...commonProblems,
    ...bodyProblems,
    ...problems("file_differs", "quota_exceeded", "request_timeout"),
  },
});

export const downloadFile = createRoute({
  method: "get",
  path: "/v1/artifacts/{namespace}/{artifact}/versions/{version}/builds/{build}/files/{path}",
  operationId: "downloadFile",
  tags,
  summary: "Download a file of a build, or a range of it; its ETag is its SHA-256",
  description: "Slashes in the path may be written as they are.",
  request: { params: fileParams },
  responses: {
    200: streamAnswer("The file"),
    206: streamAnswer("The part of it that `Range` asks for"),
    304: { description: "It is what `If-None-Match` names" },
    ...commonProblems,
    ...problems("artifact_not_found", "version_not_found", "build_not_found", "file_not_found"),
    ...problems("range_not_satisfiable"),
  },
});

/** Adds the routes of files. */
export function fileRoutes(register: Register, files: FileService): void {
  register(findHeldFile, async ({ params, caller }) => ({
    status: 200,
    body: await files.find(params, params.sha256, caller),
  }));

  register(uploadFile, async ({ params, body, caller }) => {
    const { file, created } = await files.upload(params, params.sha256, body, caller);
    return { status: created ? 201 : 200, body: file };
  });

  register(downloadFile, async ({ params }) => {
    const { path, size, sha256, open } = await files.download(params);
    const fileName = path.slice(path.lastIndexOf("/") + 1);
    const mediaType = "application/octet-stream";
    return { status: 200, body: new Streamed({ size, mediaType, etag: `"${sha256}"`, fileName, open }) };
  });
}
