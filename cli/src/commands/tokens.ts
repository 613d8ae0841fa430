import type { Scope, Token } from "@waybill/registry-client";
import { type Command, InvalidArgumentError } from "commander";
import { confirmed, pointInTime, positiveInteger } from "../arguments.ts";
import { withClient } from "../connect.ts";
import { UsageError } from "../failures.ts";
import type { Output } from "../output.ts";
import { DEFAULT_LIMIT, upTo } from "../pages.ts";
import { ABOUT_SCOPES, SCOPE, scopesText } from "../scopes.ts";

const NAME = ["<name>", "name of the token"] as const;
const UNIT_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

const HELP = `${ABOUT_SCOPES}
Who makes a token must itself be admin of all that it may do. The token is shown once; only its hash is stored.

Examples:
  waybill tokens create ci-web --scope publish:team/web --expires 90d
  waybill tokens create terraform --scope read:* --description "All workspaces"
  waybill tokens list
  waybill tokens revoke ci-web --yes
`;

type Create = { scope?: Scope[]; expires?: string; description?: string };

export function define(command: Command, output: Output): void {
  command.addHelpText("after", HELP);

  command
    .command("create")
    .description("Make a token and print it, this once.")
    .argument(...NAME)
    .option(...SCOPE)
    .option("--expires <when>", "a day, a time, or a duration such as 12h or 90d (default: never)", expiry)
    .option("--description <text>", "what it is for")
    .action(async (name: string, { scope: scopes, expires, description }: Create, create: Command) => {
      if (!scopes) throw new UsageError("say what it may do: --scope publish:team/web, for example");
      const asked = {
        ...{ name, scopes },
        ...(expires !== undefined && { expires_at: expires }),
        ...(description !== undefined && { description }),
      };
      const made = await withClient(create, output, (client) => client.tokens.create(asked));
      output.result(made, () => {
        output.line(made.token);
        output.note(`${name} may ${scopesText(made.scopes)}, ${until(made)}; it is not shown again`);
      });
    })
    .addHelpText("after", HELP);

  command
    .command("list")
    .description("List the tokens that you may administer.")
    .option("--limit <count>", "how many at most", positiveInteger, DEFAULT_LIMIT)
    .action(async ({ limit }, list: Command) => {
      await withClient(list, output, async (client) => {
        const items = await upTo(limit, output, (page) => client.tokens.list(page));
        output.result(items, () => {
          const rows = items.map((token) => {
            return [
              token.name,
              scopesText(token.scopes),
              token.expires_at,
              token.last_used_at,
              token.description,
            ];
          });
          output.table(["TOKEN", "SCOPES", "EXPIRES", "LAST USED", "DESCRIPTION"], rows);
        });
      });
    })
    .addHelpText("after", HELP);

  command
    .command("show")
    .description("Show what a token may do; without a name, the one that you use.")
    .argument("[name]", NAME[1])
    .action(async (name: string | undefined, _options, show: Command) => {
      const token = await withClient(show, output, ({ tokens }) => (name ? tokens.get(name) : tokens.self()));
      output.result(token, () => output.facts({ ...token, scopes: scopesText(token.scopes) }));
    })
    .addHelpText("after", HELP);

  command
    .command("revoke")
    .description("Revoke a token; it is refused from then on.")
    .argument(...NAME)
    .option("--yes", "do it")
    .action(async (name: string, { yes }, revoke: Command) => {
      confirmed(yes, `whoever uses ${name} is refused from then on`);
      await withClient(revoke, output, (client) => client.tokens.revoke(name));
      output.result({ revoked: name }, () => output.line(`revoked ${name}`));
    })
    .addHelpText("after", HELP);
}

function until({ expires_at }: Token): string {
  return expires_at === null ? "until it is revoked" : `until ${expires_at}`;
}

function expiry(text: string): string {
  const [, amount, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (/^\d{4}-/.test(text)) return pointInTime(text);
  const ms = Number(amount ?? 0) * (UNIT_MS[unit ?? ""] ?? 0);
  if (ms === 0)
    throw new InvalidArgumentError("Write a duration such as 12h or 90d, or a day such as 2026-12-31.");
  return new Date(Date.now() + ms).toISOString();
}
