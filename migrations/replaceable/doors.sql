-- The doors to what is known before an organization is: SECURITY DEFINER functions with a fixed search path,
-- callable by the tenants' server, each giving as little as its use needs. Run after every migration.

CREATE OR REPLACE FUNCTION portico.organization_by_slug(wanted text)
    RETURNS TABLE (id uuid, number integer, short_id text, slug text, name text, state text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$ SELECT o.id, o.number, o.short_id, o.slug, o.name, o.state FROM public.organizations o WHERE o.slug = wanted $$;

CREATE OR REPLACE FUNCTION portico.organization_by_host(wanted text)
    RETURNS TABLE (id uuid, number integer, short_id text, slug text, name text, state text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
        SELECT o.id, o.number, o.short_id, o.slug, o.name, o.state
        FROM public.organization_domains d JOIN public.organizations o ON o.id = d.organization_id
        WHERE d.host = lower(wanted)
    $$;

CREATE OR REPLACE FUNCTION portico.organization_by_id(wanted uuid)
    RETURNS TABLE (id uuid, number integer, short_id text, slug text, name text, state text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$ SELECT o.id, o.number, o.short_id, o.slug, o.name, o.state FROM public.organizations o WHERE o.id = wanted $$;

-- The organization whose short id an API token carries. What the token is, the organization's own rows say.
CREATE OR REPLACE FUNCTION portico.organization_by_short_id(wanted text)
    RETURNS TABLE (id uuid, number integer, short_id text, slug text, name text, state text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
        SELECT o.id, o.number, o.short_id, o.slug, o.name, o.state FROM public.organizations o WHERE o.short_id = wanted
    $$;

-- Renames the organization of this transaction and no other.
CREATE OR REPLACE FUNCTION portico.rename_organization(new_name text) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$ UPDATE public.organizations SET name = new_name WHERE id = portico.org_id() $$;

CREATE OR REPLACE FUNCTION portico.email_hash(email text) RETURNS bytea
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog
    AS $$ SELECT sha256(convert_to('portico e-mail ' || lower(email), 'UTF8')) $$;

-- The accounts with this e-mail: of one organization at its own host, of eight at most at the shared one.
CREATE OR REPLACE FUNCTION portico.accounts_by_email(email text, only_in uuid)
    RETURNS TABLE (org_id uuid, user_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
        SELECT l.organization_id, l.user_id FROM public.account_lookups l
        JOIN public.organizations o ON o.id = l.organization_id AND o.state = 'active'
        WHERE l.email_hash = portico.email_hash(email) AND (only_in IS NULL OR l.organization_id = only_in)
        ORDER BY l.organization_id LIMIT 8
    $$;

-- Keeps the lookup in step with the people, so that no writer can forget it.
CREATE OR REPLACE FUNCTION portico.keep_account_lookup() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
BEGIN
    INSERT INTO public.account_lookups (email_hash, organization_id, user_id)
    VALUES (portico.email_hash(NEW.email), NEW.org_id, NEW.id)
    ON CONFLICT (organization_id, user_id) DO UPDATE SET email_hash = excluded.email_hash;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER keep_account_lookup AFTER INSERT OR UPDATE OF email ON users
    FOR EACH ROW EXECUTE FUNCTION portico.keep_account_lookup();

-- Leaves a request for a link behind, for a worker to look at: the same work whether or not there is such an account.
CREATE OR REPLACE FUNCTION portico.request_recovery(request uuid, email text, only_in uuid, at timestamptz) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
        INSERT INTO public.recovery_requests (id, email_hash, organization_id, requested_at)
            VALUES (request, portico.email_hash(email), only_in, at);
        SELECT pg_notify('portico_recoveries', 'requests waiting');
    $$;

-- What a link's token is for, in an active organization.
CREATE OR REPLACE FUNCTION portico.link_by_token(wanted_kind text, wanted_hash bytea)
    RETURNS TABLE (org_id uuid, entity_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
        SELECT l.organization_id, l.entity_id FROM public.link_lookups l
        JOIN public.organizations o ON o.id = l.organization_id AND o.state = 'active'
        WHERE l.kind = wanted_kind AND l.token_hash = wanted_hash
    $$;

-- Keeps that lookup in step with the table whose trigger it is.
CREATE OR REPLACE FUNCTION portico.keep_link_lookup() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM public.link_lookups l
        WHERE l.organization_id = OLD.org_id AND l.kind = TG_TABLE_NAME AND l.entity_id = OLD.id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO public.link_lookups (token_hash, kind, organization_id, entity_id)
        VALUES (NEW.token_hash, TG_TABLE_NAME, NEW.org_id, NEW.id);
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER keep_link_lookup AFTER INSERT OR UPDATE OF token_hash OR DELETE ON password_resets
    FOR EACH ROW EXECUTE FUNCTION portico.keep_link_lookup();
CREATE OR REPLACE TRIGGER keep_link_lookup AFTER INSERT OR UPDATE OF token_hash OR DELETE ON invitations
    FOR EACH ROW EXECUTE FUNCTION portico.keep_link_lookup();

-- Counts an attempt under each key before its password is looked at, so that parallel guesses cannot slip in
-- together. Gives until when to wait, and counts nothing, where a key is blocked. Under each key so many attempts are
-- free; each further one doubles the delay, from one second to the longest; and one is forgiven for each span of time
-- that passes.
CREATE OR REPLACE FUNCTION portico.reserve_attempt(
    keys bytea[], free integer[], longest_seconds integer[], forgiven_after_seconds integer[], at timestamptz
) RETURNS timestamptz
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
DECLARE
    blocked timestamptz;
BEGIN
    DELETE FROM public.sign_in_failures WHERE key_hash IN (
        SELECT f.key_hash FROM public.sign_in_failures f WHERE f.last_failure_at < at - interval '2 days'
        LIMIT 10 FOR UPDATE SKIP LOCKED);
    INSERT INTO public.sign_in_failures (key_hash, failures, last_failure_at, blocked_until)
        SELECT k, 0, at, at FROM unnest(keys) AS k ORDER BY k ON CONFLICT (key_hash) DO NOTHING;
    PERFORM 1 FROM public.sign_in_failures f WHERE f.key_hash = ANY (keys) ORDER BY f.key_hash FOR UPDATE;
    SELECT max(f.blocked_until) INTO blocked FROM public.sign_in_failures f
        WHERE f.key_hash = ANY (keys) AND f.blocked_until > at;
    IF blocked IS NOT NULL THEN
        RETURN blocked;
    END IF;
    UPDATE public.sign_in_failures f SET
        failures = counted.failures,
        last_failure_at = at,
        blocked_until = at + CASE
            WHEN counted.failures <= counted.free THEN interval '0'
            ELSE least(counted.longest * interval '1 second',
                       interval '1 second' * power(2, least(counted.failures - counted.free - 1, 20)))
        END
    FROM (
        SELECT g.key, g.free, g.longest,
            1 + greatest(0, old.failures - floor(extract(epoch FROM at - old.last_failure_at) / g.forgiven)::integer)
                AS failures
        FROM unnest(keys, free, longest_seconds, forgiven_after_seconds) AS g (key, free, longest, forgiven)
        JOIN public.sign_in_failures old ON old.key_hash = g.key
    ) AS counted
    WHERE f.key_hash = counted.key;
    RETURN NULL;
END
$$;

-- Takes an attempt back that turned out right: forgets what was counted under the account's own keys, and one
-- attempt under those that it shares with others.
CREATE OR REPLACE FUNCTION portico.forgive_attempt(own bytea[], shared bytea[], at timestamptz) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
        DELETE FROM public.sign_in_failures WHERE key_hash = ANY (own);
        UPDATE public.sign_in_failures SET failures = greatest(failures - 1, 0), blocked_until = least(blocked_until, at)
        WHERE key_hash = ANY (shared);
    $$;

-- Until when the attempts under one of these keys have to wait; counts nothing.
CREATE OR REPLACE FUNCTION portico.attempts_wait_until(keys bytea[], at timestamptz) RETURNS timestamptz
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
        SELECT max(f.blocked_until) FROM public.sign_in_failures f WHERE f.key_hash = ANY (keys) AND f.blocked_until > at
    $$;

-- Counts refused requests at hosts of no organization.
CREATE OR REPLACE FUNCTION portico.count_denied_elsewhere(
    new_id uuid, minute timestamptz, network text, host text, operation text, code text, requests bigint
) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
        INSERT INTO public.denied_access_elsewhere AS d (id, minute, network, host, operation, code, requests)
        VALUES (new_id, minute, network, host, operation, code, requests)
        ON CONFLICT ON CONSTRAINT denied_access_elsewhere_once DO UPDATE SET requests = d.requests + excluded.requests
    $$;

-- Notes that somebody tries passwords at an e-mail, where an attempt under one of these keys has to wait. Nobody looks
-- here whether there is such an account. One note an e-mail, until a worker has taken it up.
CREATE OR REPLACE FUNCTION portico.note_guess(
    note uuid, keys bytea[], email text, only_in uuid, at timestamptz, address text, device text
) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM public.sign_in_failures f WHERE f.key_hash = ANY (keys) AND f.blocked_until > at) THEN
        INSERT INTO public.guesses (id, email_hash, organization_id, noticed_at, address, device)
        VALUES (note, portico.email_hash(email), only_in, at, address, device)
        ON CONFLICT DO NOTHING;
        IF FOUND THEN
            PERFORM pg_notify('portico_guesses', '');
        END IF;
    END IF;
END
$$;

-- The migrations that have run, in order: an export says of which schema its rows are.
CREATE OR REPLACE FUNCTION portico.schema_versions() RETURNS SETOF text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$ SELECT version::text FROM public.__diesel_schema_migrations ORDER BY version $$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portico FROM PUBLIC;
REVOKE EXECUTE ON ALL PROCEDURES IN SCHEMA portico FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portico.org_id TO portico_app, portico_operator;
GRANT EXECUTE ON FUNCTION
    portico.organization_by_slug, portico.organization_by_host, portico.organization_by_id,
    portico.organization_by_short_id,
    portico.rename_organization, portico.accounts_by_email,
    portico.reserve_attempt, portico.forgive_attempt, portico.attempts_wait_until, portico.note_guess,
    portico.request_recovery, portico.link_by_token,
    portico.count_denied_elsewhere, portico.person_traces, portico.erase_person,
    portico.schema_versions
    TO portico_app;
GRANT EXECUTE ON FUNCTION portico.reserve_attempt, portico.forgive_attempt TO portico_console;
GRANT EXECUTE ON FUNCTION portico.schema_versions TO portico_backup;
