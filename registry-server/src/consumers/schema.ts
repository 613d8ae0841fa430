import { z } from "@hono/zod-openapi";
import { cursor, limit, moment, page, printable, timestamp } from "../http/schema.ts";

export const longestConsumer = 255;

export const consumerExample = {
  artifact: "hashicorp/web",
  number: 12,
  consumer: "acme/production-network",
  client: "waybill-provider/0.1.0",
  first_at: "2026-01-31T12:00:00.000Z",
  last_at: "2026-02-03T08:15:00.000Z",
  count: 42,
};

export const ConsumerSchema = z
  .object({
    artifact: z.string(),
    number: z.int(),
    consumer: z.string().openapi({
      description: "As the reader names itself; `token:` and the name of its token when it does not",
    }),
    client: z.string().openapi({ description: "The program, as in its User-Agent" }),
    first_at: timestamp,
    last_at: timestamp,
    count: z.int().openapi({ description: "How often it resolved this version" }),
  })
  .openapi("Consumer");

export const ConsumerPage = page(ConsumerSchema, "ConsumerPage");

export type Consumer = z.output<typeof ConsumerSchema>;

const since = moment.optional().openapi({ description: "Leave out who resolved it last before this moment" });

export const consumersQuery = z.strictObject({ since, limit, cursor });
export type ConsumersQuery = z.output<typeof consumersQuery>;

export const consumerQuery = z.strictObject({
  consumer: printable(1, longestConsumer).openapi({ example: "acme/production-network" }),
  since,
  limit,
  cursor,
});
