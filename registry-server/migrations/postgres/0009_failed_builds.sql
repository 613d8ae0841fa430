-- Builds that a version expects and that have failed, with what was wrong; one that reports later is no longer shown.
ALTER TABLE versions ADD COLUMN failed_builds jsonb NOT NULL DEFAULT '[]';
