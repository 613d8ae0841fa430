-- Files: the bytes that the store has, each once, and which artifacts hold them.

-- 1: the registry has the bytes; 0: that they were made is recorded only, as of all files before.
ALTER TABLE files ADD COLUMN stored integer NOT NULL DEFAULT 0;
CREATE INDEX files_stored ON files (sha256, build_id) WHERE stored = 1;

-- The sizes of what its artifacts hold, equal bytes counted once.
ALTER TABLE namespaces ADD COLUMN used_bytes bigint NOT NULL DEFAULT 0;

CREATE TABLE blobs (
  sha256 text COLLATE "C" PRIMARY KEY,
  size bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('arriving', 'stored', 'removing')),
  due_at timestamptz(3)                                 -- may be removed from then on; nothing while somebody holds it
);

CREATE INDEX blobs_due ON blobs (due_at) WHERE due_at IS NOT NULL;

-- An artifact holds bytes once its publisher has sent them, or could read them elsewhere.
CREATE TABLE holdings (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  artifact_id bigint NOT NULL REFERENCES artifacts (id),
  namespace_id bigint NOT NULL REFERENCES namespaces (id),
  sha256 text COLLATE "C" NOT NULL REFERENCES blobs (sha256),
  size bigint NOT NULL,
  due_at timestamptz(3),                                -- may be let go from then on; nothing while a build names it
  UNIQUE (artifact_id, sha256)
);

CREATE INDEX holdings_sha256 ON holdings (sha256, namespace_id);
CREATE INDEX holdings_due ON holdings (due_at) WHERE due_at IS NOT NULL;
