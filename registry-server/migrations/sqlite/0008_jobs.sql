-- What is to be done later or again. On PostgreSQL pg-boss keeps this, in a schema of its own.
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY,
  queue TEXT NOT NULL,
  key TEXT,
  payload TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'failed')),
  -- Waiting: not before. Running: until when it is somebody's. Failed: since when.
  at TEXT NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 0,
  error TEXT
) STRICT;
CREATE UNIQUE INDEX jobs_waiting_keys ON jobs (queue, key) WHERE state = 'waiting' AND key IS NOT NULL;
CREATE INDEX jobs_due ON jobs (queue, state, at);
