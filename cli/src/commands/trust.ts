import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { Scope, TrustRule } from "@waybill/registry-client";
import { mismatch } from "@waybill/registry-server/trust/claims";
import type { Command } from "commander";
import { confirmed, pair, positiveInteger } from "../arguments.ts";
import { withClient } from "../connect.ts";
import { NoneError, UsageError } from "../failures.ts";
import { type Output, pairsText } from "../output.ts";
import { DEFAULT_LIMIT, upTo } from "../pages.ts";
import { ABOUT_SCOPES, SCOPE, scopesText } from "../scopes.ts";

const NAME = ["<name>", "name of the rule"] as const;
const ISSUERS: Record<string, string> = {
  github: "https://token.actions.githubusercontent.com",
  gitlab: "https://gitlab.com",
};

/** More rules than a registry has. */
const mostExplained = 10_000;

const HELP = `${ABOUT_SCOPES}
A job that shows an identity token of this issuer, for this audience, with these claims, gets a token with these scopes.
In a claim, * stands for any text. It needs no secret: see docs/access.md for GitHub Actions, GitLab and CircleCI.

Examples:
  waybill trust set github-web --issuer github --audience https://waybill.example.com \\
    --claim repository=acme/web --claim ref=refs/heads/main --scope publish:acme/web
  waybill trust list
  waybill trust explain identity.jwt
  waybill trust delete github-web --yes
`;

type Rule = {
  issuer?: string;
  audience?: string;
  claim?: Record<string, string>;
  scope?: Scope[];
  ttl?: string;
  description?: string;
};

export function define(command: Command, output: Output): void {
  command.addHelpText("after", HELP);

  command
    .command("list")
    .description("List the rules.")
    .option("--limit <count>", "how many at most", positiveInteger, DEFAULT_LIMIT)
    .action(async ({ limit }, list: Command) => {
      await withClient(list, output, async (client) => {
        const items = await upTo(limit, output, (page) => client.trust.list(page));
        output.result(items, () => {
          if (items.length === 0) output.note("there is no rule yet; make one with: waybill trust set");
          const rows = items.map(({ name, issuer, claims, scopes, ttl }) => {
            return [name, issuer, pairsText(claims), scopesText(scopes), ttl];
          });
          output.table(["RULE", "ISSUER", "CLAIMS", "SCOPES", "FOR"], rows);
        });
      });
    })
    .addHelpText("after", HELP);

  command
    .command("show")
    .description("Show a rule.")
    .argument(...NAME)
    .action(async (name: string, _options, show: Command) => {
      printOne(await withClient(show, output, (client) => client.trust.get(name)), output);
    })
    .addHelpText("after", HELP);

  command
    .command("set")
    .description("Make a rule, or put another in its place.")
    .argument(...NAME)
    .option("--issuer <url>", "who signs the identity tokens; github and gitlab stand for theirs")
    .option("--audience <text>", "whom they are for: what the jobs ask for")
    .option("--claim <name=pattern>", "what a claim must be; may be given again", pair)
    .option(...SCOPE)
    .option("--ttl <duration>", "how long a token holds (default: 1h)")
    .option("--description <text>", "what it is for")
    .action(
      async (name: string, { issuer, audience, claim, scope, ttl, description }: Rule, set: Command) => {
        if (!issuer || !audience || !claim || !scope) {
          throw new UsageError("give --issuer, --audience, --claim and --scope");
        }
        const rule = {
          ...{ issuer: ISSUERS[issuer] ?? issuer, audience, claims: claim, scopes: scope },
          ...(ttl !== undefined && { ttl }),
          ...(description !== undefined && { description }),
        };
        printOne(await withClient(set, output, (client) => client.trust.put(name, rule)), output);
      },
    )
    .addHelpText("after", HELP);

  command
    .command("explain")
    .description("Say which rules accept an identity token, and why the others do not.")
    .argument("[file]", "a file that holds it, or - for standard input", "what WAYBILL_OIDC_TOKEN holds")
    .action(async (_file: string, _options, explain: Command) => {
      const claims = readClaims(await readToken(explain.args[0]));
      const rules = await withClient(explain, output, (client) =>
        upTo(mostExplained, output, (page) => client.trust.list(page)),
      );
      const found = rules.map((rule) => {
        const because = rule.issuer === claims.iss ? mismatch(rule, claims) : "the issuer is another one";
        return { rule: rule.name, accepts: because === undefined, because: because ?? null };
      });
      const ends = typeof claims.exp === "number" ? new Date(claims.exp * 1000).toISOString() : null;
      output.result({ issuer: claims.iss, subject: claims.sub, expires_at: ends, rules: found }, () => {
        output.facts({ issuer: String(claims.iss), subject: String(claims.sub), expires: ends });
        output.table(
          ["RULE", "ACCEPTS", "BECAUSE"],
          found.map((one) => [one.rule, one.accepts ? "yes" : "no", one.because]),
        );
      });
      if (ends !== null && ends < new Date().toISOString()) output.warning(`the token expired at ${ends}`);
      if (!found.some(({ accepts }) => accepts)) throw new NoneError("no rule accepts the token");
      output.note("its signature and its key are judged by the server only, whose log says what it found");
    })
    .addHelpText("after", HELP);

  command
    .command("delete")
    .description("Delete a rule; the tokens that followed from it are revoked.")
    .argument(...NAME)
    .option("--yes", "do it")
    .action(async (name: string, { yes }, remove: Command) => {
      confirmed(yes, `the jobs that ${name} accepts get no token any more`);
      await withClient(remove, output, (client) => client.trust.delete(name));
      output.result({ deleted: name }, () => output.line(`deleted ${name}`));
    })
    .addHelpText("after", HELP);
}

async function readToken(path: string | undefined): Promise<string> {
  if (path === "-") return text(process.stdin);
  if (path !== undefined) return readFile(path, "utf8");
  const token = process.env.WAYBILL_OIDC_TOKEN;
  if (!token) throw new UsageError("name a file that holds the identity token, or set WAYBILL_OIDC_TOKEN");
  return token;
}

function readClaims(token: string): Record<string, unknown> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    if (typeof claims === "object" && claims !== null) return claims as Record<string, unknown>;
  } catch {}
  throw new UsageError("this is no identity token: a JWT has three parts, and the second holds the claims");
}

function printOne(rule: TrustRule, output: Output): void {
  const facts = { ...rule, claims: pairsText(rule.claims), scopes: scopesText(rule.scopes) };
  output.result(rule, () => output.facts(facts));
}
