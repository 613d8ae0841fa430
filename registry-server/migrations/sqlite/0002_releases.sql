-- Releases: channels, revocation, ancestry, search, documents, consumers, retention.

-- What a token may do: [{"scope": ..., "namespace": ...}]. Tokens made before there were scopes could do everything.
ALTER TABLE tokens ADD COLUMN scopes TEXT NOT NULL DEFAULT '[]';
UPDATE tokens SET scopes = '[{"scope":"admin","namespace":"*"}]';

-- The event that caused another one.
ALTER TABLE events ADD COLUMN cause_id INTEGER;

-- {"keep": N, "days": D}; nothing means that everything is kept.
ALTER TABLE artifacts ADD COLUMN retention TEXT;
-- When the stored policy is applied next; nothing without one.
ALTER TABLE artifacts ADD COLUMN retention_due_at TEXT;
-- The number below which a run that is not through goes on; nothing: from the newest.
ALTER TABLE artifacts ADD COLUMN retention_position INTEGER;
CREATE INDEX artifacts_retention ON artifacts (retention_due_at) WHERE retention_due_at IS NOT NULL;
CREATE INDEX versions_complete ON versions (artifact_id, number) WHERE state = 'complete';

-- The earliest moment that one of its causes takes effect at. It may lie ahead: readers compare it with the time.
ALTER TABLE versions ADD COLUMN revoked_from TEXT;

CREATE TABLE channels (
  id INTEGER PRIMARY KEY,
  artifact_id INTEGER NOT NULL REFERENCES artifacts (id),
  name TEXT NOT NULL,
  description TEXT,
  rules TEXT NOT NULL,
  revision INTEGER NOT NULL DEFAULT 1,             -- grows with every change; the ETag
  version_id INTEGER REFERENCES versions (id),     -- nothing: points nowhere
  assignment_id INTEGER,                           -- the assignment that made it point there
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (artifact_id, name)
) STRICT;

CREATE INDEX channels_version ON channels (version_id) WHERE version_id IS NOT NULL;

CREATE TABLE channel_assignments (
  id INTEGER PRIMARY KEY,
  channel_id INTEGER NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
  version_id INTEGER REFERENCES versions (id),     -- nothing: points nowhere since then
  kind TEXT NOT NULL CHECK (kind IN ('assign', 'promote', 'rollback', 'revocation')),
  reason TEXT,
  actor TEXT NOT NULL,
  source_channel TEXT,                         -- the channel it was promoted from
  event_id INTEGER NOT NULL,                       -- the event of this assignment
  cause_id INTEGER,                                -- the event that caused it, such as a revocation
  at TEXT NOT NULL
) STRICT;

CREATE INDEX channel_assignments_channel ON channel_assignments (channel_id, id);
CREATE INDEX channel_assignments_version ON channel_assignments (version_id, channel_id, id);

CREATE TABLE revocations (
  id INTEGER PRIMARY KEY,
  version_id INTEGER NOT NULL REFERENCES versions (id),
  cause_version_id INTEGER NOT NULL REFERENCES versions (id), -- the version itself, or the ancestor it inherits from
  reason TEXT NOT NULL,
  effective_at TEXT NOT NULL,
  spread INTEGER NOT NULL,                        -- 1: reaches descendants, also those that appear later
  actor TEXT NOT NULL,
  event_id INTEGER NOT NULL,                       -- the event of the revocation that it belongs to
  created_at TEXT NOT NULL,
  announced_at TEXT,                             -- when the event of its taking effect was written
  UNIQUE (version_id, cause_version_id)
) STRICT;

CREATE INDEX revocations_cause ON revocations (cause_version_id, version_id);
CREATE INDEX revocations_due ON revocations (effective_at, id) WHERE announced_at IS NULL;

CREATE TABLE ancestry (
  id INTEGER PRIMARY KEY,
  child_version_id INTEGER NOT NULL REFERENCES versions (id),
  parent_version_id INTEGER NOT NULL REFERENCES versions (id),
  build TEXT NOT NULL,                        -- the build of the child that was made from the parent
  via TEXT NOT NULL CHECK (via IN ('declared', 'source_image')),
  channel TEXT,                               -- the channel of the parent's artifact that it was read from
  created_at TEXT NOT NULL,
  UNIQUE (child_version_id, parent_version_id, build)
) STRICT;

CREATE INDEX ancestry_parent ON ancestry (parent_version_id, child_version_id);

ALTER TABLE parents ADD COLUMN channel TEXT;
-- For parents that are published after their child.
CREATE INDEX parents_number ON parents (artifact, number) WHERE number IS NOT NULL;
CREATE INDEX parents_fingerprint ON parents (artifact, fingerprint) WHERE fingerprint IS NOT NULL;
CREATE INDEX images_source ON images (source_image_id) WHERE source_image_id IS NOT NULL;

-- What a complete version is found by. Newest first within each term, so that a search reads only what it shows.
CREATE TABLE search_terms (
  kind TEXT NOT NULL,                          -- word, label, type, platform, region, image, commit ...
  term TEXT NOT NULL,
  completed_ms INTEGER NOT NULL,               -- when its version was completed
  version_id INTEGER NOT NULL REFERENCES versions (id),
  PRIMARY KEY (kind, term, completed_ms, version_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX search_terms_version ON search_terms (version_id, kind, term);

CREATE TABLE documents (
  id INTEGER PRIMARY KEY,
  build_id INTEGER NOT NULL REFERENCES builds (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  content BLOB NOT NULL,
  created_at TEXT NOT NULL,
  UNIQUE (build_id, name)
) STRICT;

-- Who resolved which version, first and last, and how often.
CREATE TABLE consumptions (
  id INTEGER PRIMARY KEY,
  artifact_id INTEGER NOT NULL REFERENCES artifacts (id),
  version_id INTEGER NOT NULL REFERENCES versions (id),
  consumer TEXT NOT NULL,
  client TEXT NOT NULL,
  first_at TEXT NOT NULL,
  last_at TEXT NOT NULL,
  count INTEGER NOT NULL,
  UNIQUE (version_id, consumer, client)
) STRICT;

CREATE INDEX consumptions_version ON consumptions (version_id, id);
CREATE INDEX consumptions_recent ON consumptions (version_id, last_at);
CREATE INDEX consumptions_artifact ON consumptions (artifact_id, id);
CREATE INDEX consumptions_consumer ON consumptions (consumer, id);

-- Versions below an id were completed before there were links and search terms; a job makes them, newest first.
CREATE TABLE backfills (
  name TEXT PRIMARY KEY,
  below INTEGER NOT NULL
) STRICT;

INSERT INTO backfills (name, below) SELECT 'releases', max(id) + 1 FROM versions HAVING max(id) IS NOT NULL;
