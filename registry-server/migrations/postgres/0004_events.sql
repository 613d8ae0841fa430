-- Events are found by who did what and when, not even TRUNCATE takes one away, and followers miss none.
--
-- Transactions commit in another order than they take ids. So events are followed in the order of their transactions
-- (and of their ids within one), up to the oldest transaction that still runs: nothing can appear before that any more.
-- The trigger sets the transaction, so that rows which come from elsewhere get one of this server.

ALTER TABLE events ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();

CREATE FUNCTION events_set_xid() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN NEW.xid := pg_current_xact_id(); RETURN NEW; END $$;

CREATE TRIGGER events_set_xid BEFORE INSERT ON events
FOR EACH ROW EXECUTE FUNCTION events_set_xid();

CREATE INDEX events_order ON events (xid, id);
CREATE INDEX events_actor ON events (actor, id);
CREATE INDEX events_action ON events (action, id);
CREATE INDEX events_at ON events (at);

CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION events_only_added();

-- Also where session_replication_role turns triggers off.
ALTER TABLE events ENABLE ALWAYS TRIGGER events_only_added;
ALTER TABLE events ENABLE ALWAYS TRIGGER events_no_truncate;
ALTER TABLE events ENABLE ALWAYS TRIGGER events_set_xid;
