-- Channels and their history, a revocation that spread, links, search terms, a document, a consumer, a backfill under way.
UPDATE artifacts SET retention = '{"keep": 5, "days": 30}', retention_due_at = '2025-02-01T00:00:00.000Z' WHERE path = 'acme/base';
UPDATE versions SET revoked_from = '2025-01-07T00:00:00.000Z' WHERE fingerprint IN ('base-1', 'web-1');
UPDATE parents SET channel = 'production' WHERE artifact = 'acme/base';

INSERT INTO events (at, actor, request_id, action, artifact, version_id, number, detail, cause_id) VALUES
  ('2025-01-06T00:00:00.000Z', 'bootstrap', 'r-3', 'channel.assigned', 'acme/base', 3, 3, '{"after": {"name": "production"}}', NULL),
  ('2025-01-07T00:00:00.000Z', 'bootstrap', 'r-4', 'revocation.set', 'acme/base', 1, 1, '{"after": {"reason": "CVE-1"}}', NULL),
  ('2025-01-07T00:00:00.000Z', 'bootstrap', 'r-4', 'channel.assigned', 'acme/base', 3, 3, '{}', 5);

INSERT INTO channels (artifact_id, name, description, rules, revision, version_id, assignment_id, created_at, updated_at) VALUES
  (1, 'production', 'what customers get', '{"types": ["amazon.ami"], "scope": "promote"}', 3, 3, 2, '2025-01-05T00:00:00.000Z', '2025-01-07T00:00:00.000Z'),
  (2, 'empty', NULL, '{}', 1, NULL, NULL, '2025-01-05T00:00:00.000Z', '2025-01-05T00:00:00.000Z');

INSERT INTO channel_assignments (channel_id, version_id, kind, reason, actor, source_channel, event_id, cause_id, at) VALUES
  (1, 1, 'assign', NULL, 'bootstrap', NULL, 4, NULL, '2025-01-06T00:00:00.000Z'),
  (1, 3, 'revocation', 'CVE-1', 'bootstrap', NULL, 6, 5, '2025-01-07T00:00:00.000Z');

INSERT INTO revocations (version_id, cause_version_id, reason, effective_at, spread, actor, event_id, created_at, announced_at) VALUES
  (1, 1, 'CVE-1', '2025-01-07T00:00:00.000Z', 1, 'bootstrap', 5, '2025-01-07T00:00:00.000Z', '2025-01-07T00:00:00.000Z'),
  (7, 1, 'CVE-1', '2025-01-07T00:00:00.000Z', 1, 'bootstrap', 5, '2025-01-07T00:00:00.000Z', '2025-01-07T00:00:00.000Z');

INSERT INTO ancestry (child_version_id, parent_version_id, build, via, channel, created_at) VALUES
  (7, 1, 'ebs', 'declared', 'production', '2025-01-05T00:00:00.000Z');

INSERT INTO search_terms (kind, term, completed_ms, version_id) VALUES
  ('all', '', 1736035200000, 7), ('word', 'ünïcode', 1736035200000, 7), ('image', 'ami-web-1', 1736035200000, 7);

INSERT INTO documents (build_id, name, media_type, size, sha256, content, created_at) VALUES
  (5, 'sbom', 'application/octet-stream', 4, '5f78c33274e43fa9de5659265c1d917e25c03722dcb0b8d27db8d5feaa813953', X'deadbeef', '2025-01-05T00:00:00.000Z');

INSERT INTO consumptions (artifact_id, version_id, consumer, client, first_at, last_at, count) VALUES
  (1, 1, 'acme/production', 'terraform/1.9', '2025-01-05T00:00:00.000Z', '2025-01-06T00:00:00.000Z', 12);

-- A database that came from 0.1 has this from its migration, as long as the work is not done.
DELETE FROM backfills;
INSERT INTO backfills (name, below) VALUES ('releases', 7);
