import { createRoute } from "@hono/zod-openapi";
import { commonProblems, json } from "../http/responses.ts";
import { foundImageExample, ImagePage, imageQuery } from "./schema.ts";

export const findImages = createRoute({
  method: "get",
  path: "/v1/images",
  operationId: "findImages",
  tags: ["images"],
  summary: "Find what an image is: the versions and builds that recorded its id, newest first",
  request: { query: imageQuery },
  responses: {
    200: json(ImagePage, "A page of images", { items: [foundImageExample], next_cursor: null }),
    ...commonProblems,
  },
});
