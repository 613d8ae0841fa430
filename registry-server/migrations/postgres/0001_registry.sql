-- The registry as of 0.1. Texts that are ordered or compared by bytes have the collation "C".

CREATE TABLE namespaces (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE,
  created_at timestamptz(3) NOT NULL
);

CREATE TABLE artifacts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  namespace_id bigint NOT NULL REFERENCES namespaces (id),
  path text COLLATE "C" NOT NULL UNIQUE,         -- namespace/artifact
  description text,
  labels jsonb NOT NULL DEFAULT '{}',
  last_number integer NOT NULL DEFAULT 0,        -- the highest number ever given; never goes back
  complete_versions integer NOT NULL DEFAULT 0,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  deleted_at timestamptz(3)                      -- the name and the counter stay
);

CREATE INDEX artifacts_namespace ON artifacts (namespace_id, path);

CREATE TABLE versions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  artifact_id bigint NOT NULL REFERENCES artifacts (id),
  state text NOT NULL CHECK (state IN ('incomplete', 'complete', 'abandoned', 'expired', 'deleted')),
  number integer,                                -- given at completion, kept by the tombstone
  fingerprint text COLLATE "C" NOT NULL,
  semver text,
  semver_key text COLLATE "C",                   -- sort key: byte order is version order; set at completion
  prerelease integer NOT NULL DEFAULT 0,
  description text,
  labels jsonb NOT NULL DEFAULT '{}',
  latest text NOT NULL CHECK (latest IN ('true', 'false', 'if_newer')),
  latest_number integer,                         -- the number, while the version may be `latest`
  opened_with jsonb NOT NULL,                    -- the values given by those who opened it
  expected_builds jsonb NOT NULL,
  warnings jsonb NOT NULL DEFAULT '[]',
  revision integer NOT NULL DEFAULT 1,           -- grows with every change; caches are keyed by it
  built_at timestamptz(3),                       -- when the last of its builds ended; set at completion
  active_at timestamptz(3) NOT NULL,             -- last opened or reported to; expiry counts from here
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  completed_at timestamptz(3)
);

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
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  version_id bigint NOT NULL REFERENCES versions (id),
  artifact_id bigint NOT NULL REFERENCES artifacts (id),
  latest_number integer,                         -- that of its version: `latest` with a type is one look-up
  name text COLLATE "C" NOT NULL,
  artifact_type text COLLATE "C" NOT NULL,
  metadata jsonb NOT NULL,
  labels jsonb NOT NULL,
  provenance jsonb NOT NULL,
  started_at timestamptz(3),
  ended_at timestamptz(3),
  reported_at timestamptz(3) NOT NULL,
  UNIQUE (version_id, name)
);

CREATE INDEX builds_latest ON builds (artifact_id, artifact_type, latest_number);

CREATE TABLE images (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  build_id bigint NOT NULL REFERENCES builds (id) ON DELETE CASCADE,
  platform text COLLATE "C" NOT NULL,
  region text COLLATE "C" NOT NULL,
  external_id text COLLATE "C" NOT NULL,
  source_image_id text,
  labels jsonb NOT NULL
);

CREATE INDEX images_build ON images (build_id);
CREATE INDEX images_external_id ON images (external_id, id);

CREATE TABLE files (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  build_id bigint NOT NULL REFERENCES builds (id) ON DELETE CASCADE,
  path text NOT NULL,
  size bigint NOT NULL,
  sha256 text NOT NULL
);

CREATE INDEX files_build ON files (build_id);

CREATE TABLE parents (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  build_id bigint NOT NULL REFERENCES builds (id) ON DELETE CASCADE,
  artifact text NOT NULL,
  number integer,
  fingerprint text
);

CREATE INDEX parents_build ON parents (build_id);

CREATE TABLE tokens (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  hash text COLLATE "C" NOT NULL UNIQUE,         -- sha256 of the token, hexadecimal
  created_at timestamptz(3) NOT NULL
);

CREATE TABLE events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz(3) NOT NULL,
  actor text NOT NULL,
  request_id text NOT NULL,
  action text NOT NULL,
  artifact text COLLATE "C",
  version_id bigint,
  number integer,
  detail jsonb NOT NULL                          -- what was before and what is after
);

CREATE INDEX events_artifact ON events (artifact, id);
CREATE INDEX events_version ON events (version_id, id);

CREATE FUNCTION events_only_added() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION 'events are only ever added'; END $$;

CREATE TRIGGER events_only_added BEFORE UPDATE OR DELETE ON events
FOR EACH ROW EXECUTE FUNCTION events_only_added();
