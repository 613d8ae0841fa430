import type { Generated, JSONColumnType } from "kysely";
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

/** The tables of the registry; their SQL is in migrations/. */
export type Tables = {
  namespaces: { id: Generated<number>; name: string; created_at: string };
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
    warnings: Json<Warning[]>;
    revision: Generated<number>;
    built_at: string | null;
    active_at: string;
    created_at: string;
    updated_at: string;
    completed_at: string | null;
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
    provenance: Json<Record<string, string | number | boolean | null>>;
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
  files: { id: Generated<number>; build_id: number; path: string; size: number; sha256: string };
  parents: {
    id: Generated<number>;
    build_id: number;
    artifact: string;
    number: number | null;
    fingerprint: string | null;
  };
  tokens: { id: Generated<number>; name: string; hash: string; created_at: string };
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
  };
};
