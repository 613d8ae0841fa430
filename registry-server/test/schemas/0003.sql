-- A token that expires, a namespace that anybody may read, a trust rule and a token that follows from it.
INSERT INTO tokens (name, hash, created_at, scopes, description, created_by, expires_at, last_used_at) VALUES
  ('ci', 'a665a45920422f9d417e4867efdc4fb8a04a1f3fff1fa07e998e86f7f7a27ae3', '2025-02-01T00:00:00.000Z',
    '[{"scope": "publish", "pattern": "acme/web-*"}]', 'for the CI', 'bootstrap', '2035-01-01T00:00:00.000Z', NULL);
UPDATE namespaces SET description = 'All of Acme', anonymous_read = 1, quota_bytes = 1000000;
INSERT INTO trust_rules (name, description, issuer, audience, claims, scopes, ttl, created_at, updated_at) VALUES
  ('github', NULL, 'https://token.actions.githubusercontent.com', 'waybill', '{"repository": "acme/*"}',
    '[{"scope": "publish", "pattern": "acme"}]', '15m', '2025-02-01T00:00:00.000Z', '2025-02-01T00:00:00.000Z');
INSERT INTO exchanged_tokens (hash, name, scopes, expires_at, created_at) VALUES
  ('b3a8e0e1f9ab1bfe3a36f231f676f78bb30a519d2b21e6c530c0eee8ebb4a5d0', 'github:repo:acme/web', '[{"scope": "publish", "pattern": "acme"}]',
    '2025-02-01T00:15:00.000Z', '2025-02-01T00:00:00.000Z');
INSERT INTO exchanged_token_rules (token_id, rule_id) VALUES (1, 1);
