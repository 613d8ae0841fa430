-- A log that has ended, and one that has begun before its build was reported.
INSERT INTO logs (version_id, build, size, packed, loose, cut, started_at, updated_at, ended_at) VALUES
  (7, 'ebs', 5, 5, 0, 0, '2025-02-01T00:00:00.000Z', '2025-02-01T00:01:00.000Z', '2025-02-01T00:01:00.000Z'),
  (4, 'gce', 0, 0, 0, 0, '2025-02-01T00:00:00.000Z', '2025-02-01T00:00:00.000Z', NULL);
INSERT INTO log_chunks (log_id, start, size, content) VALUES (1, 0, 5, X'1f8b0800000000000203cb48cdc9c9070086a6103605000000');
