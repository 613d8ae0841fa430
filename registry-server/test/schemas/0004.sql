-- Events go on after the change of their table.
INSERT INTO events (at, actor, request_id, action, artifact, version_id, number, detail) VALUES
  ('2025-02-01T00:00:00.000Z', 'ci', 'r-5', 'artifact.changed', 'acme/web', NULL, NULL, '{}');
