/** The bodies of the HTTP API, as clients see them. */

export type Labels = Record<string, string>;
export type Image = {
  platform: string;
  region: string;
  external_id: string;
  source_image_id?: string | null;
  labels?: Labels;
};
export type File_ = { path: string; size: number; sha256: string };
export type Parent = { artifact: string; version?: number; fingerprint?: string };
export type Provenance = Record<string, string | number | boolean | null>;
export type Latest = true | false | "if_newer";
export type Warning = { code: string; message: string };
export type Page<T> = { items: T[]; next_cursor: string | null };

export type BuildReport = {
  artifact_type: string;
  metadata?: Record<string, string>;
  labels?: Labels;
  images?: Image[];
  files?: File_[];
  parents?: Parent[];
  provenance?: Provenance;
  started_at?: string;
  ended_at?: string;
};
export type Build = BuildReport & { name: string; reported_at: string };

export type Publish = {
  fingerprint?: string;
  semver?: string;
  description?: string;
  labels?: Labels;
  latest?: Latest;
  expected_builds?: string[];
  builds?: (BuildReport & { name: string })[];
};

export type VersionState = "incomplete" | "complete" | "abandoned" | "expired";
export type VersionSummary = {
  artifact: string;
  state: VersionState;
  number: number | null;
  fingerprint: string;
  semver: string | null;
  description: string | null;
  labels: Labels;
  latest: Latest;
  expected_builds: string[];
  missing_builds: string[];
  builds: { name: string; artifact_type: string; reported_at: string }[];
  created_at: string;
  updated_at: string;
  completed_at: string | null;
  revocation: { reason: string; revoked_at: string } | null;
  warnings: Warning[];
};
export type Version = Omit<VersionSummary, "builds"> & { builds: Build[] };

export type Artifact = {
  artifact: string;
  namespace: string;
  name: string;
  description: string | null;
  labels: Labels;
  latest: number | null;
  versions: number;
  created_at: string;
  updated_at: string;
};

export type ResolveQuery = {
  artifact: string;
  channel?: string;
  version?: number;
  constraint?: string;
  fingerprint?: string;
  type?: string;
  platform?: string;
  region?: string;
  build?: string;
  labels?: Labels;
  on_revoked?: "error" | "warn" | "previous";
};

export type Resolved = {
  artifact: string;
  number: number;
  semver: string | null;
  fingerprint: string;
  description: string | null;
  created_at: string;
  completed_at: string;
  channel: string | null;
  external_id: string | null;
  images: (Image & { build: string; artifact_type: string })[];
  files: (File_ & { build: string })[];
  builds: { name: string; artifact_type: string; metadata: Record<string, string>; labels: Labels }[];
  metadata: Record<string, string>;
  metadata_full: Record<string, string>;
  labels: Labels;
  revocation: null | { reason: string; revoked_at: string };
  warnings: Warning[];
};

export type FoundImage = {
  artifact: string;
  number: number | null;
  fingerprint: string;
  state: VersionState;
  build: string;
  artifact_type: string;
  image: Image;
};

export type Health = { status: string; version: string };
