import type { ColumnType, Generated, JSONColumnType } from "kysely";
import type { Provenance } from "../builds/provenance.ts";
import type { Warning } from "../http/schema.ts";

/** JSON goes in as text on both databases and comes out parsed: PostgreSQL does it, on SQLite `readJson` does. */
type Json<T extends object> = JSONColumnType<T, string, string>;

/** `deleted` is a tombstone that keeps its number; it never leaves the server. */
export type StoredState = "incomplete" | "complete" | "abandoned" | "expired" | "deleted";
export type StoredLatest = "true" | "false" | "if_newer";

/** The values of a version as those who opened it gave them; what nobody gave is not there. */
export type OpenedWith = {
  semver?: string;
  description?: string;
  labels?: Record<string, string>;
  latest?: boolean | "if_newer";
};

type TextMap = Record<string, string>;

/** A build that was expected and has failed. */
export type StoredFailure = { name: string; error: string; failed_at: string };

/** What a token may do, and where: `*`, `team`, `team-*`, `team/web`, `team/web-*`. */
export type TokenScope = { scope: "read" | "publish" | "promote" | "admin"; pattern: string };

/** What a version must have before a channel may point at it, and who may assign it. */
export type StoredRules = {
  types?: string[];
  regions?: string[];
  after?: string;
  scope?: "publish" | "promote";
};

export type AssignmentKind = "assign" | "promote" | "rollback" | "revocation";

/** What a search term says of its version; `all` is said of every one. */
export type SearchKind =
  | "all"
  | "word"
  | "namespace"
  | "label"
  | "type"
  | "platform"
  | "region"
  | "image"
  | "fingerprint"
  | "commit";

/** Bytes that are about to be in the store, that are there, or that are about to be gone. */
export type BlobState = "arriving" | "stored" | "removing";

export type WebhookFormat = "standard" | "slack" | "email";
export type DeliveryState = "waiting" | "delivered" | "failed";
/** A secret that signs; an earlier one does so until a moment. */
export type StoredSecret = { secret: string; until: string | null };

/** The tables of the registry; their SQL is in migrations/. */
export type Tables = {
  namespaces: {
    id: Generated<number>;
    name: string;
    created_at: string;
    description: string | null;
    anonymous_read: Generated<number>;
    quota_bytes: number | null;
    /** The sizes of what its artifacts hold, equal bytes counted once. */
    used_bytes: Generated<number>;
  };
  artifacts: {
    id: Generated<number>;
    namespace_id: number;
    path: string;
    description: string | null;
    labels: Json<TextMap>;
    last_number: Generated<number>;
    complete_versions: Generated<number>;
    created_at: string;
    updated_at: string;
    deleted_at: string | null;
    retention: Json<{ keep: number; days: number }> | null;
    retention_due_at: string | null;
    retention_position: number | null;
  };
  versions: {
    id: Generated<number>;
    artifact_id: number;
    state: StoredState;
    number: number | null;
    fingerprint: string;
    semver: string | null;
    semver_key: string | null;
    prerelease: Generated<number>;
    description: string | null;
    labels: Json<TextMap>;
    latest: StoredLatest;
    latest_number: number | null;
    opened_with: Json<OpenedWith>;
    expected_builds: Json<string[]>;
    failed_builds: ColumnType<StoredFailure[], string | undefined, string>;
    warnings: Json<Warning[]>;
    revision: Generated<number>;
    built_at: string | null;
    active_at: string;
    created_at: string;
    updated_at: string;
    completed_at: string | null;
    revoked_from: string | null;
  };
  builds: {
    id: Generated<number>;
    version_id: number;
    artifact_id: number;
    latest_number: number | null;
    name: string;
    artifact_type: string;
    metadata: Json<TextMap>;
    labels: Json<TextMap>;
    provenance: Json<Provenance>;
    started_at: string | null;
    ended_at: string | null;
    reported_at: string;
  };
  images: {
    id: Generated<number>;
    build_id: number;
    platform: string;
    region: string;
    external_id: string;
    source_image_id: string | null;
    labels: Json<TextMap>;
  };
  files: {
    id: Generated<number>;
    build_id: number;
    path: string;
    size: number;
    sha256: string;
    /** 1: the registry has the bytes; 0: that they were made is recorded only. */
    stored: number;
  };
  blobs: { sha256: string; size: number; state: BlobState; due_at: string | null };
  holdings: {
    id: Generated<number>;
    artifact_id: number;
    namespace_id: number;
    sha256: string;
    size: number;
    due_at: string | null;
  };
  parents: {
    id: Generated<number>;
    build_id: number;
    artifact: string;
    number: number | null;
    fingerprint: string | null;
    channel: string | null;
  };
  tokens: {
    id: Generated<number>;
    name: string;
    hash: string;
    created_at: string;
    scopes: Json<TokenScope[]>;
    description: string | null;
    created_by: string | null;
    expires_at: string | null;
    last_used_at: string | null;
  };
  trust_rules: {
    id: Generated<number>;
    name: string;
    description: string | null;
    issuer: string;
    audience: string;
    claims: Json<TextMap>;
    scopes: Json<TokenScope[]>;
    ttl: string;
    created_at: string;
    updated_at: string;
  };
  exchanged_tokens: {
    id: Generated<number>;
    hash: string;
    name: string;
    scopes: Json<TokenScope[]>;
    expires_at: string;
    created_at: string;
  };
  exchanged_token_rules: { token_id: number; rule_id: number };
  events: {
    id: Generated<number>;
    at: string;
    actor: string;
    request_id: string;
    action: string;
    artifact: string | null;
    version_id: number | null;
    number: number | null;
    detail: Json<object>;
    cause_id: number | null;
  };
  webhooks: {
    id: Generated<number>;
    name: string;
    format: WebhookFormat;
    url: string | null;
    recipients: Json<string[]>;
    events: Json<string[]>;
    artifacts: Json<string[]>;
    secrets: Json<StoredSecret[]>;
    description: string | null;
    failures: Generated<number>;
    failing_since: string | null;
    paused_until: string | null;
    disabled_at: string | null;
    disabled_reason: string | null;
    created_at: string;
    updated_at: string;
  };
  deliveries: {
    id: Generated<number>;
    message: string;
    webhook_id: number;
    event_id: number;
    state: DeliveryState;
    attempts: Generated<number>;
    tries: Generated<number>;
    next_at: string | null;
    created_at: string;
    ended_at: string | null;
  };
  attempts: {
    id: Generated<number>;
    delivery_id: number;
    number: number;
    at: string;
    milliseconds: number;
    status: number | null;
    error: string | null;
    answer: string | null;
  };
  channels: {
    id: Generated<number>;
    artifact_id: number;
    name: string;
    description: string | null;
    rules: Json<StoredRules>;
    revision: Generated<number>;
    version_id: number | null;
    assignment_id: number | null;
    created_at: string;
    updated_at: string;
  };
  channel_assignments: {
    id: Generated<number>;
    channel_id: number;
    version_id: number | null;
    kind: AssignmentKind;
    reason: string | null;
    actor: string;
    source_channel: string | null;
    event_id: number;
    cause_id: number | null;
    at: string;
  };
  revocations: {
    id: Generated<number>;
    version_id: number;
    cause_version_id: number;
    reason: string;
    effective_at: string;
    spread: number;
    actor: string;
    event_id: number;
    created_at: string;
    announced_at: string | null;
  };
  ancestry: {
    id: Generated<number>;
    child_version_id: number;
    parent_version_id: number;
    build: string;
    via: "declared" | "source_image";
    channel: string | null;
    created_at: string;
  };
  search_terms: { kind: SearchKind; term: string; completed_ms: number; version_id: number };
  documents: {
    id: Generated<number>;
    build_id: number;
    name: string;
    media_type: string;
    size: number;
    sha256: string;
    content: Buffer;
    created_at: string;
  };
  consumptions: {
    id: Generated<number>;
    artifact_id: number;
    version_id: number;
    consumer: string;
    client: string;
    first_at: string;
    last_at: string;
    count: number;
  };
  jobs: {
    id: Generated<number>;
    queue: string;
    key: string | null;
    payload: string;
    state: Generated<"waiting" | "running" | "failed">;
    at: string;
    attempt: Generated<number>;
    error: string | null;
  };
  backfills: { name: string; below: number };
  logs: {
    id: Generated<number>;
    version_id: number;
    build: string;
    size: Generated<number>;
    packed: Generated<number>;
    loose: Generated<number>;
    cut: Generated<number>;
    started_at: string;
    updated_at: string;
    ended_at: string | null;
  };
  log_chunks: { id: Generated<number>; log_id: number; start: number; size: number; content: Buffer };
};
