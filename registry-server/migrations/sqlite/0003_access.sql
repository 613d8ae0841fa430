-- Access: patterns of artifacts, tokens that expire, namespaces that anybody may read, trust rules.

-- [{"scope": ..., "pattern": ...}]; a pattern was the name of a namespace so far.
UPDATE tokens SET scopes = (
  SELECT json_group_array(json_object('scope', value ->> 'scope', 'pattern', value ->> 'namespace'))
  FROM json_each(tokens.scopes)
);

ALTER TABLE tokens ADD COLUMN description TEXT;
ALTER TABLE tokens ADD COLUMN created_by TEXT;     -- the actor that made it
ALTER TABLE tokens ADD COLUMN expires_at TEXT;     -- nothing: never
ALTER TABLE tokens ADD COLUMN last_used_at TEXT;   -- as of a minute ago

ALTER TABLE namespaces ADD COLUMN description TEXT;
ALTER TABLE namespaces ADD COLUMN anonymous_read INTEGER NOT NULL DEFAULT 0;  -- 1: whoever reaches the registry
ALTER TABLE namespaces ADD COLUMN quota_bytes INTEGER;                        -- nothing: as much as there is room for
CREATE INDEX namespaces_anonymous ON namespaces (name) WHERE anonymous_read = 1;

CREATE TABLE trust_rules (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  description TEXT,
  issuer TEXT NOT NULL,
  audience TEXT NOT NULL,
  claims TEXT NOT NULL,                            -- {claim: pattern}
  scopes TEXT NOT NULL,
  ttl TEXT NOT NULL,                               -- how long its tokens hold, as 15m
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE INDEX trust_rules_issuer ON trust_rules (issuer);

-- Tokens of jobs that showed an identity token; short-lived.
CREATE TABLE exchanged_tokens (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,                              -- of its rules and the subject; what events call the actor
  scopes TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE INDEX exchanged_tokens_expires ON exchanged_tokens (expires_at);

-- The rules that a token follows from: it goes when one of them goes or changes.
CREATE TABLE exchanged_token_rules (
  token_id INTEGER NOT NULL REFERENCES exchanged_tokens (id) ON DELETE CASCADE,
  rule_id INTEGER NOT NULL REFERENCES trust_rules (id) ON DELETE CASCADE,
  PRIMARY KEY (rule_id, token_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX exchanged_token_rules_token ON exchanged_token_rules (token_id);
