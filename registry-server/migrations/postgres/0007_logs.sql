-- What building printed. A log may begin before its build is reported, so it belongs to the name of the build.
CREATE TABLE logs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  version_id bigint NOT NULL REFERENCES versions (id),
  build text COLLATE "C" NOT NULL,
  size bigint NOT NULL DEFAULT 0,                  -- bytes that are kept: where the next ones go
  packed bigint NOT NULL DEFAULT 0,                -- bytes in chunks that are never written again
  loose integer NOT NULL DEFAULT 0,                -- how many chunks follow those, until they are made one
  cut smallint NOT NULL DEFAULT 0,                 -- 1: more came than a log may have
  started_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  ended_at timestamptz(3),
  UNIQUE (version_id, build)
);

CREATE TABLE log_chunks (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  log_id bigint NOT NULL REFERENCES logs (id) ON DELETE CASCADE,
  start bigint NOT NULL,                           -- where in the log it begins
  size integer NOT NULL,                           -- bytes of the log in it
  content bytea NOT NULL,                          -- gzip
  UNIQUE (log_id, start)
);

-- It is compressed already.
ALTER TABLE log_chunks ALTER COLUMN content SET STORAGE EXTERNAL;
