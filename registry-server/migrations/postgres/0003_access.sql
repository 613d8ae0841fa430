-- Access: patterns of artifacts, tokens that expire, namespaces that anybody may read, trust rules.

-- [{"scope": ..., "pattern": ...}]; a pattern was the name of a namespace so far.
UPDATE tokens SET scopes = (
  SELECT coalesce(jsonb_agg(jsonb_build_object('scope', one -> 'scope', 'pattern', one -> 'namespace') ORDER BY place), '[]')
  FROM jsonb_array_elements(scopes) WITH ORDINALITY AS held (one, place)
);
