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

export type Page<T> = { items: T[]; next_cursor: string | null };
