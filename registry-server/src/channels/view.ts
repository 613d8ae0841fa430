import type { ArtifactRow } from "../artifacts/store.ts";
import { readJson } from "../database/json.ts";
import type { Revocation } from "../revocations/schema.ts";
import { latest } from "./problems.ts";
import type { Assignment, Channel } from "./schema.ts";
import type { AssignmentRow, ChannelRow, CompletionRow } from "./store.ts";

/** A channel as answers show it. */
export function viewChannel(path: string, row: ChannelRow, revocations: Map<number, Revocation>): Channel {
  const { number, semver, fingerprint, version_id } = row;
  return {
    artifact: path,
    name: row.name,
    managed: false,
    description: row.description,
    rules: readJson(row.rules),
    version:
      version_id === null || number === null || fingerprint === null
        ? null
        : { number, semver, fingerprint, revocation: revocations.get(version_id) ?? null },
    revision: row.revision,
    assigned_at: row.assigned_at,
    assigned_by: row.actor,
    reason: row.reason,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}

/** `latest` as a channel; its revision is the number of its version. */
export function viewLatest(
  artifact: ArtifactRow,
  row: CompletionRow | undefined,
  revocations: Map<number, Revocation>,
): Channel {
  return {
    artifact: artifact.path,
    name: latest,
    managed: true,
    description: null,
    rules: {},
    version: row
      ? {
          number: row.number ?? 0,
          semver: row.semver,
          fingerprint: row.fingerprint,
          revocation: revocations.get(row.id) ?? null,
        }
      : null,
    revision: row?.number ?? 0,
    assigned_at: row?.completed_at ?? null,
    assigned_by: row?.completed_by ?? null,
    reason: null,
    created_at: artifact.created_at,
    updated_at: row?.completed_at ?? artifact.created_at,
  };
}

export function viewAssignment(row: AssignmentRow): Assignment {
  return {
    number: row.number,
    semver: row.semver,
    kind: row.kind,
    assigned_at: row.at,
    assigned_by: row.actor,
    reason: row.reason,
    source_channel: row.source_channel,
    cause: row.cause_id === null ? null : String(row.cause_id),
  };
}

/** A version becomes `latest` when it completes. */
export function viewCompletion(row: CompletionRow): Assignment {
  return {
    number: row.number,
    semver: row.semver,
    kind: "assign",
    assigned_at: row.completed_at ?? row.created_at,
    assigned_by: row.completed_by ?? "server",
    reason: null,
    source_channel: null,
    cause: row.event_id === null ? null : String(row.event_id),
  };
}
