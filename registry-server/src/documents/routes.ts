import { createRoute } from "@hono/zod-openapi";
import { DocumentSchema, documentExample } from "../builds/schema.ts";
import { bytesAnswer, bytesBody, Content } from "../http/content.ts";
import type { Register } from "../http/contract.ts";
import { bodyProblems, commonProblems, json, problems } from "../http/responses.ts";
import { documentParams } from "./schema.ts";
import type { DocumentService } from "./service.ts";

const tags = ["documents"];
const path = "/v1/artifacts/{namespace}/{artifact}/versions/{version}/builds/{build}/documents/{name}";
const request = { params: documentParams };
const notFound = problems("artifact_not_found", "version_not_found", "build_not_found");

export const putDocument = createRoute({
  method: "put",
  path,
  operationId: "putDocument",
  tags,
  "x-scope": "publish",
  summary: "Attach a document to a build, such as an SBOM or an attestation, or replace the one of that name",
  description: "At most 16 MiB. The bytes and the Content-Type are kept as they are.",
  request: { ...request, body: bytesBody("The document") },
  responses: {
    200: json(DocumentSchema, "It was there already, or was replaced", documentExample),
    201: json(DocumentSchema, "It was added", documentExample),
    ...commonProblems,
    ...bodyProblems,
    ...notFound,
    ...problems("forbidden", "too_many_documents"),
  },
});

export const getDocument = createRoute({
  method: "get",
  path,
  operationId: "getDocument",
  tags,
  summary: "Read a document, byte for byte; its ETag is its sha256",
  request,
  responses: {
    200: bytesAnswer("The document, with the Content-Type that it was sent with"),
    304: { description: "It is what `If-None-Match` names" },
    ...commonProblems,
    ...notFound,
    ...problems("document_not_found"),
  },
});

export const deleteDocument = createRoute({
  method: "delete",
  path,
  operationId: "deleteDocument",
  tags,
  "x-scope": "publish",
  summary: "Remove a document from a build",
  request,
  responses: {
    204: { description: "It is gone" },
    ...commonProblems,
    ...notFound,
    ...problems("forbidden", "document_not_found"),
  },
});

/** Adds the routes of documents. */
export function documentRoutes(register: Register, documents: DocumentService): void {
  register(putDocument, async ({ params, body, caller }) => {
    const { document, created } = await documents.put(params, body, caller);
    return { status: created ? 201 : 200, body: document };
  });

  register(getDocument, async ({ params }) => {
    const { name, media_type, sha256, content } = await documents.get(params);
    return {
      status: 200,
      body: new Content({ bytes: content, mediaType: media_type, sha256, fileName: name }),
    };
  });

  register(deleteDocument, async ({ params, caller }) => {
    await documents.delete(params, caller);
    return { status: 204 };
  });
}
