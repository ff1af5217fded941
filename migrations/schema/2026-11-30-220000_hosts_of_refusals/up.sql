-- Refused requests were counted by whatever host was asked for, which may be that of an organization that is erased since, or
-- will be: the counts stay, the hosts go. From now on the shared one alone is named.
WITH named AS (
    DELETE FROM denied_access_elsewhere WHERE host IS NOT NULL
    RETURNING minute, network, operation, code, requests
)
INSERT INTO denied_access_elsewhere AS d (id, minute, network, host, operation, code, requests)
SELECT md5(concat_ws(' ', minute, network, operation, code))::uuid, minute, network, NULL, operation, code, sum(requests)::bigint
FROM named GROUP BY minute, network, operation, code
ON CONFLICT ON CONSTRAINT denied_access_elsewhere_once DO UPDATE SET requests = d.requests + excluded.requests;
