ALTER TABLE backup_runs DROP COLUMN cancelled_by;
DROP TABLE actions_under_way;
