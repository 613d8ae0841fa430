import { z } from "@hono/zod-openapi";
import { parseDuration } from "../duration.ts";
import { cursor, limit, page, printable, timestamp } from "../http/schema.ts";
import { ScopeSchema, scopeList } from "../tokens/schema.ts";
import { tooBroad } from "./breadth.ts";

const mostClaims = 16;
const [leastTtl, mostTtl] = ["1m", "24h"];
/** Most builds are over by then; what takes longer exchanges again. */
export const defaultTtl = "1h";

export const ruleName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    "must be 1 to 63 of a-z, 0-9, dot, underscore and hyphen, and start with a letter or a digit",
  )
  .openapi({ example: "github-web" });

const issuer = printable(1, 512)
  .refine(isIssuer, "must be an https:// URL without a query, exactly as in the claim iss")
  .openapi({
    example: "https://token.actions.githubusercontent.com",
    description: "The claim `iss`, letter by letter. Its keys are found by OpenID Connect discovery",
    pattern: "^https?://[^?#@]+$",
  });

const claims = z
  .record(printable(1, 128), printable(1, 512))
  .refine((map) => Object.keys(map).length <= mostClaims, `must have at most ${mostClaims} claims`)
  .openapi({
    example: { repository: "acme/web", ref: "refs/heads/main" },
    description:
      "What claims must be; `*` stands for any text. Numbers and booleans are compared as text; of a list, one item must fit",
  });

const ttl = z
  .string()
  .refine((text) => {
    const ms = parseDuration(text) ?? 0;
    return ms >= (parseDuration(leastTtl) ?? 0) && ms <= (parseDuration(mostTtl) ?? 0);
  }, `must be a duration between ${leastTtl} and ${mostTtl}, such as 30m`)
  .openapi({ example: "1h", description: `How long its tokens hold; ${defaultTtl} when not given` });

export const ruleExample = {
  name: "github-web",
  description: "Builds of main",
  issuer: "https://token.actions.githubusercontent.com",
  audience: "https://waybill.example.com",
  claims: { repository: "acme/web", ref: "refs/heads/main" },
  scopes: [{ scope: "publish", pattern: "acme/web" } as const],
  ttl: "1h",
  created_at: "2026-01-31T12:00:00.000Z",
  updated_at: "2026-01-31T12:00:00.000Z",
};

export const TrustRuleSchema = z
  .object({
    name: z.string(),
    description: z.string().nullable(),
    issuer: z.string(),
    audience: z.string(),
    claims: z.record(z.string(), z.string()),
    scopes: z.array(ScopeSchema),
    ttl: z.string(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .openapi("TrustRule");

export const TrustRulePage = page(TrustRuleSchema, "TrustRulePage");

export const TrustRuleInputSchema = z
  .strictObject({
    description: printable(1, 1024).nullable().optional(),
    issuer,
    audience: printable(1, 512).openapi({ description: "What the claim `aud` must be or contain" }),
    claims,
    scopes: scopeList,
    ttl: ttl.optional(),
  })
  .superRefine((rule, context) => {
    const message = tooBroad(rule.issuer, rule.claims);
    if (message !== undefined) context.addIssue({ code: "custom", path: ["claims"], message });
  })
  .openapi("TrustRuleInput");

export const ExchangeSchema = z
  .strictObject({
    token: z
      .string()
      .max(16_384, "must be at most 16384 characters")
      .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/, "must be a JWT: three parts of base64url with dots between them")
      .openapi({ description: "The identity token (JWT) that the CI system gave the job" }),
  })
  .openapi("Exchange");

export const ExchangedSchema = z
  .object({
    token: z.string().openapi({ description: "A token of this registry" }),
    name: z.string().openapi({ description: "What events call it: the rules and the subject" }),
    scopes: z.array(ScopeSchema),
    expires_at: timestamp,
  })
  .openapi("Exchanged");

export const ruleParams = z.object({ name: ruleName });
export const ruleListQuery = z.strictObject({ limit, cursor });

export type TrustRule = z.output<typeof TrustRuleSchema>;
export type TrustRuleInput = z.output<typeof TrustRuleInputSchema>;
/** What a rule says. */
export type TrustRuleValues = Pick<
  TrustRule,
  "description" | "issuer" | "audience" | "claims" | "scopes" | "ttl"
>;
export type Exchanged = z.output<typeof ExchangedSchema>;

/** Keys that came by plain HTTP could be anybody's; only this machine is near enough. */
function isIssuer(text: string): boolean {
  if (!URL.canParse(text) || /[?#@]/.test(text)) return false;
  const { protocol, hostname } = new URL(text);
  const isLoopback = hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
  return protocol === "https:" || (protocol === "http:" && isLoopback);
}
