-- Access: patterns of artifacts, tokens that expire, namespaces that anybody may read, trust rules.

-- [{"scope": ..., "pattern": ...}]; a pattern was the name of a namespace so far.
UPDATE tokens SET scopes = (
  SELECT json_group_array(json_object('scope', value ->> 'scope', 'pattern', value ->> 'namespace'))
  FROM json_each(tokens.scopes)
);
