/** A rule that the rows of a healthy registry keep. */
export type Rule = {
  name: string;
  /** What is wrong with what the query finds. */
  problem: string;
  /** What breaks it: where it is, and what was found there. Written for both databases. */
  query: string;
};

/** What a person calls a version, where `a` is its artifact and `v` it. */
export const versionShown =
  "a.path || ' ' || coalesce('version ' || v.number, 'fingerprint ' || v.fingerprint)";
const versions = "versions v JOIN artifacts a ON a.id = v.artifact_id";

/** What the code keeps true in every transaction, and neither constraint nor index can. */
export const rules: Rule[] = [
  {
    name: "numbers",
    problem: "the numbers of an artifact have a gap, or its counter is wrong",
    query: `SELECT a.path AS place, count(v.number) || ' numbers up to ' || coalesce(max(v.number), 0) || ', counted to ' || a.last_number AS found
      FROM artifacts a LEFT JOIN versions v ON v.artifact_id = a.id AND v.number IS NOT NULL
      GROUP BY a.id, a.path, a.last_number
      HAVING count(v.number) <> a.last_number OR coalesce(max(v.number), 0) <> a.last_number OR coalesce(min(v.number), 1) <> 1`,
  },
  {
    name: "counts",
    problem: "an artifact has another number of complete versions than it counted",
    query: `SELECT a.path AS place, count(v.id) || ' complete, counted ' || a.complete_versions AS found
      FROM artifacts a LEFT JOIN versions v ON v.artifact_id = a.id AND v.state = 'complete'
      GROUP BY a.id, a.path, a.complete_versions HAVING count(v.id) <> a.complete_versions`,
  },
  {
    name: "versions",
    problem: "a version has a state that its number, its builds or its completion do not fit",
    query: `SELECT ${versionShown} AS place, 'is ' || v.state AS found FROM ${versions}
      WHERE (v.state = 'complete' AND (v.number IS NULL OR v.completed_at IS NULL OR NOT EXISTS (SELECT 1 FROM builds b WHERE b.version_id = v.id)))
        OR (v.state IN ('incomplete', 'abandoned', 'expired') AND v.number IS NOT NULL)
        OR (v.state = 'deleted' AND EXISTS (SELECT 1 FROM builds b WHERE b.version_id = v.id))`,
  },
  {
    name: "latest",
    problem: "what may be latest is not what the version says",
    query: `SELECT ${versionShown} AS place, 'latest ' || v.latest || ', found by ' || coalesce('' || v.latest_number, 'nothing') AS found FROM ${versions}
      WHERE v.latest_number IS DISTINCT FROM CASE WHEN v.state = 'complete' AND v.latest = 'true' THEN v.number END`,
  },
  {
    name: "builds",
    problem: "a build is not found as its version is",
    query: `SELECT ${versionShown} AS place, 'build ' || b.name AS found FROM ${versions} JOIN builds b ON b.version_id = v.id
      WHERE b.artifact_id <> v.artifact_id OR b.latest_number IS DISTINCT FROM v.latest_number`,
  },
  {
    name: "semantic versions",
    problem: "a semantic version is not found, or found where it should not be",
    query: `SELECT ${versionShown} AS place, coalesce(v.semver, 'none') || ' in a version that is ' || v.state AS found FROM ${versions}
      WHERE (v.semver_key IS NOT NULL) <> (v.state = 'complete' AND v.semver IS NOT NULL)`,
  },
  {
    name: "channels",
    problem: "a channel points at what it cannot point at, or not where its last assignment says",
    query: `SELECT a.path || ' ' || c.name AS place, 'points at ' || coalesce('a version that is ' || v.state, 'nothing') AS found
      FROM channels c JOIN artifacts a ON a.id = c.artifact_id
      LEFT JOIN versions v ON v.id = c.version_id LEFT JOIN channel_assignments s ON s.id = c.assignment_id
      WHERE a.deleted_at IS NULL AND c.version_id IS NOT NULL
        AND (v.artifact_id <> c.artifact_id OR v.state <> 'complete' OR s.id IS NULL OR s.channel_id <> c.id OR s.version_id IS DISTINCT FROM c.version_id)`,
  },
  {
    name: "revocations",
    problem: "a version is revoked from another moment than its causes say",
    query: `SELECT ${versionShown} AS place, 'revoked from ' || coalesce('' || v.revoked_from, 'never') AS found FROM ${versions}
      WHERE v.revoked_from IS DISTINCT FROM (SELECT min(r.effective_at) FROM revocations r WHERE r.version_id = v.id)`,
  },
  {
    name: "search",
    problem: "a version is found by words and is not complete, or is complete and not found",
    query: `SELECT ${versionShown} AS place, 'is ' || v.state AS found FROM ${versions}
      WHERE (v.state <> 'complete' AND EXISTS (SELECT 1 FROM search_terms t WHERE t.version_id = v.id))
        OR (v.state = 'complete' AND NOT EXISTS (SELECT 1 FROM search_terms t WHERE t.version_id = v.id)
          AND v.id >= coalesce((SELECT below FROM backfills WHERE name = 'releases'), 0))`,
  },
  {
    name: "events",
    problem: "something names an event that is not there",
    query: `SELECT 'event ' || e.id AS place, 'caused by ' || e.cause_id AS found FROM events e
        WHERE e.cause_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM events c WHERE c.id = e.cause_id)
      UNION ALL SELECT 'assignment ' || s.id, 'event ' || s.event_id FROM channel_assignments s
        WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.id = s.event_id)
      UNION ALL SELECT 'revocation ' || r.id, 'event ' || r.event_id FROM revocations r
        WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.id = r.event_id)`,
  },
  {
    name: "logs",
    problem: "a log has a gap, or another size than its parts",
    query: `SELECT ${versionShown} || ' ' || l.build AS place, l.size || ' bytes, parts of ' || coalesce(sum(c.size), 0) AS found
      FROM logs l JOIN versions v ON v.id = l.version_id JOIN artifacts a ON a.id = v.artifact_id LEFT JOIN log_chunks c ON c.log_id = l.id
      GROUP BY l.id, l.build, l.size, a.path, v.number, v.fingerprint
      HAVING coalesce(sum(c.size), 0) <> l.size OR coalesce(max(c.start + c.size), 0) <> l.size`,
  },
  {
    name: "files",
    problem: "a build names stored bytes that its artifact does not hold",
    query: `SELECT ${versionShown} AS place, f.path || ', ' || f.sha256 AS found
      FROM files f JOIN builds b ON b.id = f.build_id JOIN versions v ON v.id = b.version_id JOIN artifacts a ON a.id = v.artifact_id
      LEFT JOIN blobs s ON s.sha256 = f.sha256 AND s.state = 'stored'
      LEFT JOIN holdings h ON h.sha256 = f.sha256 AND h.artifact_id = v.artifact_id AND h.due_at IS NULL
      WHERE f.stored = 1 AND (s.sha256 IS NULL OR h.id IS NULL OR s.size <> f.size OR h.size <> f.size)`,
  },
  {
    name: "usage",
    problem: "a namespace uses another number of bytes than it counted",
    query: `SELECT n.name AS place, coalesce(sum(h.size), 0) || ' bytes, counted ' || n.used_bytes AS found
      FROM namespaces n LEFT JOIN (SELECT DISTINCT namespace_id, sha256, size FROM holdings) h ON h.namespace_id = n.id
      GROUP BY n.id, n.name, n.used_bytes HAVING coalesce(sum(h.size), 0) <> n.used_bytes`,
  },
];
