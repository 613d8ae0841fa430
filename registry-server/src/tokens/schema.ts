import { z } from "@hono/zod-openapi";
import { cursor, limit, moment, page, printable, timestamp } from "../http/schema.ts";
import { anonymous } from "./scopes.ts";

const mostScopes = 32;
/** Actors that are no tokens: events could not tell them apart. */
const reserved = [anonymous, "anybody", "dev", "server", "self", "exchange"];

export const tokenName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    "must be 1 to 63 of a-z, 0-9, dot, underscore and hyphen, and start with a letter or a digit",
  )
  .refine((name) => !reserved.includes(name), `must not be one of ${reserved.join(", ")}`)
  .openapi({ example: "ci-web" });

export const ScopeSchema = z
  .strictObject({
    scope: z.enum(["read", "publish", "promote", "admin"]).openapi({
      description: "Each lets its holder read; `admin` contains all others",
    }),
    pattern: z
      .string()
      .regex(
        /^(\*|[a-z0-9][a-z0-9._-]{0,62}\*?|[a-z0-9][a-z0-9._-]{0,62}\/(\*|[a-z0-9][a-z0-9._-]{0,62}\*?))$/,
        'must be "*", a namespace ("team", "team-*") or artifacts ("team/web", "team/web-*", "team/*")',
      )
      .openapi({ example: "team/web-*", description: "A namespace stands for all its artifacts as well" }),
  })
  .openapi("Scope");

export const scopeList = z
  .array(ScopeSchema)
  .min(1, "must have at least one scope")
  .max(mostScopes, `must have at most ${mostScopes} scopes`);

export const tokenExample = {
  name: "ci-web",
  description: "Builds of the web team",
  scopes: [{ scope: "publish", pattern: "team/web-*" } as const],
  created_at: "2026-01-31T12:00:00.000Z",
  created_by: "admin",
  expires_at: "2026-07-31T12:00:00.000Z",
  last_used_at: null,
};

export const TokenSchema = z
  .object({
    name: z.string(),
    description: z.string().nullable(),
    scopes: z.array(ScopeSchema),
    created_at: timestamp,
    created_by: z.string().nullable().openapi({ description: "The actor that made it" }),
    expires_at: timestamp.nullable().openapi({ description: "Null: never" }),
    last_used_at: timestamp.nullable().openapi({ description: "Written down once a minute at most" }),
  })
  .openapi("Token");

export const CreatedTokenSchema = TokenSchema.extend({
  token: z.string().openapi({ description: "The token itself, shown this once" }),
}).openapi("CreatedToken");

export const TokenPage = page(TokenSchema, "TokenPage");

export const NewTokenSchema = z
  .strictObject({
    name: tokenName,
    description: printable(1, 1024).optional(),
    scopes: scopeList,
    expires_at: moment
      .nullable()
      .optional()
      .openapi({ type: ["string", "null"], description: "Not given or null: never" }),
    token: z
      .string()
      .regex(/^wbl_[A-Za-z0-9_-]{43}$/, "must be wbl_ and 43 characters of base64url (256 random bits)")
      .optional()
      .openapi({
        example: `wbl_${"x".repeat(43)}`,
        description: "A secret of your own making, for tools that keep it elsewhere; without it one is made",
      }),
  })
  .openapi("NewToken");

export const SelfSchema = z
  .object({
    name: z.string().openapi({ description: "What events call the caller" }),
    scopes: z.array(ScopeSchema),
    expires_at: timestamp.nullable(),
  })
  .openapi("Self");

export const tokenParams = z.object({ name: tokenName });
export const tokenListQuery = z.strictObject({ limit, cursor });

export type Token = z.output<typeof TokenSchema>;
export type NewToken = z.output<typeof NewTokenSchema>;
