-- Webhooks, what they have to deliver, and every attempt to do so.

CREATE TABLE webhooks (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  format TEXT NOT NULL CHECK (format IN ('standard', 'slack', 'email')),
  url TEXT,                                      -- where to; not of those that send e-mail
  recipients TEXT NOT NULL,                      -- of e-mail
  events TEXT NOT NULL,                          -- patterns of actions
  artifacts TEXT NOT NULL,                       -- patterns of artifacts
  secrets TEXT NOT NULL,                         -- [{secret, until}], the one that holds first
  description TEXT,
  failures INTEGER NOT NULL DEFAULT 0,           -- attempts in a row that failed
  failing_since TEXT,
  paused_until TEXT,                             -- nothing is attempted before
  disabled_at TEXT,
  disabled_reason TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY,
  message TEXT NOT NULL UNIQUE,                  -- the same for every attempt: receivers know it again by that
  webhook_id INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  event_id INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,           -- all there were
  tries INTEGER NOT NULL DEFAULT 0,              -- since it was created or replayed
  next_at TEXT,
  created_at TEXT NOT NULL,
  ended_at TEXT,
  UNIQUE (webhook_id, event_id)
) STRICT;

CREATE INDEX deliveries_webhook ON deliveries (webhook_id, id);
CREATE INDEX deliveries_state ON deliveries (webhook_id, state, id);
CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE attempts (
  id INTEGER PRIMARY KEY,
  delivery_id INTEGER NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  at TEXT NOT NULL,
  milliseconds INTEGER NOT NULL,
  status INTEGER,                                -- of the answer, when there was one
  error TEXT,
  answer TEXT,                                   -- how it began
  UNIQUE (delivery_id, number)
) STRICT;
