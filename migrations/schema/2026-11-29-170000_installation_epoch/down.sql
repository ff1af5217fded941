DROP FUNCTION IF EXISTS
    portico.note_later_epoch, portico.fence_table, portico.tables_to_fence, portico.begin_epoch, portico.tables_never_fenced;
-- With the triggers of a database that is fenced.
DROP FUNCTION IF EXISTS portico.refuse_because_fenced CASCADE;
DROP TABLE installation_epoch;
