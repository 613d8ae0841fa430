import type { components } from "./api.ts";

/** The bodies of the HTTP API under the names clients use; what they hold is generated from the API document. */
type Schemas = components["schemas"];

export type Labels = Record<string, string>;
/** An image as a build reports it. */
export type Image = Schemas["ImageInput"];
/** A file as a build reports it. */
export type File_ = Schemas["FileInput"];
export type HeldFile = Schemas["HeldFile"];
export type Parent = Schemas["Parent"];
export type BuildReport = Schemas["BuildReport"];
export type Provenance = NonNullable<BuildReport["provenance"]>;
export type Publish = Schemas["Publish"];
export type Latest = NonNullable<Publish["latest"]>;

export type Build = Schemas["Build"];
export type BuildFailure = Schemas["BuildFailure"];
export type FailedBuild = Schemas["FailedBuild"];
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
export type Log = Schemas["Log"];
export type Consumer = Schemas["Consumer"];
export type Event_ = Schemas["Event"];
/** Which events; what is not given does not matter. */
export type EventFilter = {
  /** An artifact, a namespace, or either with `*` at its end. */
  artifact?: string | undefined;
  actor?: string | undefined;
  /** Such as `version.completed`, or all of a kind: `version.*`. */
  action?: string[] | undefined;
  since?: string | undefined;
  until?: string | undefined;
};
export type Webhook = Schemas["Webhook"];
export type NewWebhook = Pick<Schemas["NewWebhook"], "name"> & Partial<Schemas["NewWebhook"]>;
export type CreatedWebhook = Schemas["CreatedWebhook"];
export type WebhookChange = Schemas["WebhookChange"];
export type WebhookSecret = Schemas["WebhookSecret"];
export type Delivery = Schemas["Delivery"];
export type DeliveryAttempt = Schemas["DeliveryAttempt"];
export type Replay = Schemas["Replay"];
export type Diff = Schemas["Diff"];
export type MapChanges = Schemas["MapChanges"];
export type Retention = NonNullable<Schemas["RetentionPolicy"]>;
export type RetentionResult = Schemas["RetentionResult"];

export type Page<T> = { items: T[]; next_cursor: string | null };

export type Channel = Schemas["Channel"];
export type ChannelRules = Schemas["ChannelRules"];
export type ChannelChange = Schemas["ChannelChange"];
/** One line of a channel's history. */
export type Assignment = Schemas["Assignment"];
export type RolledBack = Schemas["RolledBack"];
export type Revocation = Schemas["Revocation"];
/** As {@link Revocation}, of a version that may have no cause at all. */
export type RevocationState = Schemas["RevocationState"];
export type Revoke = Schemas["Revoke"];
export type Revoked = Schemas["Revoked"];
export type RevocationPreview = Schemas["RevocationPreview"];

export type Scope = Schemas["Scope"];
export type Token = Schemas["Token"];
export type NewToken = Schemas["NewToken"];
/** A token with itself, which is shown this once. */
export type CreatedToken = Schemas["CreatedToken"];
/** Who asks, and what that one may do. */
export type Self = Schemas["Self"];
export type Namespace = Schemas["Namespace"];
export type NamespaceChange = Schemas["NamespaceChange"];
export type TrustRule = Schemas["TrustRule"];
export type TrustRuleInput = Schemas["TrustRuleInput"];

/** What {@link RegistryClient.search} looks for; all that is given has to fit. */
export type SearchFilter = {
  /** Words, or beginnings of words. */
  q?: string | undefined;
  namespace?: string | undefined;
  labels?: Labels | undefined;
  type?: string | undefined;
  platform?: string | undefined;
  region?: string | undefined;
  external_id?: string | undefined;
  fingerprint?: string | undefined;
  /** A git commit, or its beginning. */
  commit?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
};
