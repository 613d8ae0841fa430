/**
 * Where a build comes from, as its publisher tells. What is known is checked; keys that are not known, as other
 * clients send them, are kept as long as they hold plain values.
 *
 * Credentials in addresses never reach the database: publishing must not fail because a remote was cloned with a token
 * in its address, so they are taken out instead of refused.
 */
import { z } from "@hono/zod-openapi";
import { limits, printable } from "../http/schema.ts";

const short = printable(1, 256);
const scalar = z.union([z.string().max(limits.mapValueLength), z.number(), z.boolean(), z.null()]);

const remote = z
  .string()
  .max(2048, "must be at most 2048 characters")
  .transform(cleanRemote)
  .openapi({ type: "string", example: "https://git.example.com/platform/images.git" });

const jobUrl = z
  .string()
  .max(2048, "must be at most 2048 characters")
  .refine((text) => /^https?:\/\//i.test(text) && URL.canParse(text), "must be an http or https address")
  .transform(withoutCredentials)
  .openapi({ type: "string", example: "https://ci.example.com/jobs/4711" });

const provenanceCommit = "4f2a9c1d8e7b6a5f4c3d2e1f0a9b8c7d6e5f4a3b";

const known = {
  packer_version: short.nullable().optional(),
  plugin_version: short.nullable().optional(),
  plugins: z
    .record(z.string().min(1).max(limits.mapKeyLength), short)
    .refine((map) => Object.keys(map).length <= 64, "must have at most 64 keys")
    .nullable()
    .optional()
    .openapi({ description: "The versions of Packer's plugins, by source address" }),
  run_uuid: short.nullable().optional(),
  builder_type: short.nullable().optional(),
  git: z
    .strictObject({
      commit: z
        .string()
        .regex(/^([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$/, "must be the 40 or 64 hexadecimal digits of a commit")
        .transform((text) => text.toLowerCase())
        .nullable()
        .optional()
        .openapi({ type: ["string", "null"], example: provenanceCommit }),
      branch: short.nullable().optional(),
      dirty: z.boolean().nullable().optional(),
      remote: remote
        .nullable()
        .optional()
        .openapi({
          type: ["string", "null"],
          description: "Credentials in it are taken out before it is stored",
        }),
    })
    .nullable()
    .optional(),
  ci: z
    .strictObject({
      system: short.nullable().optional(),
      job: short.nullable().optional(),
      url: jobUrl
        .nullable()
        .optional()
        .openapi({ type: ["string", "null"] }),
    })
    .nullable()
    .optional(),
};

export const provenanceExample = {
  packer_version: "1.16.0",
  plugin_version: "0.1.0",
  plugins: { "github.com/hashicorp/amazon": "1.3.9" },
  run_uuid: "8f3c1f0e-9d5b-4c39-a2f5-6f1d2f0e7c11",
  builder_type: "amazon-ebs",
  git: {
    commit: provenanceCommit,
    branch: "main",
    dirty: false,
    remote: "https://git.example.com/platform/images.git",
  },
  ci: { system: "gitlab", job: "build-web", url: "https://ci.example.com/jobs/4711" },
};

export const ProvenanceSchema = z
  .looseObject(known)
  .superRefine((value, context) => {
    const keys = Object.keys(value);
    if (keys.length > limits.mapEntries) {
      context.addIssue({ code: "custom", message: `must have at most ${limits.mapEntries} keys` });
    }
    for (const key of keys.filter((one) => !(one in known))) {
      if (scalar.safeParse(value[key]).success && key !== "" && key.length <= limits.mapKeyLength) continue;
      const message = `must be a text of at most ${limits.mapValueLength} characters, a number, true, false or null, under a key of 1 to ${limits.mapKeyLength} characters`;
      context.addIssue({ code: "custom", message, path: [key] });
    }
  })
  .transform(cleanUnknown)
  .openapi("Provenance", {
    example: provenanceExample,
    maxProperties: limits.mapEntries,
  });

/** What is stored of a provenance. */
export type Provenance = z.output<typeof ProvenanceSchema>;

/** Texts under keys that are not known may be addresses, too. */
function cleanUnknown<T extends Record<string, unknown>>(value: T): T {
  const entries = Object.entries(value).map(([key, one]) => [
    key,
    typeof one === "string" ? withoutCredentials(one) : one,
  ]);
  return Object.fromEntries(entries) as T;
}

/** A text in which every address lost its user and password. */
export function withoutCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#]*@/gi, "$1");
}

/** Users of ssh remotes are short (`git`); what is longer may be a token. */
const longestUser = 16;

/**
 * The address of a git remote without credentials, query and fragment. A short user without a password stays in ssh
 * addresses, where it is part of the way (`git@host:path`).
 *
 * @returns nothing when something in it may be a password and it cannot be told where that ends
 */
export function cleanRemote(text: string): string | null {
  const trimmed = text.trim();
  if (/[\p{Cc}\s]/u.test(trimmed)) return null;
  return trimmed.includes("://") ? cleanUrl(trimmed) : cleanPath(trimmed);
}

function cleanUrl(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, username, password, host, pathname, search, hash } = new URL(text);
  // A password that was not encoded ends the host where it has one of /?#, and the "@" comes after that.
  if (`${pathname}${search}${hash}`.includes("@")) return null;
  const keepsUser = /^(git\+)?ssh:$/.test(protocol) && password === "" && username !== "";
  return `${protocol}//${keepsUser && username.length <= longestUser ? `${username}@` : ""}${host}${pathname}`;
}

/** `user@host:path`, or a path on the machine that built. */
function cleanPath(text: string): string | null {
  const at = text.indexOf("@");
  const user = text.slice(0, Math.max(0, at));
  const rest = text.slice(at + 1).replace(/[?#].*$/s, "");
  if (rest.includes("@") || /[:/]/.test(user)) return null;
  return (user !== "" && user.length <= longestUser ? `${user}@` : "") + rest || null;
}
