import type { components } from "./api.ts";

/** The bodies of the HTTP API under the names clients use; what they hold is generated from the API document. */
type Schemas = components["schemas"];

export type Labels = Record<string, string>;
/** An image as a build reports it. */
export type Image = Schemas["ImageInput"];
export type File_ = Schemas["File"];
export type Parent = Schemas["Parent"];
export type BuildReport = Schemas["BuildReport"];
export type Provenance = NonNullable<BuildReport["provenance"]>;
export type Publish = Schemas["Publish"];
export type Latest = NonNullable<Publish["latest"]>;

export type Build = Schemas["Build"];
export type Version = Schemas["Version"];
export type VersionSummary = Schemas["VersionSummary"];
export type VersionState = Version["state"];
export type Warning = Schemas["Warning"];
export type Artifact = Schemas["Artifact"];

export type ResolveQuery = Schemas["ResolveQuery"];
export type Resolved = Schemas["Resolved"];
export type FoundImage = Schemas["FoundImage"];
export type Health = Schemas["Health"];

export type Ancestry = Schemas["Ancestry"];
/** A parent or child in an {@link Ancestry}, with those behind it. */
export type Relative = Schemas["Relative"];
export type OutOfDate = Schemas["OutOfDate"];
export type Document_ = Schemas["Document"];
export type Consumer = Schemas["Consumer"];
export type Diff = Schemas["Diff"];
export type MapChanges = Schemas["MapChanges"];
export type Retention = NonNullable<Schemas["RetentionPolicy"]>;
export type RetentionResult = Schemas["RetentionResult"];

export type Page<T> = { items: T[]; next_cursor: string | null };

export type Channel = {
  artifact: string;
  name: string;
  managed: boolean;
  description: string | null;
  rules: ChannelRules;
  version: {
    number: number;
    semver: string | null;
    fingerprint: string;
    revocation: Revocation | null;
  } | null;
  revision: number;
  assigned_at: string | null;
  assigned_by: string | null;
  reason: string | null;
  created_at: string;
  updated_at: string;
};
export type ChannelRules = {
  types?: string[];
  regions?: string[];
  after?: string;
  scope?: "publish" | "promote";
};
export type ChannelChange = {
  description?: string;
  rules?: ChannelRules;
  version?: number | null;
  reason?: string;
};
export type Assignment = {
  number: number;
  semver: string | null;
  kind: "assign" | "promote" | "rollback" | "revocation";
  assigned_at: string;
  assigned_by: string;
  reason: string | null;
  source_channel: string | null;
  cause: string | null;
};
export type RolledBack = { channel: Channel; skipped: { number: number; reason: string }[] };
export type Revocation = {
  revoked: boolean;
  revoked_at: string;
  reason: string;
  causes: {
    artifact: string;
    number: number;
    own: boolean;
    reason: string;
    effective_at: string;
    revoked_by: string;
  }[];
};
export type Revoke = { reason: string; at?: string; with_descendants?: boolean; rollback_channels?: boolean };
export type RevocationPreview = {
  channels: { artifact: string; channel: string }[];
  consumers: Consumer[];
  descendants: { artifact: string; number: number; depth: number; will_be_revoked: boolean }[];
  hidden_descendants: number;
};
export type SearchFilter = {
  q?: string | undefined;
  namespace?: string | undefined;
  labels?: Labels | undefined;
  type?: string | undefined;
  platform?: string | undefined;
  region?: string | undefined;
  external_id?: string | undefined;
  fingerprint?: string | undefined;
  commit?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
};
