-- What the sealer asks of the audit log. It works as the operators' role, which sees all organizations, so each function
-- says itself which one it means.

-- The transactions that are over all have lower numbers.
CREATE OR REPLACE FUNCTION portico.audit_horizon() RETURNS bigint
    LANGUAGE sql VOLATILE SET search_path = pg_catalog, public
    AS $$ SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint $$;

-- The organizations with rows from this transaction on that are not sealed.
CREATE OR REPLACE FUNCTION portico.organizations_to_seal(since bigint) RETURNS TABLE (organization_id uuid)
    LANGUAGE sql STABLE SET search_path = pg_catalog, public
    AS $$
        SELECT DISTINCT a.org_id FROM public.audit_log a
        WHERE a.transaction >= since
          AND NOT EXISTS (SELECT FROM public.audit_seals s WHERE s.org_id = a.org_id AND s.audit_id = a.id)
    $$;

-- When the newest row of an audit log was written that is in no chain yet, of all organizations the oldest: at least so
-- far are chains behind. The last row of each alone is looked at, so it costs the same however long the logs are.
CREATE OR REPLACE FUNCTION portico.oldest_unsealed() RETURNS timestamptz
    LANGUAGE sql STABLE SET search_path = pg_catalog, public
    AS $$
        SELECT min(newest.at) FROM public.organizations o
        CROSS JOIN LATERAL (SELECT a.id, a.at FROM public.audit_log a
                            WHERE a.org_id = o.id ORDER BY a.id DESC LIMIT 1) newest
        WHERE NOT EXISTS (SELECT FROM public.audit_seals s WHERE s.org_id = o.id AND s.audit_id = newest.id)
    $$;

-- Where the chain of this transaction's organization ends.
CREATE OR REPLACE FUNCTION portico.last_seal() RETURNS TABLE (sequence bigint, hash bytea)
    LANGUAGE sql STABLE SET search_path = pg_catalog, public
    AS $$
        SELECT s.sequence, s.hash FROM public.audit_seals s
        WHERE s.org_id = portico.org_id() ORDER BY s.sequence DESC LIMIT 1
    $$;

-- The next rows of this transaction's organization to be sealed, in the order of their transactions, of which none is
-- still under way. A number from beyond the present ones is of another cluster, out of which the rows were restored.
CREATE OR REPLACE FUNCTION portico.rows_to_seal(since bigint, most integer)
    RETURNS TABLE (
        id uuid, at timestamptz, actor_kind text, actor_id uuid, session_id uuid, token_id uuid, request_id uuid,
        entity text, entity_id uuid, action text, people uuid[], commitments bytea[]
    )
    LANGUAGE sql STABLE SET search_path = pg_catalog, public
    AS $$
        SELECT a.id, a.at, a.actor_kind, a.actor_id, a.session_id, a.token_id, a.request_id,
               a.entity, a.entity_id, a.action,
               array(SELECT p.person_id FROM public.audit_parts p
                     WHERE p.org_id = a.org_id AND p.audit_id = a.id ORDER BY p.number),
               array(SELECT p.commitment FROM public.audit_parts p
                     WHERE p.org_id = a.org_id AND p.audit_id = a.id ORDER BY p.number)
        FROM public.audit_log a
        WHERE a.org_id = portico.org_id() AND a.transaction >= since
          AND (a.transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
               OR a.transaction >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
          AND NOT EXISTS (SELECT FROM public.audit_seals s WHERE s.org_id = a.org_id AND s.audit_id = a.id)
        ORDER BY a.transaction, a.id
        LIMIT most
    $$;

GRANT EXECUTE ON FUNCTION
    portico.audit_horizon, portico.organizations_to_seal, portico.oldest_unsealed, portico.last_seal, portico.rows_to_seal
    TO portico_operator;
