-- What may be done about requests of clients: the worker carries out what operators have authorized, and organizations ask.

-- Erases the organization of a request that operators have authorized and told the worker to carry out, and that
-- stands in the ledger: of an organization in which nobody is let any more. Gives the rows by table.
CREATE OR REPLACE FUNCTION portico.erase_organization(request uuid, at timestamptz) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
DECLARE
    wanted uuid;
    gone jsonb;
BEGIN
    SELECT organization INTO wanted FROM public.client_requests
        WHERE id = request AND kind = 'erasure' AND state = 'executing' AND entered_at IS NOT NULL AND erased_at IS NULL
        FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'this request is not one whose organization is to be erased now';
    END IF;
    PERFORM FROM public.organizations WHERE id = wanted AND state = 'active';
    IF FOUND THEN
        RAISE EXCEPTION 'people are let into the organization: suspend it first';
    END IF;
    gone := portico.erase_rows(wanted);
    UPDATE public.client_requests SET erased_at = at, erased = gone WHERE id = request;
    RETURN gone;
END
$$;

-- Erases the projects of such a request, in the organization of the transaction. Gives what there was of them
-- (`portico.rows_of_projects`), and the parts of the audit log that went along.
CREATE OR REPLACE FUNCTION portico.erase_projects(request uuid, at timestamptz) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
DECLARE
    wanted uuid[];
    gone jsonb;
    taken text[];
BEGIN
    SELECT p.project_ids INTO wanted FROM public.client_requests r JOIN public.project_erasures p ON p.request_id = r.id
        WHERE r.id = request AND r.kind = 'project_erasure' AND r.state = 'executing' AND r.organization = portico.org_id()
          AND r.entered_at IS NOT NULL AND r.erased_at IS NULL
        FOR UPDATE OF r;
    IF NOT FOUND OR coalesce(cardinality(wanted), 0) = 0 THEN
        RAISE EXCEPTION 'this request is not one whose projects are to be erased now';
    END IF;
    -- Whoever changes one of them meanwhile has done so before, or finds it gone.
    PERFORM FROM public.projects p WHERE p.id = ANY (wanted) ORDER BY p.id FOR UPDATE;
    gone := portico.rows_of_projects(wanted);
    taken := portico.erase_rows_of_projects(wanted);
    UPDATE public.client_requests r SET erased_at = at, erased = (
            SELECT coalesce(jsonb_object_agg(t.key, t.value -> 'rows'), '{}') FROM jsonb_each(gone) t)
        WHERE r.id = request;
    RETURN jsonb_build_object('rows', gone, 'taken', taken);
END
$$;

-- Nothing begins further than at its beginning, whoever writes it down.
CREATE OR REPLACE FUNCTION portico.begin_client_request() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public
    AS $$
BEGIN
    IF NEW.state <> 'requested' THEN
        RAISE EXCEPTION 'a request of a client begins as one that was made' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER begin_client_request BEFORE INSERT ON client_requests
    FOR EACH ROW WHEN (current_user = 'portico_console') EXECUTE FUNCTION portico.begin_client_request();

-- An organization asks, for itself.
DROP FUNCTION IF EXISTS portico.ask_client_request(uuid, text, text, text, text, timestamptz);
CREATE OR REPLACE FUNCTION portico.ask_client_request(
    request uuid, wanted_kind text, asking text, said text, public_key text, at timestamptz, named text[] DEFAULT '{}'
) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
        INSERT INTO public.client_requests (id, kind, organization, requester, evidence, recipient, state, steps)
            SELECT request, wanted_kind, portico.org_id(), left(asking, 1000), left(said, 20000), left(public_key, 200),
                'requested', jsonb_build_array(jsonb_build_object('step', 'request', 'at', at, 'by', left(asking, 1000)))
            WHERE portico.org_id() IS NOT NULL;
        INSERT INTO public.project_erasures (request_id, projects)
            SELECT r.id, named[:1000] FROM public.client_requests r
            WHERE r.id = request AND r.organization = portico.org_id() AND r.kind = 'project_erasure'
    $$;

-- What it has asked for, and what others have for it.
CREATE OR REPLACE FUNCTION portico.client_requests_of_organization()
    RETURNS TABLE (id uuid, kind text, requester text, state text, requested_at timestamptz, changed_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
        SELECT r.id, r.kind, r.requester, r.state, (r.steps -> 0 ->> 'at')::timestamptz, (r.steps -> -1 ->> 'at')::timestamptz
        FROM public.client_requests r WHERE r.organization = portico.org_id() ORDER BY r.id DESC LIMIT 100
    $$;

-- The package that a link leads to, whose it is, and how long. What was removed, and what the link is too old for, is not there.
CREATE OR REPLACE FUNCTION portico.delivery_by_token(wanted_hash bytea, now timestamptz)
    RETURNS TABLE (id uuid, organization uuid, bytes bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
        SELECT r.package_id, r.organization, r.package_bytes FROM public.client_requests r
        WHERE r.link_hash = wanted_hash AND r.link_until > now AND r.packaged_at IS NOT NULL AND r.package_removed_at IS NULL
    $$;

-- Notes that somebody took it.
CREATE OR REPLACE FUNCTION portico.note_delivery(wanted_hash bytea, now timestamptz) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$ UPDATE public.client_requests r SET taken_at = now WHERE r.link_hash = wanted_hash AND r.link_until > now $$;

-- Notes that the erasure of a person stands in the ledger. Nothing else of an erasure is ever changed.
CREATE OR REPLACE FUNCTION portico.note_erasure_entered(of_organization uuid, person uuid, at timestamptz) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
DECLARE
    before text := current_setting('portico.org_id', true);
BEGIN
    PERFORM set_config('portico.org_id', of_organization::text, true);
    UPDATE public.erasures SET entered_at = at WHERE user_id = person AND entered_at IS NULL;
    PERFORM set_config('portico.org_id', coalesce(before, ''), true);
END
$$;

REVOKE EXECUTE ON FUNCTION
    portico.note_erasure_entered, portico.begin_client_request, portico.erase_organization,
    portico.erase_projects, portico.ask_client_request, portico.client_requests_of_organization, portico.delivery_by_token,
    portico.note_delivery
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portico.erase_organization, portico.erase_projects, portico.note_erasure_entered TO portico_operator;
GRANT EXECUTE ON FUNCTION
    portico.ask_client_request, portico.client_requests_of_organization, portico.delivery_by_token, portico.note_delivery
    TO portico_app;
