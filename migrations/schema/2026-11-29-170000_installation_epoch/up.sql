-- Which life of the installation this database belongs to. Each time that another environment takes over, the epoch there is
-- a higher one, and whoever learns of it here takes no changes any more (replaceable/fence.sql).
CREATE TABLE installation_epoch (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    epoch bigint NOT NULL DEFAULT 1 CHECK (epoch > 0),
    -- The epoch that has taken its place, when that was learnt, and why it happened.
    fenced_by bigint,
    fenced_at timestamptz,
    fenced_because text,
    CHECK (fenced_by > epoch),
    CHECK ((fenced_by IS NULL) = (fenced_at IS NULL) AND (fenced_by IS NULL) = (fenced_because IS NULL))
);
INSERT INTO installation_epoch DEFAULT VALUES;
GRANT SELECT ON installation_epoch TO portico_operator, portico_console;
