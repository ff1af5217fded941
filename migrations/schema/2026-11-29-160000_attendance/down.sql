REVOKE SELECT ON backup_runs, alarms FROM portico_console;
DROP TABLE backup_attendance;
