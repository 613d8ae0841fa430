-- Bytes that a build has, the same bytes in two artifacts, and bytes that nobody holds any more.
INSERT INTO blobs (sha256, size, state, due_at) VALUES
  ('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824', 5, 'stored', NULL),
  ('486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7', 5, 'stored', '2035-01-01T00:00:00.000Z');
INSERT INTO holdings (artifact_id, namespace_id, sha256, size, due_at) VALUES
  (1, 1, '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824', 5, NULL),
  (2, 1, '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824', 5, NULL);
INSERT INTO files (build_id, path, size, sha256, stored) VALUES
  (3, 'hello.txt', 5, '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824', 1),
  (5, 'hello.txt', 5, '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824', 1);
UPDATE namespaces SET used_bytes = 5;
