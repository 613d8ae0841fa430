import BetterSqlite3 from "better-sqlite3";

const at = "2026-01-31T12:00:00.000Z";

/**
 * Writes complete versions of one build and two images straight into the tables of a registry that is not running:
 * publishing them one by one would take an hour.
 *
 * @returns the artifacts, as `namespace/name`
 */
export function fillRegistry(path: string, size: { artifacts: number; versionsEach: number }): string[] {
  const db = new BetterSqlite3(path);
  db.pragma("synchronous = OFF");
  const insertArtifact = db.prepare(
    "INSERT INTO artifacts (namespace_id, path, last_number, complete_versions, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const insertVersion = db.prepare(
    `INSERT INTO versions (artifact_id, state, number, fingerprint, semver, semver_key, latest, latest_number, opened_with,
       expected_builds, built_at, active_at, created_at, updated_at, completed_at)
     VALUES (@artifact, 'complete', @number, @fingerprint, NULL, NULL, 'true', @number, '{}', '["web"]', @at, @at, @at, @at, @at)`,
  );
  const insertBuild = db.prepare(
    `INSERT INTO builds (version_id, artifact_id, latest_number, name, artifact_type, metadata, labels, provenance, reported_at)
     VALUES (@version, @artifact, @number, 'web', 'amazon.ami', '{"release":"1"}', '{}', '{}', @at)`,
  );
  const insertImage = db.prepare(
    "INSERT INTO images (build_id, platform, region, external_id, labels) VALUES (?, 'aws', ?, ?, '{}')",
  );
  const fill = db.transaction(() => {
    const { lastInsertRowid: namespace } = db
      .prepare("INSERT INTO namespaces (name, created_at) VALUES ('bench', ?)")
      .run(at);
    return Array.from({ length: size.artifacts }, (_, index) => {
      const artifactPath = `bench/artifact-${index}`;
      const count = size.versionsEach;
      const { lastInsertRowid: artifact } = insertArtifact.run(namespace, artifactPath, count, count, at, at);
      for (let number = 1; number <= count; number++) {
        const fingerprint = `commit-${index}-${number}`;
        const { lastInsertRowid: version } = insertVersion.run({ artifact, number, fingerprint, at });
        const { lastInsertRowid: build } = insertBuild.run({ version, artifact, number, at });
        for (const region of ["us-east-1", "eu-west-1"])
          insertImage.run(build, region, `ami-${region}-${build}`);
      }
      return artifactPath;
    });
  });
  try {
    return fill();
  } finally {
    db.close();
  }
}
