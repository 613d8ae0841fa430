-- A webhook with a delivery that waits for its next attempt and one that arrived; one that was given up.
INSERT INTO webhooks (name, format, url, recipients, events, artifacts, secrets, description, failures, failing_since, paused_until,
  disabled_at, disabled_reason, created_at, updated_at) VALUES
  ('chat', 'slack', 'https://hooks.example.com/1', '[]', '["version.*"]', '["acme/*"]', '[{"secret": "whsec_c2VjcmV0", "until": null}]', 'tells all', 1,
    '2025-02-01T00:00:01.000Z', NULL, NULL, NULL, '2025-02-01T00:00:00.000Z', '2025-02-01T00:00:00.000Z'),
  ('mail', 'email', NULL, '["ops@example.com"]', '["*"]', '["*"]', '[]', NULL, 9,
    '2025-01-01T00:00:00.000Z', NULL, '2025-02-01T00:00:00.000Z', 'nobody answered', '2025-01-01T00:00:00.000Z', '2025-02-01T00:00:00.000Z');
INSERT INTO deliveries (message, webhook_id, event_id, state, attempts, tries, next_at, created_at, ended_at) VALUES
  ('msg_1', 1, 2, 'delivered', 1, 1, NULL, '2025-02-01T00:00:00.000Z', '2025-02-01T00:00:00.000Z'),
  ('msg_2', 1, 3, 'waiting', 1, 1, '2025-02-01T00:05:00.000Z', '2025-02-01T00:00:00.000Z', NULL);
INSERT INTO attempts (delivery_id, number, at, milliseconds, status, error, answer) VALUES
  (1, 1, '2025-02-01T00:00:00.000Z', 12, 200, NULL, 'ok'),
  (2, 1, '2025-02-01T00:00:00.000Z', 10000, NULL, 'no answer within 10 s', NULL);
