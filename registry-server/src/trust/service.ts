import { canonicalJson } from "../database/json.ts";
import { recordEvent } from "../events/store.ts";
import { defaultPageSize, readCursor, toPage } from "../http/paging.ts";
import { Problem } from "../http/problem.ts";
import { Service } from "../service.ts";
import { requireLasting } from "../tokens/scopes.ts";
import type { Caller } from "../unit.ts";
import { defaultTtl, type TrustRule, type TrustRuleInput, type TrustRuleValues } from "./schema.ts";
import {
  deleteRule,
  deleteTokensOf,
  findRule,
  insertRule,
  listRules,
  lockRule,
  type RuleRow,
  updateRule,
} from "./store.ts";

/** Keeps the rules by which identity tokens of others are trusted. */
export class TrustService extends Service {
  /** @throws Problem `trust_rule_not_found` */
  async get(name: string): Promise<TrustRule> {
    const row = await findRule(this.database.reads, name);
    if (!row) throw ruleNotFound(name);
    return view(row);
  }

  async list(query: {
    limit?: number | undefined;
    cursor?: string | undefined;
  }): Promise<{ items: TrustRule[]; next_cursor: string | null }> {
    const size = query.limit ?? defaultPageSize;
    const rows = await listRules(this.database.reads, readCursor(query.cursor, "string"), size + 1);
    return toPage(rows, size, (row) => row.name, view);
  }

  /**
   * Makes a rule, or puts another in its place; the tokens that followed from that are revoked.
   *
   * @throws Problem `forbidden` when the caller's token expires: a rule would go on giving what it may do
   */
  async put(
    name: string,
    given: TrustRuleInput,
    caller: Caller,
  ): Promise<{ rule: TrustRule; created: boolean }> {
    requireLasting(caller, "a trust rule");
    const { description = null, ttl = defaultTtl, ...rest } = given;
    const rule: TrustRuleValues = { ...rest, description, ttl };
    return this.write(caller, async (unit) => {
      const created = await insertRule(unit.tx, name, rule, unit.now);
      const row = await lockRule(unit.tx, name);
      if (!row) throw ruleNotFound(name);
      const before = settingsOf(row);
      const isChange = !created && canonicalJson(before) !== canonicalJson(rule);
      if (created) {
        await recordEvent(unit, { action: "trust_rule.created", detail: { after: { name, ...rule } } });
      } else if (isChange) {
        await updateRule(unit.tx, row.id, rule, unit.now);
        await deleteTokensOf(unit.tx, row.id);
        const detail = { before: { name, ...before }, after: { name, ...rule } };
        await recordEvent(unit, { action: "trust_rule.changed", detail });
      }
      return { rule: view({ ...row, ...rule, ...(isChange && { updated_at: unit.now }) }), created };
    });
  }

  /**
   * Deletes a rule; the tokens that followed from it are revoked.
   *
   * @throws Problem `trust_rule_not_found`
   */
  async delete(name: string, caller: Caller): Promise<void> {
    await this.write(caller, async (unit) => {
      const row = await lockRule(unit.tx, name);
      if (!row) throw ruleNotFound(name);
      await deleteTokensOf(unit.tx, row.id);
      await deleteRule(unit.tx, row.id);
      const detail = { before: { name, ...settingsOf(row) } };
      await recordEvent(unit, { action: "trust_rule.deleted", detail });
    });
  }
}

function settingsOf({ description, issuer, audience, claims, scopes, ttl }: RuleRow): TrustRuleValues {
  return { description, issuer, audience, claims, scopes, ttl };
}

function view({ id: _, ...rule }: RuleRow): TrustRule {
  return rule;
}

function ruleNotFound(name: string): Problem {
  return new Problem("trust_rule_not_found", `There is no trust rule "${name}".`);
}
