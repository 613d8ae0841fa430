-- A registry as 0.1 had it: versions in every state, a tombstone, a deleted artifact, two sources that were built in one
-- version, files, parents, a token. Ids are given by the database, from 1.
INSERT INTO namespaces (name, created_at) VALUES ('acme', '2025-01-01T00:00:00.000Z');

INSERT INTO artifacts (namespace_id, path, description, labels, last_number, complete_versions, created_at, updated_at, deleted_at) VALUES
  (1, 'acme/base', 'Ümlaut "base" \ image', '{"team": "platform", "b": "1"}', 3, 2, '2025-01-01T00:00:00.000Z', '2025-01-05T00:00:00.123Z', NULL),
  (1, 'acme/web', NULL, '{}', 1, 1, '2025-01-01T00:00:00.000Z', '2025-01-05T00:00:00.000Z', NULL),
  (1, 'acme/gone', NULL, '{}', 1, 0, '2025-01-01T00:00:00.000Z', '2025-01-05T00:00:00.000Z', '2025-01-06T00:00:00.000Z');

INSERT INTO versions (artifact_id, state, number, fingerprint, semver, semver_key, prerelease, description, labels, latest, latest_number,
  opened_with, expected_builds, warnings, built_at, active_at, created_at, updated_at, completed_at) VALUES
  (1, 'complete', 1, 'base-1', '1.0.0', '0110100101', 0, 'first', '{"a": "ä"}', 'true', 1,
    '{"semver": "1.0.0"}', '["ebs", "gce"]', '[]', '2025-01-01T00:00:00.001Z', '2025-01-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z'),
  (1, 'deleted', 2, 'base-2', NULL, NULL, 0, NULL, '{}', 'true', NULL,
    '{}', '["ebs"]', '[]', '2025-01-02T00:00:00.000Z', '2025-01-02T00:00:00.000Z', '2025-01-02T00:00:00.000Z', '2025-01-02T00:00:00.000Z', '2025-01-02T00:00:00.000Z'),
  (1, 'complete', 3, 'base-3', NULL, NULL, 0, NULL, '{}', 'false', NULL,
    '{"latest": false}', '["ebs"]', '[{"code": "semver_taken", "message": "Version 1 already has 1.0.0."}]', '2025-01-03T00:00:00.000Z', '2025-01-03T00:00:00.000Z', '2025-01-03T00:00:00.000Z', '2025-01-03T00:00:00.000Z', '2025-01-03T00:00:00.000Z'),
  (1, 'incomplete', NULL, 'base-4', '1.1.0', NULL, 0, NULL, '{}', 'true', NULL,
    '{"semver": "1.1.0"}', '["ebs", "gce"]', '[]', NULL, '2025-12-31T00:00:00.000Z', '2025-01-04T00:00:00.000Z', '2025-01-04T00:00:00.000Z', NULL),
  (1, 'abandoned', NULL, 'base-0', NULL, NULL, 0, NULL, '{}', 'true', NULL,
    '{}', '["ebs"]', '[]', NULL, '2025-01-04T00:00:00.000Z', '2025-01-04T00:00:00.000Z', '2025-01-04T00:00:00.000Z', NULL),
  (1, 'expired', NULL, 'base-5', NULL, NULL, 0, NULL, '{}', 'true', NULL,
    '{}', '["ebs"]', '[]', NULL, '2025-01-04T00:00:00.000Z', '2025-01-04T00:00:00.000Z', '2025-01-04T00:00:00.000Z', NULL),
  (2, 'complete', 1, 'web-1', NULL, NULL, 0, NULL, '{}', 'true', 1,
    '{}', '["ebs"]', '[]', '2025-01-05T00:00:00.000Z', '2025-01-05T00:00:00.000Z', '2025-01-05T00:00:00.000Z', '2025-01-05T00:00:00.000Z', '2025-01-05T00:00:00.000Z'),
  (3, 'deleted', 1, 'gone-1', NULL, NULL, 0, NULL, '{}', 'true', NULL,
    '{}', '["ebs"]', '[]', '2025-01-05T00:00:00.000Z', '2025-01-05T00:00:00.000Z', '2025-01-05T00:00:00.000Z', '2025-01-05T00:00:00.000Z', '2025-01-05T00:00:00.000Z');

INSERT INTO builds (version_id, artifact_id, latest_number, name, artifact_type, metadata, labels, provenance, started_at, ended_at, reported_at) VALUES
  (1, 1, 1, 'ebs', 'amazon.ami', '{"kernel": "6.1", "empty": ""}', '{}', '{"git": {"commit": "4f2a9c1d8e7b6a5f4c3d2e1f0a9b8c7d6e5f4a3b", "dirty": false}}', '2025-01-01T00:00:00.000Z', '2025-01-01T00:00:00.001Z', '2025-01-01T00:00:00.000Z'),
  (1, 1, 1, 'gce', 'googlecompute.image', '{}', '{"team": "platform"}', '{}', NULL, NULL, '2025-01-01T00:00:00.000Z'),
  (3, 1, NULL, 'ebs', 'amazon.ami', '{}', '{}', '{}', NULL, NULL, '2025-01-03T00:00:00.000Z'),
  (4, 1, NULL, 'ebs', 'amazon.ami', '{}', '{}', '{}', NULL, NULL, '2025-01-04T00:00:00.000Z'),
  (7, 2, 1, 'ebs', 'amazon.ami', '{}', '{}', '{}', NULL, NULL, '2025-01-05T00:00:00.000Z');

INSERT INTO images (build_id, platform, region, external_id, source_image_id, labels) VALUES
  (1, 'aws', 'us-east-1', 'ami-base-1', NULL, '{}'),
  (1, 'aws', 'eu-west-1', 'ami-base-1-eu', 'ami-ubuntu', '{"arch": "arm64"}'),
  (2, 'gcp', '', 'projects/acme/global/images/base-1', NULL, '{}'),
  (3, 'aws', 'us-east-1', 'ami-base-3', NULL, '{}'),
  (4, 'aws', 'us-east-1', 'ami-base-4', NULL, '{}'),
  (5, 'aws', 'us-east-1', 'ami-web-1', 'ami-base-1', '{}');

INSERT INTO files (build_id, path, size, sha256) VALUES
  (1, 'box/base 1.box', 9007199254740991, '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'),
  (5, 'web.ova', 0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');

INSERT INTO parents (build_id, artifact, number, fingerprint) VALUES (5, 'acme/base', 1, NULL), (3, 'elsewhere/base', NULL, 'unknown');

INSERT INTO tokens (name, hash, created_at) VALUES
  ('bootstrap', '60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752', '2025-01-01T00:00:00.000Z');

INSERT INTO events (at, actor, request_id, action, artifact, version_id, number, detail) VALUES
  ('2025-01-01T00:00:00.000Z', 'bootstrap', 'r-1', 'version.opened', 'acme/base', 1, NULL, '{"after": {"fingerprint": "base-1"}}'),
  ('2025-01-01T00:00:00.000Z', 'bootstrap', 'r-1', 'version.completed', 'acme/base', 1, 1, '{"before": {}, "after": {"number": 1}}'),
  ('2025-01-02T00:00:00.000Z', 'bootstrap', 'r-2', 'version.deleted', 'acme/base', 2, 2, '{"before": {"number": 2}, "reason": "it was never used"}');
