-- Access: patterns of artifacts, tokens that expire, namespaces that anybody may read, trust rules.

-- [{"scope": ..., "pattern": ...}]; a pattern was the name of a namespace so far.
UPDATE tokens SET scopes = (
  SELECT coalesce(jsonb_agg(jsonb_build_object('scope', one -> 'scope', 'pattern', one -> 'namespace') ORDER BY place), '[]')
  FROM jsonb_array_elements(scopes) WITH ORDINALITY AS held (one, place)
);

ALTER TABLE tokens ADD COLUMN description text;
ALTER TABLE tokens ADD COLUMN created_by text;              -- the actor that made it
ALTER TABLE tokens ADD COLUMN expires_at timestamptz(3);    -- nothing: never
ALTER TABLE tokens ADD COLUMN last_used_at timestamptz(3);  -- as of a minute ago
ALTER TABLE tokens ALTER COLUMN name TYPE text COLLATE "C";

ALTER TABLE namespaces ADD COLUMN description text;
ALTER TABLE namespaces ADD COLUMN anonymous_read integer NOT NULL DEFAULT 0;  -- 1: whoever reaches the registry
ALTER TABLE namespaces ADD COLUMN quota_bytes bigint;                         -- nothing: as much as there is room for
CREATE INDEX namespaces_anonymous ON namespaces (name) WHERE anonymous_read = 1;

CREATE TABLE trust_rules (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE,
  description text,
  issuer text COLLATE "C" NOT NULL,
  audience text NOT NULL,
  claims jsonb NOT NULL,                           -- {claim: pattern}
  scopes jsonb NOT NULL,
  ttl text NOT NULL,                               -- how long its tokens hold, as 15m
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL
);

CREATE INDEX trust_rules_issuer ON trust_rules (issuer);

-- Tokens of jobs that showed an identity token; short-lived.
CREATE TABLE exchanged_tokens (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hash text COLLATE "C" NOT NULL UNIQUE,
  name text NOT NULL,                              -- of its rules and the subject; what events call the actor
  scopes jsonb NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  created_at timestamptz(3) NOT NULL
);

CREATE INDEX exchanged_tokens_expires ON exchanged_tokens (expires_at);

-- The rules that a token follows from: it goes when one of them goes or changes.
CREATE TABLE exchanged_token_rules (
  token_id bigint NOT NULL REFERENCES exchanged_tokens (id) ON DELETE CASCADE,
  rule_id bigint NOT NULL REFERENCES trust_rules (id) ON DELETE CASCADE,
  PRIMARY KEY (rule_id, token_id)
);

CREATE INDEX exchanged_token_rules_token ON exchanged_token_rules (token_id);
