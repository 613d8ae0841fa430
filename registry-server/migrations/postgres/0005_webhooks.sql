-- Webhooks, what they have to deliver, and every attempt to do so.

CREATE TABLE webhooks (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE,
  format text NOT NULL CHECK (format IN ('standard', 'slack', 'email')),
  url text,                                      -- where to; not of those that send e-mail
  recipients jsonb NOT NULL,                     -- of e-mail
  events jsonb NOT NULL,                         -- patterns of actions
  artifacts jsonb NOT NULL,                      -- patterns of artifacts
  secrets jsonb NOT NULL,                        -- [{secret, until}], the one that holds first
  description text,
  failures integer NOT NULL DEFAULT 0,           -- attempts in a row that failed
  failing_since timestamptz(3),
  paused_until timestamptz(3),                   -- nothing is attempted before
  disabled_at timestamptz(3),
  disabled_reason text,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL
);

CREATE TABLE deliveries (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message text COLLATE "C" NOT NULL UNIQUE,      -- the same for every attempt: receivers know it again by that
  webhook_id bigint NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  event_id bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
  attempts integer NOT NULL DEFAULT 0,           -- all there were
  tries integer NOT NULL DEFAULT 0,              -- since it was created or replayed
  next_at timestamptz(3),
  created_at timestamptz(3) NOT NULL,
  ended_at timestamptz(3),
  UNIQUE (webhook_id, event_id)
);

CREATE INDEX deliveries_webhook ON deliveries (webhook_id, id);
CREATE INDEX deliveries_state ON deliveries (webhook_id, state, id);
CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE attempts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  delivery_id bigint NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
  number integer NOT NULL,
  at timestamptz(3) NOT NULL,
  milliseconds integer NOT NULL,
  status integer,                                -- of the answer, when there was one
  error text,
  answer text,                                   -- how it began
  UNIQUE (delivery_id, number)
);
