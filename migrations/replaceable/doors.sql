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

-- Renames the organization of this transaction and no other.
CREATE OR REPLACE FUNCTION portico.rename_organization(new_name text) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$ UPDATE public.organizations SET name = new_name WHERE id = portico.org_id() $$;

CREATE OR REPLACE FUNCTION portico.email_hash(email text) RETURNS bytea
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog
    AS $$ SELECT sha256(convert_to('portico e-mail ' || lower(email), 'UTF8')) $$;

-- The accounts with this e-mail, over all organizations: for the sign-in at the shared host.
CREATE OR REPLACE FUNCTION portico.accounts_by_email(email text)
    RETURNS TABLE (org_id uuid, user_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
        SELECT l.organization_id, l.user_id FROM public.account_lookups l
        JOIN public.organizations o ON o.id = l.organization_id AND o.state = 'active'
        WHERE l.email_hash = portico.email_hash(email)
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

-- When the next attempt under this key is allowed; null when at once.
CREATE OR REPLACE FUNCTION portico.sign_in_blocked_until(keys bytea[], at timestamptz) RETURNS timestamptz
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
        SELECT max(f.blocked_until) FROM public.sign_in_failures f
        WHERE f.key_hash = ANY (keys) AND f.blocked_until > at
    $$;

-- Counts a wrong password. The first `free` failures cost nothing; each further one doubles the delay from one
-- second to fifteen minutes. A key that has been quiet for a day begins anew.
CREATE OR REPLACE FUNCTION portico.count_sign_in_failure(failed_key bytea, free integer, at timestamptz) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
        INSERT INTO public.sign_in_failures AS f (key_hash, failures, last_failure_at, blocked_until)
        VALUES (failed_key, 1, at, at)
        ON CONFLICT (key_hash) DO UPDATE SET
            failures = CASE WHEN f.last_failure_at < at - interval '1 day' THEN 1 ELSE f.failures + 1 END,
            last_failure_at = at,
            blocked_until = at + CASE
                WHEN f.last_failure_at < at - interval '1 day' OR f.failures < free THEN interval '0'
                ELSE least(interval '15 minutes', interval '1 second' * power(2, least(f.failures - free, 20)))
            END
    $$;

CREATE OR REPLACE FUNCTION portico.forget_sign_in_failures(succeeded_key bytea) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$ DELETE FROM public.sign_in_failures WHERE key_hash = succeeded_key $$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portico FROM PUBLIC;
REVOKE EXECUTE ON ALL PROCEDURES IN SCHEMA portico FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portico.org_id TO portico_app, portico_operator;
GRANT EXECUTE ON FUNCTION
    portico.organization_by_slug, portico.organization_by_host, portico.organization_by_id,
    portico.rename_organization, portico.accounts_by_email,
    portico.sign_in_blocked_until, portico.count_sign_in_failure, portico.forget_sign_in_failures
    TO portico_app;
