-- Hosts that are gone do not come back.
SELECT 1;
