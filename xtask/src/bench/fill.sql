-- People, projects, positions and history of one organization, in the amount that a bench needs. Run as a superuser, for
-- whom row-level security does not count; the organization is the one of the setting, as for the servers.
--
-- Settings that it reads: portico.org_id, bench.people and bench.projects (how many).

-- Ids as the servers make them: by time, so that a page of an index holds neighbours.
CREATE FUNCTION pg_temp.id_of(at timestamptz, number bigint) RETURNS uuid LANGUAGE sql AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(at::text), 1, 3)
        || '8' || lpad(to_hex(number), 15, '0'))::uuid
$$;

INSERT INTO users (id, email, first_name, last_name, language, no_login, created_at, updated_at)
SELECT pg_temp.id_of(at, n), 'person-' || n || '@bench.example',
    (ARRAY['Ada', 'Björn', 'Chiara', 'Dolores', 'Émile', 'Fátima', 'Goran', 'Hanne', 'Íñigo', 'Jolanda'])[1 + n % 10],
    (ARRAY['Aguirre', 'Brandt', 'Castellanos', 'Dahl', 'Esposito', 'Fontaine', 'García'])[1 + n % 7] || ' ' || n,
    'en', true, at, at
FROM generate_series(1, current_setting('bench.people')::bigint) AS n, LATERAL (SELECT timestamptz '2024-01-01' + n * interval '1 minute' AS at) AS day;

CREATE TEMPORARY TABLE person AS
SELECT id, row_number() OVER (ORDER BY id) - 1 AS number FROM users WHERE org_id = portico.org_id() AND NOT company_admin;

CREATE TEMPORARY TABLE entry AS
SELECT kind, array_agg(id ORDER BY sort_order) AS ids FROM project_parameters WHERE org_id = portico.org_id() GROUP BY kind;

-- The ids of the first projects say their numbers, so that whoever writes them can name them.
INSERT INTO projects (id, code, name, description, project_code, cost_centre, status_id, approval_status_id, type_id,
    priority_id, start_date, end_date, created_at, updated_at)
SELECT
    CASE WHEN n <= 1000 THEN ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid ELSE pg_temp.id_of(at, n) END,
    'B-' || lpad(n::text, 7, '0'),
    (ARRAY['New', 'Renewal of the', 'Extension of the', 'Study of a', 'Audit of the', 'Relocation of the'])[1 + n * 7 % 6] || ' '
        || (ARRAY['water mains', 'tram depot', 'data centre', 'library', 'harbour crane', 'billing system', 'school roofs'])[1 + n * 11 % 7]
        || ' ' || (ARRAY['North', 'South', 'Old Town', 'Riverside'])[1 + n * 13 % 4] || ' ' || n,
    repeat('What the project is about, in some sentences. ', (n % 5)::integer), 'P' || n, 'C' || n % 40,
    pick.status[1 + n % cardinality(pick.status)], pick.approval[1 + n % cardinality(pick.approval)],
    pick.type[1 + n % cardinality(pick.type)], pick.priority[1 + n % cardinality(pick.priority)],
    at::date, at::date + 30 + (n % 400)::integer, at, at
FROM generate_series(1, current_setting('bench.projects')::bigint) AS n,
    LATERAL (SELECT timestamptz '2024-01-01' + n * interval '5 minutes' AS at) AS day,
    (SELECT max(ids::text) FILTER (WHERE kind = 'status')::uuid[] AS status,
        max(ids::text) FILTER (WHERE kind = 'approval_status')::uuid[] AS approval,
        max(ids::text) FILTER (WHERE kind = 'type')::uuid[] AS type,
        max(ids::text) FILTER (WHERE kind = 'priority')::uuid[] AS priority
    FROM entry) AS pick;

-- A Manager for each, and a Team Member for every second one.
INSERT INTO project_positions (project_id, user_id, position, created_at, updated_at)
SELECT project.id, person.id, CASE WHEN project.place = 0 THEN 'manager' ELSE 'team_member' END, project.created_at, project.created_at
FROM (SELECT id, created_at, place, row_number() OVER (PARTITION BY place ORDER BY id) AS number
        FROM projects, generate_series(0, 1) AS place WHERE org_id = portico.org_id()) AS project
    JOIN person ON person.number = (project.number + project.place * 3) % current_setting('bench.people')::bigint
WHERE project.place = 0 OR project.number % 2 = 0;

INSERT INTO changes (id, at, entity, entity_id, subject_id, label, kind, fields)
SELECT pg_temp.id_of(created_at, row_number() OVER (ORDER BY id)), created_at, 'project', id, id, name, 'created',
    '[]'::jsonb
FROM projects WHERE org_id = portico.org_id();
