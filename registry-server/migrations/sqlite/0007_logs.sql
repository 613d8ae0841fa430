-- What building printed. A log may begin before its build is reported, so it belongs to the name of the build.
CREATE TABLE logs (
  id INTEGER PRIMARY KEY,
  version_id INTEGER NOT NULL REFERENCES versions (id),
  build TEXT NOT NULL,
  size INTEGER NOT NULL DEFAULT 0,                 -- bytes that are kept: where the next ones go
  packed INTEGER NOT NULL DEFAULT 0,               -- bytes in chunks that are never written again
  loose INTEGER NOT NULL DEFAULT 0,                -- how many chunks follow those, until they are made one
  cut INTEGER NOT NULL DEFAULT 0,                  -- 1: more came than a log may have
  started_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  ended_at TEXT,
  UNIQUE (version_id, build)
) STRICT;

CREATE TABLE log_chunks (
  id INTEGER PRIMARY KEY,
  log_id INTEGER NOT NULL REFERENCES logs (id) ON DELETE CASCADE,
  start INTEGER NOT NULL,                          -- where in the log it begins
  size INTEGER NOT NULL,                           -- bytes of the log in it
  content BLOB NOT NULL,                           -- gzip
  UNIQUE (log_id, start)
) STRICT;
