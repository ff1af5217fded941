-- The erasure of one person: the tenants' server may ask for it, and can change nothing that it touches in another way.
-- Everything below works in the organization of the transaction, since the policy holds the owner too.

-- Their arguments are others than in versions before.
DROP FUNCTION IF EXISTS portico.erase_person(uuid, text, text, text, timestamptz);
DROP FUNCTION IF EXISTS portico.person_traces(uuid);
DROP FUNCTION IF EXISTS portico.person_pattern(uuid, boolean, boolean);

-- What somebody is or was called, as one regular expression: e-mails, and names in the orders in which people write them.
-- Left out are full names that would not say who is meant or destroy what is not theirs: those that somebody else has too,
-- those that never stood together, those of less than six letters, and those that something in the organization is or
-- was called: a role, a type of licence, a project, a parameter, and the words of the house, which the caller names.
CREATE OR REPLACE FUNCTION portico.person_pattern(person uuid, emails boolean, in_json boolean, house_words text[]) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, public
    AS $$
        WITH said AS (
            SELECT c.at, c.id, f ->> 'field' AS field, f ->> 'before' AS before, f ->> 'after' AS after
            FROM public.changes c, jsonb_array_elements(c.fields) f
            WHERE c.entity = 'user' AND c.entity_id = person AND f ->> 'field' IN ('email', 'first_name', 'last_name')
        ), moments AS (
            SELECT at, id FROM said UNION SELECT '-infinity', '00000000-0000-0000-0000-000000000000'
        ), named AS (
            -- As the change before has left it, or as the next one has found it, or as it is.
            SELECT
                coalesce(
                    (SELECT s.after FROM said s WHERE s.field = 'first_name' AND (s.at, s.id) <= (m.at, m.id)
                     ORDER BY s.at DESC, s.id DESC LIMIT 1),
                    (SELECT s.before FROM said s WHERE s.field = 'first_name' AND (s.at, s.id) > (m.at, m.id)
                     ORDER BY s.at, s.id LIMIT 1),
                    u.first_name) AS first,
                coalesce(
                    (SELECT s.after FROM said s WHERE s.field = 'last_name' AND (s.at, s.id) <= (m.at, m.id)
                     ORDER BY s.at DESC, s.id DESC LIMIT 1),
                    (SELECT s.before FROM said s WHERE s.field = 'last_name' AND (s.at, s.id) > (m.at, m.id)
                     ORDER BY s.at, s.id LIMIT 1),
                    u.last_name) AS last
            FROM moments m, public.users u WHERE u.id = person
            UNION SELECT u.first_name, u.last_name FROM public.users u WHERE u.id = person
        ), taken AS MATERIALIZED (
            SELECT lower(w) AS name FROM unnest(house_words) AS w
            UNION SELECT lower(t.name) FROM public.licence_types t
            UNION SELECT lower(r.name) FROM public.roles r
            UNION SELECT lower(p.name) FROM public.projects p
            UNION SELECT lower(n.name) FROM public.project_parameters p, LATERAL (VALUES (p.name_en), (p.name_es)) AS n (name)
            UNION SELECT lower(c.label) FROM public.changes c WHERE c.entity IN ('role', 'project', 'project_parameter')
        ), full_names AS (
            SELECT DISTINCT n.name
            FROM named, LATERAL (VALUES (first || ' ' || last), (last || ' ' || first), (last || ', ' || first)) AS n (name)
            WHERE length(replace(first || last, ' ', '')) >= 6
              AND NOT EXISTS (SELECT FROM taken t WHERE t.name IN
                              (lower(first || ' ' || last), lower(last || ' ' || first), lower(last || ', ' || first)))
              AND NOT EXISTS (SELECT FROM public.users other WHERE other.id <> person AND other.erased_at IS NULL
                              AND lower(other.first_name) = lower(first) AND lower(other.last_name) = lower(last))
            UNION SELECT c.label FROM public.changes c
            WHERE c.entity IN ('user', 'team_member') AND c.entity_id = person AND c.label LIKE '% %'
              AND length(replace(c.label, ' ', '')) >= 6
              AND NOT EXISTS (SELECT FROM taken t WHERE t.name = lower(c.label))
              AND NOT EXISTS (SELECT FROM public.users other WHERE other.id <> person AND other.erased_at IS NULL
                              AND lower(other.first_name || ' ' || other.last_name) = lower(c.label))
        ), words AS (
            SELECT v.value AS word FROM said s, LATERAL (VALUES (s.before), (s.after)) AS v (value)
            WHERE s.field = 'email' AND v.value <> '' AND emails
            UNION SELECT u.email FROM public.users u WHERE u.id = person AND emails
            UNION SELECT name FROM full_names WHERE NOT emails
        ), written AS (
            SELECT CASE WHEN in_json THEN substr(to_jsonb(word)::text, 2, length(to_jsonb(word)::text) - 2) ELSE word END AS word
            FROM words
        )
        SELECT '(?<![[:alnum:]_.+-])(?:'
               || string_agg(regexp_replace(word, '([][\\.^$*+?(){}|/-])', '\\\1', 'g'), '|' ORDER BY length(word) DESC, word)
               || ')(?![[:alnum:]_-])'
        FROM written
    $$;

-- Every column of a tenant table in which words can stand, but for those that are dealt with by themselves.
CREATE OR REPLACE FUNCTION portico.columns_with_words() RETURNS TABLE (of_table regclass, of_column name, of_type regtype)
    LANGUAGE sql STABLE SET search_path = pg_catalog, public
    AS $$
        SELECT a.attrelid::regclass, a.attname, a.atttypid::regtype
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
          AND a.attgenerated = '' AND a.atttypid IN ('text'::regtype, 'varchar'::regtype, 'jsonb'::regtype, 'text[]'::regtype)
          AND EXISTS (SELECT FROM pg_attribute o WHERE o.attrelid = c.oid AND o.attname = 'org_id')
          AND c.relname NOT IN ('audit_heads', 'audit_log', 'audit_parts', 'audit_seals', 'person_keys', 'users')
        ORDER BY 1, 2
    $$;

-- Where somebody is named, and in how many rows: what an erasure would change.
CREATE OR REPLACE FUNCTION portico.person_traces(person uuid, house_words text[]) RETURNS TABLE (place text, traces bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
DECLARE
    emails text := portico.person_pattern(person, true, false, house_words);
    names text := coalesce(portico.person_pattern(person, false, false, house_words), '(?!)');
    json_emails text := portico.person_pattern(person, true, true, house_words);
    json_names text := coalesce(portico.person_pattern(person, false, true, house_words), '(?!)');
    one record;
BEGIN
    FOR one IN SELECT of_table, string_agg(format(
            CASE WHEN of_type = 'jsonb'::regtype THEN '%1$I::text ~* $3 OR %1$I::text ~* $4'
                 WHEN of_type = 'text[]'::regtype THEN 'array_to_string(%1$I, E''\n'') ~* $1 OR array_to_string(%1$I, E''\n'') ~* $2'
                 ELSE '%1$I ~* $1 OR %1$I ~* $2' END, of_column), ' OR ') AS condition
        FROM portico.columns_with_words() GROUP BY of_table ORDER BY of_table::text
    LOOP
        EXECUTE format('SELECT count(*) FROM %s WHERE %s', one.of_table, one.condition)
            INTO traces USING emails, names, json_emails, json_names;
        place := one.of_table::text;
        IF traces > 0 THEN
            RETURN NEXT;
        END IF;
    END LOOP;
    place := 'audit_log';
    SELECT count(DISTINCT p.audit_id) INTO traces FROM public.audit_parts p
        WHERE p.person_id = person OR p.content ~* json_emails OR p.content ~* json_names;
    IF traces > 0 THEN
        RETURN NEXT;
    END IF;
END
$$;

-- A value of which only its kind is left.
CREATE OR REPLACE FUNCTION portico.emptied(value jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog
    AS $$
        SELECT CASE jsonb_typeof(value) WHEN 'string' THEN '""' WHEN 'array' THEN '[]' ELSE 'null' END::jsonb
    $$;

-- Erases somebody who is deactivated. Gives the parts of the audit log in clear that went along, as row/number.
CREATE OR REPLACE FUNCTION portico.erase_person(
    person uuid, new_first_name text, new_last_name text, new_email text, at timestamptz,
    house_words text[]
) RETURNS text[]
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
DECLARE
    emails text := portico.person_pattern(person, true, false, house_words);
    names text := coalesce(portico.person_pattern(person, false, false, house_words), '(?!)');
    json_emails text := portico.person_pattern(person, true, true, house_words);
    json_names text := coalesce(portico.person_pattern(person, false, true, house_words), '(?!)');
    new_name text := new_first_name || ' ' || new_last_name;
    taken text[];
    photo uuid;
    one record;
BEGIN
    PERFORM FROM public.users u WHERE u.id = person AND NOT u.active AND u.erased_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'only somebody who is deactivated and not erased yet can be erased';
    END IF;
    -- What is said of the person themself, whatever it says.
    UPDATE public.changes c SET
        label = new_name,
        fields = (SELECT coalesce(jsonb_agg(CASE f ->> 'field'
                WHEN 'email' THEN f || jsonb_build_object('before', to_jsonb(new_email), 'after', to_jsonb(new_email))
                WHEN 'first_name' THEN f || jsonb_build_object('before', to_jsonb(new_first_name), 'after', to_jsonb(new_first_name))
                WHEN 'last_name' THEN f || jsonb_build_object('before', to_jsonb(new_last_name), 'after', to_jsonb(new_last_name))
                ELSE f END ORDER BY n), '[]')
            FROM jsonb_array_elements(c.fields) WITH ORDINALITY AS e (f, n))
        WHERE c.entity IN ('user', 'team_member') AND c.entity_id = person;
    SELECT u.photo_id INTO photo FROM public.users u WHERE u.id = person;
    UPDATE public.users SET
        first_name = new_first_name, last_name = new_last_name, email = new_email, password_hash = NULL,
        photo_id = NULL, erased_at = at, updated_at = at, version = version + 1
        WHERE id = person;
    -- The files of the photo have nobody to name them any more and are swept.
    DELETE FROM public.pictures WHERE id = photo;
    -- From where they came, what they were told and what they sent.
    UPDATE public.sessions SET address = '' WHERE user_id = person;
    UPDATE public.api_tokens SET
        last_used_address = CASE WHEN last_used_address IS NOT NULL THEN '' END,
        last_refused_address = CASE WHEN last_refused_address IS NOT NULL THEN '' END,
        address_ranges = '{}', revoked_at = coalesce(revoked_at, at)
        WHERE user_id = person;
    -- The history says from where their tokens could be used and were.
    UPDATE public.changes c SET fields = (
            SELECT coalesce(jsonb_agg(CASE WHEN f ->> 'field' IN ('address_ranges', 'network')
                THEN f || jsonb_build_object('before', portico.emptied(f -> 'before'), 'after', portico.emptied(f -> 'after'))
                ELSE f END ORDER BY n), '[]')
            FROM jsonb_array_elements(c.fields) WITH ORDINALITY AS e (f, n))
        WHERE c.entity = 'api_token' AND c.entity_id IN (SELECT t.id FROM public.api_tokens t WHERE t.user_id = person);
    DELETE FROM public.api_token_networks n USING public.api_tokens t
        WHERE t.org_id = n.org_id AND t.id = n.token_id AND t.user_id = person;
    DELETE FROM public.denied_access WHERE user_id = person;
    DELETE FROM public.idempotency_keys WHERE user_id = person;
    DELETE FROM public.jobs
        WHERE kind = 'send_mail' AND state <> 'running'
          AND (payload -> 'recipient' ->> 'email' ~* emails OR payload -> 'recipient' ->> 'id' = person::text);
    -- One that is being sent is its worker's; it goes without the address.
    UPDATE public.jobs SET payload = jsonb_set(payload, '{mail,occasion,address}', 'null')
        WHERE kind = 'send_mail' AND payload -> 'recipient' ->> 'id' = person::text
          AND payload #> '{mail,occasion,address}' IS NOT NULL;
    -- Wherever else they are named.
    FOR one IN SELECT * FROM portico.columns_with_words() LOOP
        IF one.of_type = 'jsonb'::regtype THEN
            EXECUTE format('UPDATE %1$s SET %2$I = regexp_replace(regexp_replace(%2$I::text, $1, $3, ''gi''), $2, $4, ''gi'')::jsonb
                            WHERE %2$I::text ~* $1 OR %2$I::text ~* $2', one.of_table, one.of_column)
                USING json_emails, json_names, new_email, new_name;
        ELSIF one.of_type = 'text[]'::regtype THEN
            EXECUTE format('UPDATE %1$s SET %2$I = ARRAY(
                                SELECT regexp_replace(regexp_replace(w, $1, $3, ''gi''), $2, $4, ''gi'')
                                FROM unnest(%2$I) WITH ORDINALITY AS e (w, n) ORDER BY n)
                            WHERE array_to_string(%2$I, E''\n'') ~* $1 OR array_to_string(%2$I, E''\n'') ~* $2', one.of_table, one.of_column)
                USING emails, names, new_email, new_name;
        ELSE
            EXECUTE format('UPDATE %1$s SET %2$I = regexp_replace(regexp_replace(%2$I, $1, $3, ''gi''), $2, $4, ''gi'')
                            WHERE %2$I ~* $1 OR %2$I ~* $2', one.of_table, one.of_column)
                USING emails, names, new_email, new_name;
        END IF;
    END LOOP;
    -- The audit log keeps its rows and their commitments.
    WITH gone AS (
        UPDATE public.audit_parts SET content = NULL, salt = NULL
        WHERE content ~* json_emails OR content ~* json_names
        RETURNING audit_id, number
    )
    SELECT coalesce(array_agg(audit_id || '/' || number ORDER BY audit_id, number), '{}') INTO taken FROM gone;
    INSERT INTO public.person_keys (person_id, key, destroyed_at) VALUES (person, NULL, at)
        ON CONFLICT (org_id, person_id) DO UPDATE SET key = NULL, destroyed_at = at;
    RETURN taken;
END
$$;
