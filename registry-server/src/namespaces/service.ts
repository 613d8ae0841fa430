import { canonicalJson } from "../database/json.ts";
import { recordEvent } from "../events/store.ts";
import { defaultPageSize, readCursor, toPage } from "../http/paging.ts";
import { Service } from "../service.ts";
import { type Actor, authorize } from "../tokens/scopes.ts";
import type { Caller } from "../unit.ts";
import { withoutUndefined } from "../values.ts";
import { namespaceNotFound } from "./problems.ts";
import type { Namespace, NamespaceChange } from "./schema.ts";
import { findNamespace, listNamespaces, lockNamespace, type NamespaceRow, updateNamespace } from "./store.ts";

/** Shows and changes what holds for all artifacts of a namespace. */
export class NamespaceService extends Service {
  /** @throws Problem `namespace_not_found` */
  async get(name: string): Promise<Namespace> {
    const row = await findNamespace(this.database.reads, name);
    if (!row) throw namespaceNotFound(name);
    return view(row);
  }

  /** Lists the namespaces that the actor may read all of. */
  async list(
    query: { limit?: number | undefined; cursor?: string | undefined },
    actor: Actor,
  ): Promise<{ items: Namespace[]; next_cursor: string | null }> {
    const size = query.limit ?? defaultPageSize;
    const after = readCursor(query.cursor, "string");
    const rows = await listNamespaces(this.database.reads, actor, after, size + 1);
    return toPage(rows, size, (row) => row.name, view);
  }

  /**
   * Makes a namespace, or changes what is given; what is not given stays.
   *
   * @throws Problem `forbidden` when a quota is given without the scope `admin` everywhere: it limits the namespace's
   *   own administrators too
   */
  async put(name: string, change: NamespaceChange, caller: Caller): Promise<Namespace> {
    if (change.quota_bytes !== undefined) authorize(caller, "admin", "*");
    return this.write(caller, async (unit) => {
      const { tx, now } = unit;
      const row = await lockNamespace(tx, name, now);
      const before = settingsOf(row);
      const after = { ...before, ...withoutUndefined(change) };
      if (canonicalJson(before) !== canonicalJson(after)) {
        await updateNamespace(tx, row.id, { ...after, anonymous_read: after.anonymous_read ? 1 : 0 });
        const detail = { before: { namespace: name, ...before }, after: { namespace: name, ...after } };
        await recordEvent(unit, { action: "namespace.changed", detail });
      }
      return { ...view(row), ...after };
    });
  }
}

function settingsOf({ description, anonymous_read, quota_bytes }: NamespaceRow) {
  return { description, anonymous_read: anonymous_read === 1, quota_bytes };
}

function view(row: NamespaceRow): Namespace {
  const { name: namespace, used_bytes, created_at } = row;
  return { namespace, ...settingsOf(row), used_bytes, created_at };
}
