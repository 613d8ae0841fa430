import { createRoute } from "@hono/zod-openapi";
import type { Register } from "../http/contract.ts";
import { commonProblems, json } from "../http/responses.ts";
import { foundImageExample, ImagePage, imageQuery } from "./schema.ts";
import type { ImageService } from "./service.ts";

export const findImages = createRoute({
  method: "get",
  path: "/v1/images",
  operationId: "findImages",
  "x-scope-on": "reach",
  tags: ["images"],
  summary: "Find what an image is: the versions and builds that recorded its id, newest first",
  request: { query: imageQuery },
  responses: {
    200: json(ImagePage, "A page of images", { items: [foundImageExample], next_cursor: null }),
    ...commonProblems,
  },
});

/** Adds the routes of images. */
export function imageRoutes(register: Register, images: ImageService): void {
  register(findImages, async ({ query, caller }) => ({
    status: 200,
    body: await images.find(query, caller),
  }));
}
