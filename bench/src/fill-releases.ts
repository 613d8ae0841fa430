import BetterSqlite3 from "better-sqlite3";

export type Size = { artifacts: number; versionsEach: number };

/** What {@link fillReleases} writes, for those who ask for it. */
export const filled = {
  artifact: (index: number) => `bench/artifact-${index}`,
  channel: "production",
  /** Every tenth version has it, so that `latest` with it is not the newest of all. */
  rareType: "docker.image",
  /** The root of a tree of versions, each built from one of the generation above. */
  root: "bench/root",
  generations: 10,
  descendants: 1_000,
};

const series = (count: number) =>
  `series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < ${count})`;
const at = "2026-01-31T12:00:00.000Z";
const completed = "1769860800000 + id";

/** The sort key of `1.<number>.0`. */
const semverKey = "'011' || printf('%02d', length(number)) || number || '0101'";
const type = `CASE WHEN number % 10 = 5 THEN '${filled.rareType}' ELSE 'amazon.ami' END`;

/**
 * Writes versions with semantic versions, a channel per artifact and what search finds them by straight into the tables
 * of a registry that is not running. Each has one build of one image; a million take about a minute.
 */
export function fillReleases(path: string, { artifacts, versionsEach }: Size): void {
  const db = new BetterSqlite3(path);
  db.pragma("synchronous = OFF");
  db.pragma("cache_size = -262144");
  const channelAt = Math.ceil(versionsEach / 2);
  const terms = [
    ["all", "''"],
    ["namespace", "'bench'"],
    ["word", "'web'"],
    ["word", "'r' || artifact_id"],
    ["type", type],
    ["commit", "printf('%040x', id)"],
  ];
  const fill = db.transaction(() => {
    db.exec(`
      INSERT INTO namespaces (id, name, created_at) VALUES (1, 'bench', '${at}');
      WITH RECURSIVE ${series(artifacts)}
        INSERT INTO artifacts (id, namespace_id, path, last_number, complete_versions, created_at, updated_at)
        SELECT n, 1, 'bench/artifact-' || (n - 1), ${versionsEach}, ${versionsEach}, '${at}', '${at}' FROM series;
      WITH RECURSIVE ${series(versionsEach)}
        INSERT INTO versions (id, artifact_id, state, number, fingerprint, semver, semver_key, latest, latest_number, opened_with,
          expected_builds, built_at, active_at, created_at, updated_at, completed_at)
        SELECT id, artifact_id, 'complete', number, 'run-' || id, '1.' || number || '.0', ${semverKey}, 'true', number, '{}',
          '["web"]', '${at}', '${at}', '${at}', '${at}', '${at}'
        FROM (SELECT (artifacts.id - 1) * ${versionsEach} + n AS id, artifacts.id AS artifact_id, n AS number
          FROM artifacts CROSS JOIN series ORDER BY 1);
      INSERT INTO builds (id, version_id, artifact_id, latest_number, name, artifact_type, metadata, labels, provenance, reported_at)
        SELECT id, id, artifact_id, number, 'web', ${type}, '{"release":"1"}', '{}', '{}', '${at}' FROM versions ORDER BY id;
      INSERT INTO images (id, build_id, platform, region, external_id, labels)
        SELECT id, id, 'aws', 'us-east-1', printf('ami-%017x', id), '{}' FROM versions ORDER BY id;
      INSERT INTO channels (artifact_id, name, rules, version_id, created_at, updated_at)
        SELECT artifact_id, '${filled.channel}', '{}', id, '${at}', '${at}' FROM versions WHERE number = ${channelAt};
      ${terms
        .map(
          ([kind, term]) => `
      INSERT INTO search_terms (kind, term, completed_ms, version_id)
        SELECT '${kind}', ${term}, ${completed}, id FROM versions ORDER BY 2, id;`,
        )
        .join("")}
    `);
    fillTree(db);
  });
  try {
    fill();
  } finally {
    db.close();
  }
}

/** A root, and below it in each generation as many versions, each built from one of the generation above. */
function fillTree(db: BetterSqlite3.Database): void {
  const { root, generations, descendants } = filled;
  const each = descendants / generations;
  const { first } = db.prepare("SELECT max(id) + 1 AS first FROM versions").get() as { first: number };
  db.exec(`
    INSERT INTO artifacts (namespace_id, path, last_number, complete_versions, created_at, updated_at)
      SELECT 1, '${root}', 1, 1, '${at}', '${at}';
    WITH RECURSIVE ${series(each)}
      INSERT INTO artifacts (namespace_id, path, last_number, complete_versions, created_at, updated_at)
      SELECT 1, 'bench/child-' || n, ${generations}, ${generations}, '${at}', '${at}' FROM series;
    INSERT INTO versions (id, artifact_id, state, number, fingerprint, latest, latest_number, opened_with, expected_builds,
        built_at, active_at, created_at, updated_at, completed_at)
      SELECT ${first}, id, 'complete', 1, 'root', 'true', 1, '{}', '["web"]', '${at}', '${at}', '${at}', '${at}', '${at}'
      FROM artifacts WHERE path = '${root}';
    WITH RECURSIVE ${series(generations)}
      INSERT INTO versions (id, artifact_id, state, number, fingerprint, latest, latest_number, opened_with, expected_builds,
        built_at, active_at, created_at, updated_at, completed_at)
      SELECT ${first} + (n - 1) * ${each} + row_number() OVER (PARTITION BY n ORDER BY artifacts.id), artifacts.id, 'complete', n,
        'child-' || n, 'true', n, '{}', '["web"]', '${at}', '${at}', '${at}', '${at}', '${at}'
      FROM artifacts CROSS JOIN series WHERE path LIKE 'bench/child-%';
    INSERT INTO builds (version_id, artifact_id, latest_number, name, artifact_type, metadata, labels, provenance, reported_at)
      SELECT id, artifact_id, number, 'web', 'amazon.ami', '{}', '{}', '{}', '${at}' FROM versions WHERE id >= ${first};
    INSERT INTO ancestry (child_version_id, parent_version_id, build, via, created_at)
      SELECT id, max(${first}, id - ${each}), 'web', 'declared', '${at}' FROM versions WHERE id > ${first};
  `);
}
