DROP FUNCTION IF EXISTS portico.erase_organization, portico.ask_client_request, portico.client_requests_of_organization,
    portico.delivery_by_token, portico.note_delivery, portico.note_erasure_entered;
ALTER TABLE erasures DROP COLUMN entered_at;
REVOKE SELECT (id, slug, name) ON organizations FROM portico_console;
DROP TABLE client_requests;
DROP FUNCTION IF EXISTS portico.begin_client_request, portico.erase_rows;
