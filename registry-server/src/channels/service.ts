import { type ArtifactName, findExisting, lockExisting, pathOf } from "../artifacts/service.ts";
import type { ArtifactRow } from "../artifacts/store.ts";
import type { Reader } from "../database/database.ts";
import { canonicalJson, readJson } from "../database/json.ts";
import { recordEvent } from "../events/store.ts";
import { defaultPageSize, readCursor, toPage } from "../http/paging.ts";
import { Problem } from "../http/problem.ts";
import { loadRevocations } from "../revocations/view.ts";
import { Service } from "../service.ts";
import { type Actor, authorize } from "../tokens/scopes.ts";
import type { Caller, Unit } from "../unit.ts";
import { withoutUndefined } from "../values.ts";
import { findEarlier, move } from "./assigning.ts";
import { checkWasOn, find, findComplete, findPointedAt } from "./finding.ts";
import {
  channelManaged,
  channelRule,
  latest,
  nothingToRollBack,
  preconditionFailed,
  preconditionRequired,
} from "./problems.ts";
import { checkRulesThemselves, checkScopeRule } from "./rules.ts";
import type { Assignment, Channel, ChannelChange, IfMatch, Skipped } from "./schema.ts";
import {
  type ChannelRow,
  deleteChannel,
  findChannel,
  insertChannel,
  listAssignments,
  listChannels,
  listLatestHistory,
  listRules,
  updateChannel,
} from "./store.ts";
import { viewAssignment, viewChannel, viewCompletion, viewLatest } from "./view.ts";

type Paging = { limit?: number | undefined; cursor?: string | undefined };
type Page<T> = { items: T[]; next_cursor: string | null };

/** Reads and moves channels. Every change happens while the artifact is locked, so that one follows the other. */
export class ChannelService extends Service {
  /** @throws Problem `artifact_not_found` */
  async list(name: ArtifactName, query: Paging, reader: Actor): Promise<Page<Channel>> {
    const db = this.database.reads;
    const artifact = await findExisting(db, name);
    const size = query.limit ?? defaultPageSize;
    const after = readCursor(query.cursor, "string");
    const rows = await listChannels(db, artifact.id, after ?? "", size + 1);
    const revocations = await this.#revocations({ db, reader }, rows);
    const channels = rows.map((row) => viewChannel(artifact.path, row, revocations));
    const first = after === undefined ? [await this.#latest(artifact, reader)] : [];
    // `latest` goes before all names, and the position after it is before all names too.
    const positionOf = ({ managed, name: position }: Channel) => (managed ? "" : position);
    return toPage([...first, ...channels], size, positionOf, (channel) => channel);
  }

  /** @throws Problem `artifact_not_found`, `channel_not_found` */
  async get(name: ArtifactName, channel: string, reader: Actor): Promise<Channel> {
    const db = this.database.reads;
    const artifact = await findExisting(db, name);
    if (channel === latest) return this.#latest(artifact, reader);
    return this.#view({ db, reader }, artifact.path, await find(db, artifact, channel));
  }

  /** @throws Problem `artifact_not_found`, `channel_not_found` */
  async history(name: ArtifactName, channel: string, query: Paging): Promise<Page<Assignment>> {
    const db = this.database.reads;
    const artifact = await findExisting(db, name);
    const size = query.limit ?? defaultPageSize;
    const before = readCursor(query.cursor, "number");
    if (channel === latest) {
      const versions = await listLatestHistory(db, artifact.id, before, size + 1);
      return toPage(versions, size, (row) => row.latest_number ?? 0, viewCompletion);
    }
    const { id } = await find(db, artifact, channel);
    const rows = await listAssignments(db, id, before, size + 1);
    return toPage(rows, size, (row) => row.id, viewAssignment);
  }

  /**
   * Creates a channel, describes it, sets its rules, and assigns a version: whatever is given. What is as it should be
   * already stays, whatever `ifMatch` says, so that a request can be repeated.
   *
   * @throws Problem `channel_managed`, `forbidden`, `version_not_found`, `version_incomplete`, `version_revoked`,
   *   `channel_rule`, `precondition_required`, `precondition_failed`
   */
  async put(
    name: ArtifactName,
    channel: string,
    change: ChannelChange,
    ifMatch: IfMatch,
    caller: Caller,
  ): Promise<{ channel: Channel; created: boolean }> {
    return this.#change(name, channel, caller, async (unit, artifact) => {
      const present = await findChannel(unit.tx, artifact.id, channel);
      if (!present && typeof ifMatch === "number") throw preconditionFailed(artifact.path, channel, null);
      const row = await describe(unit, artifact, channel, change, present, () =>
        this.#checkMatch(unit, artifact.path, present, ifMatch),
      );
      const { version: number, fingerprint } = change;
      if (number !== undefined || fingerprint !== undefined) {
        checkScopeRule(caller, artifact.path, { name: channel, rules: readJson(row.rules) });
        const version =
          number === null
            ? null
            : await findComplete(unit, artifact, withoutUndefined({ number, fingerprint }));
        const isMove = row.version_id !== (version?.id ?? null);
        if (isMove && present) await this.#checkMatch(unit, artifact.path, present, ifMatch);
        if (isMove && present && present.version_id !== null && ifMatch === undefined) {
          throw preconditionRequired(
            artifact.path,
            channel,
            await this.#view(seen(unit), artifact.path, present),
          );
        }
        await move(unit, artifact, row, version, { kind: "assign", reason: change.reason });
      }
      const changed = await find(unit.tx, artifact, channel);
      return { channel: await this.#view(seen(unit), artifact.path, changed), created: !present };
    });
  }

  /**
   * Gives a channel what another one points at.
   *
   * @throws Problem `channel_not_found`, `channel_empty`, and as {@link put}
   */
  async promote(
    name: ArtifactName,
    channel: string,
    { from, reason }: { from: string; reason?: string | undefined },
    ifMatch: IfMatch,
    caller: Caller,
  ): Promise<Channel> {
    if (from === channel) {
      throw new Problem("invalid_request", `"from" must be another channel than "${channel}".`, {
        errors: [{ path: "from", message: "must be another channel" }],
      });
    }
    return this.#change(name, channel, caller, async (unit, artifact) => {
      const { tx } = unit;
      const row = await find(tx, artifact, channel);
      const version = await findPointedAt(tx, artifact, from);
      if (row.version_id !== version.id) await this.#checkMatch(unit, artifact.path, row, ifMatch);
      await move(unit, artifact, row, version, { kind: "promote", reason, source: from });
      return this.#view(seen(unit), artifact.path, await find(tx, artifact, channel));
    });
  }

  /**
   * Goes back to an earlier version. Without `to` it needs `ifMatch`.
   *
   * @throws Problem `nothing_to_roll_back`, `channel_not_found`, and as {@link put}
   */
  async rollback(
    name: ArtifactName,
    channel: string,
    { to, reason }: { to?: number | undefined; reason?: string | undefined },
    ifMatch: IfMatch,
    caller: Caller,
  ): Promise<{ channel: Channel; skipped: Skipped }> {
    return this.#change(name, channel, caller, async (unit, artifact) => {
      const { tx } = unit;
      const row = await find(tx, artifact, channel);
      checkScopeRule(caller, artifact.path, { name: channel, rules: readJson(row.rules) });
      const picked = to === undefined ? undefined : await findComplete(unit, artifact, { number: to });
      // Going back once more is another change, so a request that is sent twice must say where it went back from.
      if (!picked && ifMatch === undefined) {
        throw preconditionRequired(artifact.path, channel, await this.#view(seen(unit), artifact.path, row));
      }
      if (!picked || picked.id !== row.version_id) await this.#checkMatch(unit, artifact.path, row, ifMatch);
      const earlier = picked
        ? { version: await checkWasOn(tx, artifact, row, picked), skipped: [] }
        : await findEarlier(tx, artifact, row, unit.now);
      if (!earlier.version) throw nothingToRollBack(artifact.path, channel, earlier.skipped);
      await move(unit, artifact, row, earlier.version, { kind: "rollback", reason });
      const changed = await find(tx, artifact, channel);
      return { channel: await this.#view(seen(unit), artifact.path, changed), skipped: earlier.skipped };
    });
  }

  /**
   * Deletes a channel and its history; the events of both stay.
   *
   * @throws Problem `channel_managed`, `channel_not_found`, `channel_rule` when another channel's rules name it
   */
  async delete(name: ArtifactName, channel: string, ifMatch: IfMatch, caller: Caller): Promise<void> {
    await this.#change(name, channel, caller, async (unit, artifact) => {
      const row = await find(unit.tx, artifact, channel);
      await this.#checkMatch(unit, artifact.path, row, ifMatch);
      const others = await listRules(unit.tx, artifact.id);
      const waiting = others.find((other) => readJson(other.rules).after === channel);
      if (waiting) {
        const what = `versions must have been on "${channel}" before; change that rule first`;
        throw channelRule(artifact.path, waiting.name, "after", what);
      }
      const before = await this.#view(seen(unit), artifact.path, row);
      await deleteChannel(unit.tx, row.id);
      await recordEvent(unit, { action: "channel.deleted", artifact: artifact.path, detail: { before } });
    });
  }

  async #change<T>(
    name: ArtifactName,
    channel: string,
    caller: Caller,
    work: (unit: Unit, artifact: ArtifactRow) => Promise<T>,
  ): Promise<T> {
    return this.write(caller, async (unit) => {
      const artifact = await lockExisting(unit, pathOf(name));
      if (channel === latest) throw channelManaged(artifact.path);
      return work(unit, artifact);
    });
  }

  async #checkMatch(unit: Unit, path: string, row: ChannelRow | undefined, ifMatch: IfMatch): Promise<void> {
    if (!row || typeof ifMatch !== "number" || ifMatch === row.revision) return;
    throw preconditionFailed(path, row.name, await this.#view(seen(unit), path, row));
  }

  async #latest(artifact: ArtifactRow, reader: Actor): Promise<Channel> {
    const db = this.database.reads;
    const [row] = await listLatestHistory(db, artifact.id, undefined, 1);
    const revoked = row && row.revoked_from !== null ? [row.id] : [];
    return viewLatest(artifact, row, await loadRevocations(db, revoked, this.now(), reader));
  }

  async #view(seeing: Seeing, path: string, row: ChannelRow): Promise<Channel> {
    return viewChannel(path, row, await this.#revocations(seeing, [row]));
  }

  #revocations({ db, reader }: Seeing, rows: ChannelRow[]) {
    const ids = rows.flatMap((row) => row.version_id ?? []);
    return loadRevocations(db, ids, this.now(), reader);
  }
}

/** Where a channel is read, and for whom. */
type Seeing = { db: Reader; reader: Actor };

function seen({ tx, caller }: Unit): Seeing {
  return { db: tx, reader: caller };
}

/** Makes the channel when it is new, and changes its description and rules when these are others. */
async function describe(
  unit: Unit,
  artifact: ArtifactRow,
  name: string,
  change: ChannelChange,
  present: ChannelRow | undefined,
  checkMatch: () => Promise<void>,
): Promise<ChannelRow> {
  const { tx, now } = unit;
  const before = present
    ? { description: present.description, rules: readJson(present.rules) }
    : { description: null, rules: {} };
  const { description, rules } = change;
  const after = { ...before, ...withoutUndefined({ description, rules }) };
  if (present && canonicalJson(before) === canonicalJson(after)) return present;
  authorize(unit.caller, "promote", artifact.path);
  await checkMatch();
  await checkRulesThemselves(tx, artifact, { name, rules: after.rules });
  if (present) await updateChannel(tx, present.id, after, now);
  else await insertChannel(tx, { artifact_id: artifact.id, name, ...after }, now);
  await recordEvent(unit, {
    action: present ? "channel.changed" : "channel.created",
    artifact: artifact.path,
    detail: { ...(present && { before: { channel: name, ...before } }), after: { channel: name, ...after } },
  });
  return find(tx, artifact, name);
}
