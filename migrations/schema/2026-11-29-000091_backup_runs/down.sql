DROP TABLE operator_letters;
DROP TABLE alarms;
DROP TABLE backup_runs;
