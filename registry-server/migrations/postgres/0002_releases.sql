-- Releases: channels, revocation, ancestry, search, documents, consumers, retention.

-- What a token may do: [{"scope": ..., "namespace": ...}]. Tokens made before there were scopes could do everything.
ALTER TABLE tokens ADD COLUMN scopes jsonb NOT NULL DEFAULT '[]';
UPDATE tokens SET scopes = '[{"scope":"admin","namespace":"*"}]';

-- The event that caused another one.
ALTER TABLE events ADD COLUMN cause_id bigint;

-- {"keep": N, "days": D}; nothing means that everything is kept.
ALTER TABLE artifacts ADD COLUMN retention jsonb;
-- When the stored policy is applied next; nothing without one.
ALTER TABLE artifacts ADD COLUMN retention_due_at timestamptz(3);
-- The number below which a run that is not through goes on; nothing: from the newest.
ALTER TABLE artifacts ADD COLUMN retention_position integer;
CREATE INDEX artifacts_retention ON artifacts (retention_due_at) WHERE retention_due_at IS NOT NULL;
CREATE INDEX versions_complete ON versions (artifact_id, number) WHERE state = 'complete';

-- The earliest moment that one of its causes takes effect at. It may lie ahead: readers compare it with the time.
ALTER TABLE versions ADD COLUMN revoked_from timestamptz(3);

CREATE TABLE channels (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  artifact_id bigint NOT NULL REFERENCES artifacts (id),
  name text COLLATE "C" NOT NULL,
  description text,
  rules jsonb NOT NULL,
  revision integer NOT NULL DEFAULT 1,             -- grows with every change; the ETag
  version_id bigint REFERENCES versions (id),     -- nothing: points nowhere
  assignment_id bigint,                           -- the assignment that made it point there
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  UNIQUE (artifact_id, name)
);

CREATE INDEX channels_version ON channels (version_id) WHERE version_id IS NOT NULL;

CREATE TABLE channel_assignments (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  channel_id bigint NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
  version_id bigint REFERENCES versions (id),     -- nothing: points nowhere since then
  kind text NOT NULL CHECK (kind IN ('assign', 'promote', 'rollback', 'revocation')),
  reason text,
  actor text NOT NULL,
  source_channel text,                         -- the channel it was promoted from
  event_id bigint NOT NULL,                       -- the event of this assignment
  cause_id bigint,                                -- the event that caused it, such as a revocation
  at timestamptz(3) NOT NULL
);

CREATE INDEX channel_assignments_channel ON channel_assignments (channel_id, id);
CREATE INDEX channel_assignments_version ON channel_assignments (version_id, channel_id, id);

CREATE TABLE revocations (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  version_id bigint NOT NULL REFERENCES versions (id),
  cause_version_id bigint NOT NULL REFERENCES versions (id), -- the version itself, or the ancestor it inherits from
  reason text NOT NULL,
  effective_at timestamptz(3) NOT NULL,
  spread integer NOT NULL,                        -- 1: reaches descendants, also those that appear later
  actor text NOT NULL,
  event_id bigint NOT NULL,                       -- the event of the revocation that it belongs to
  created_at timestamptz(3) NOT NULL,
  announced_at timestamptz(3),                             -- when the event of its taking effect was written
  UNIQUE (version_id, cause_version_id)
);

CREATE INDEX revocations_cause ON revocations (cause_version_id, version_id);
CREATE INDEX revocations_due ON revocations (effective_at, id) WHERE announced_at IS NULL;

CREATE TABLE ancestry (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  child_version_id bigint NOT NULL REFERENCES versions (id),
  parent_version_id bigint NOT NULL REFERENCES versions (id),
  build text COLLATE "C" NOT NULL,                        -- the build of the child that was made from the parent
  via text NOT NULL CHECK (via IN ('declared', 'source_image')),
  channel text COLLATE "C",                               -- the channel of the parent's artifact that it was read from
  created_at timestamptz(3) NOT NULL,
  UNIQUE (child_version_id, parent_version_id, build)
);

CREATE INDEX ancestry_parent ON ancestry (parent_version_id, child_version_id);

ALTER TABLE parents ADD COLUMN channel text COLLATE "C";
-- For parents that are published after their child.
CREATE INDEX parents_number ON parents (artifact, number) WHERE number IS NOT NULL;
CREATE INDEX parents_fingerprint ON parents (artifact, fingerprint) WHERE fingerprint IS NOT NULL;
-- By hash: an id may be longer than an ordered index takes.
CREATE INDEX images_source ON images USING hash (source_image_id);

-- What a complete version is found by. Newest first within each term, so that a search reads only what it shows.
CREATE TABLE search_terms (
  kind text COLLATE "C" NOT NULL,              -- word, label, type, platform, region, image, commit ...
  term text COLLATE "C" NOT NULL,
  completed_ms bigint NOT NULL,                -- when its version was completed
  version_id bigint NOT NULL REFERENCES versions (id),
  PRIMARY KEY (kind, term, completed_ms, version_id)
);

CREATE INDEX search_terms_version ON search_terms (version_id, kind, term);

CREATE TABLE documents (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  build_id bigint NOT NULL REFERENCES builds (id) ON DELETE CASCADE,
  name text COLLATE "C" NOT NULL,
  media_type text NOT NULL,
  size integer NOT NULL,
  sha256 text NOT NULL,
  content bytea NOT NULL,
  created_at timestamptz(3) NOT NULL,
  UNIQUE (build_id, name)
);

-- Who resolved which version, first and last, and how often.
CREATE TABLE consumptions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  artifact_id bigint NOT NULL REFERENCES artifacts (id),
  version_id bigint NOT NULL REFERENCES versions (id),
  consumer text COLLATE "C" NOT NULL,
  client text COLLATE "C" NOT NULL,
  first_at timestamptz(3) NOT NULL,
  last_at timestamptz(3) NOT NULL,
  count bigint NOT NULL,
  UNIQUE (version_id, consumer, client)
);

CREATE INDEX consumptions_version ON consumptions (version_id, id);
CREATE INDEX consumptions_recent ON consumptions (version_id, last_at);
CREATE INDEX consumptions_artifact ON consumptions (artifact_id, id);
CREATE INDEX consumptions_consumer ON consumptions (consumer, id);

-- Versions below an id were completed before there were links and search terms; a job makes them, newest first.
CREATE TABLE backfills (
  name text PRIMARY KEY,
  below bigint NOT NULL
);

INSERT INTO backfills (name, below) SELECT 'releases', max(id) + 1 FROM versions HAVING max(id) IS NOT NULL;
