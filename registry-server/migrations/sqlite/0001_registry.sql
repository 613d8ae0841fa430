-- The registry as of 0.1. Moments are RFC 3339 texts in UTC with milliseconds; JSON is text.

CREATE TABLE namespaces (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE artifacts (
  id INTEGER PRIMARY KEY,
  namespace_id INTEGER NOT NULL REFERENCES namespaces (id),
  path TEXT NOT NULL UNIQUE,                     -- namespace/artifact
  description TEXT,
  labels TEXT NOT NULL DEFAULT '{}',
  last_number INTEGER NOT NULL DEFAULT 0,        -- the highest number ever given; never goes back
  complete_versions INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  deleted_at TEXT                                -- the name and the counter stay
) STRICT;

CREATE INDEX artifacts_namespace ON artifacts (namespace_id, path);

CREATE TABLE versions (
  id INTEGER PRIMARY KEY,
  artifact_id INTEGER NOT NULL REFERENCES artifacts (id),
  state TEXT NOT NULL CHECK (state IN ('incomplete', 'complete', 'abandoned', 'expired', 'deleted')),
  number INTEGER,                                -- given at completion, kept by the tombstone
  fingerprint TEXT NOT NULL,
  semver TEXT,
  semver_key TEXT,                               -- sort key: byte order is version order; set at completion
  prerelease INTEGER NOT NULL DEFAULT 0,
  description TEXT,
  labels TEXT NOT NULL DEFAULT '{}',
  latest TEXT NOT NULL CHECK (latest IN ('true', 'false', 'if_newer')),
  latest_number INTEGER,                         -- the number, while the version may be `latest`
  opened_with TEXT NOT NULL,                     -- the values given by those who opened it
  expected_builds TEXT NOT NULL,
  warnings TEXT NOT NULL DEFAULT '[]',
  revision INTEGER NOT NULL DEFAULT 1,           -- grows with every change; caches are keyed by it
  built_at TEXT,                                 -- when the last of its builds ended; set at completion
  active_at TEXT NOT NULL,                       -- last opened or reported to; expiry counts from here
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  completed_at TEXT
) STRICT;

-- NULLs never collide in a unique index.
CREATE UNIQUE INDEX versions_number ON versions (artifact_id, number);
CREATE UNIQUE INDEX versions_live_fingerprint ON versions (artifact_id, fingerprint)
  WHERE state IN ('incomplete', 'complete');
CREATE INDEX versions_fingerprint ON versions (artifact_id, fingerprint, id);
CREATE UNIQUE INDEX versions_semver ON versions (artifact_id, prerelease, semver_key);
CREATE UNIQUE INDEX versions_latest ON versions (artifact_id, latest_number);
CREATE INDEX versions_live ON versions (artifact_id, id) WHERE state IN ('incomplete', 'complete');
CREATE INDEX versions_state ON versions (artifact_id, state, id);
CREATE INDEX versions_idle ON versions (active_at) WHERE state = 'incomplete';

CREATE TABLE builds (
  id INTEGER PRIMARY KEY,
  version_id INTEGER NOT NULL REFERENCES versions (id),
  artifact_id INTEGER NOT NULL REFERENCES artifacts (id),
  latest_number INTEGER,                         -- that of its version: `latest` with a type is one look-up
  name TEXT NOT NULL,
  artifact_type TEXT NOT NULL,
  metadata TEXT NOT NULL,
  labels TEXT NOT NULL,
  provenance TEXT NOT NULL,
  started_at TEXT,
  ended_at TEXT,
  reported_at TEXT NOT NULL,
  UNIQUE (version_id, name)
) STRICT;

CREATE INDEX builds_latest ON builds (artifact_id, artifact_type, latest_number);

CREATE TABLE images (
  id INTEGER PRIMARY KEY,
  build_id INTEGER NOT NULL REFERENCES builds (id) ON DELETE CASCADE,
  platform TEXT NOT NULL,
  region TEXT NOT NULL,
  external_id TEXT NOT NULL,
  source_image_id TEXT,
  labels TEXT NOT NULL
) STRICT;

CREATE INDEX images_build ON images (build_id);
CREATE INDEX images_external_id ON images (external_id, id);

CREATE TABLE files (
  id INTEGER PRIMARY KEY,
  build_id INTEGER NOT NULL REFERENCES builds (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  size INTEGER NOT NULL,
  sha256 TEXT NOT NULL
) STRICT;

CREATE INDEX files_build ON files (build_id);

CREATE TABLE parents (
  id INTEGER PRIMARY KEY,
  build_id INTEGER NOT NULL REFERENCES builds (id) ON DELETE CASCADE,
  artifact TEXT NOT NULL,
  number INTEGER,
  fingerprint TEXT
) STRICT;

CREATE INDEX parents_build ON parents (build_id);

CREATE TABLE tokens (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  hash TEXT NOT NULL UNIQUE,                     -- sha256 of the token, hexadecimal
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  request_id TEXT NOT NULL,
  action TEXT NOT NULL,
  artifact TEXT,
  version_id INTEGER,
  number INTEGER,
  detail TEXT NOT NULL                           -- what was before and what is after
) STRICT;

CREATE INDEX events_artifact ON events (artifact, id);
CREATE INDEX events_version ON events (version_id, id);

CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END;
