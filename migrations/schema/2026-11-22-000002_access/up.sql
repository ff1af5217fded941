-- Licence types of the platform; licences, roles and people of each organization; the record of what changed.

CREATE TABLE licence_types (
    key text PRIMARY KEY,
    name text NOT NULL,
    rank smallint NOT NULL UNIQUE,
    functions text[] NOT NULL,
    reach text NOT NULL CHECK (reach IN ('own', 'organization')),
    highest_position text NOT NULL CHECK (highest_position IN ('manager', 'team_member', 'guest')),
    -- Where it is 'per_organization', each organization says whether its seats cost something.
    seat text NOT NULL CHECK (seat IN ('paid', 'free', 'per_organization')),
    version integer NOT NULL DEFAULT 1
);
CREATE TABLE licence_type_ceilings (
    licence_type text NOT NULL REFERENCES licence_types (key),
    menu text NOT NULL,
    can_insert boolean NOT NULL,
    can_update boolean NOT NULL,
    can_delete boolean NOT NULL,
    can_view boolean NOT NULL,
    PRIMARY KEY (licence_type, menu)
);
GRANT SELECT ON licence_types, licence_type_ceilings TO portico_app, portico_operator;

INSERT INTO licence_types (key, name, rank, functions, reach, highest_position, seat) VALUES
    ('full_access', 'Full Access', 50, '{project_manager,service_manager,program_manager}', 'organization', 'manager', 'paid'),
    ('portfolio_access', 'Corporate Portfolio Access', 40, '{}', 'organization', 'team_member', 'paid'),
    ('project_manager', 'Project Manager', 30, '{project_manager,service_manager}', 'own', 'manager', 'paid'),
    ('team_member', 'Team Member', 20, '{}', 'own', 'team_member', 'per_organization'),
    ('project_guest', 'Project Guest', 10, '{}', 'own', 'guest', 'free');

INSERT INTO licence_type_ceilings (licence_type, menu, can_insert, can_update, can_delete, can_view) VALUES
    ('full_access', 'home', true, true, true, true),
    ('portfolio_access', 'home', true, true, true, true),
    ('project_manager', 'home', true, true, true, true),
    ('team_member', 'home', true, true, true, true),
    ('project_guest', 'home', false, false, false, true),
    ('full_access', 'my_projects', true, true, true, true),
    ('portfolio_access', 'my_projects', true, true, true, true),
    ('project_manager', 'my_projects', true, true, true, true),
    ('team_member', 'my_projects', true, true, true, true),
    ('project_guest', 'my_projects', false, false, false, true),
    ('full_access', 'my_services', true, true, true, true),
    ('portfolio_access', 'my_services', true, true, true, true),
    ('project_manager', 'my_services', true, true, true, true),
    ('team_member', 'my_services', true, true, true, true),
    ('project_guest', 'my_services', false, false, false, true),
    ('full_access', 'my_tasks', true, true, true, true),
    ('portfolio_access', 'my_tasks', true, true, true, true),
    ('project_manager', 'my_tasks', true, true, true, true),
    ('team_member', 'my_tasks', true, true, true, true),
    ('full_access', 'my_timesheet', true, true, true, true),
    ('portfolio_access', 'my_timesheet', true, true, true, true),
    ('project_manager', 'my_timesheet', true, true, true, true),
    ('team_member', 'my_timesheet', true, true, true, true),
    ('full_access', 'my_authorizations', true, true, true, true),
    ('portfolio_access', 'my_authorizations', false, true, false, true),
    ('project_manager', 'my_authorizations', true, true, true, true),
    ('full_access', 'main_dashboard', true, true, true, true),
    ('portfolio_access', 'main_dashboard', false, false, false, true),
    ('full_access', 'dashboard_summary', true, true, true, true),
    ('portfolio_access', 'dashboard_summary', false, false, false, true),
    ('full_access', 'dashboard_clients', true, true, true, true),
    ('portfolio_access', 'dashboard_clients', false, false, false, true),
    ('full_access', 'dashboard_workforce', true, true, true, true),
    ('portfolio_access', 'dashboard_workforce', false, false, false, true),
    ('project_manager', 'dashboard_workforce', false, false, false, true),
    ('full_access', 'dashboard_projects', true, true, true, true),
    ('portfolio_access', 'dashboard_projects', false, false, false, true),
    ('project_manager', 'dashboard_projects', false, false, false, true),
    ('full_access', 'dashboard_providers', true, true, true, true),
    ('portfolio_access', 'dashboard_providers', false, false, false, true),
    ('full_access', 'portfolio', true, true, true, true),
    ('portfolio_access', 'portfolio', false, false, false, true),
    ('project_manager', 'portfolio', false, false, false, true),
    ('full_access', 'portfolio_general', true, true, true, true),
    ('portfolio_access', 'portfolio_general', false, false, false, true),
    ('project_manager', 'portfolio_general', false, false, false, true),
    ('full_access', 'portfolio_cost', true, true, true, true),
    ('portfolio_access', 'portfolio_cost', false, false, false, true),
    ('project_manager', 'portfolio_cost', false, false, false, true),
    ('full_access', 'portfolio_revenue', true, true, true, true),
    ('portfolio_access', 'portfolio_revenue', false, false, false, true),
    ('project_manager', 'portfolio_revenue', false, false, false, true),
    ('full_access', 'portfolio_schedule', true, true, true, true),
    ('portfolio_access', 'portfolio_schedule', false, false, false, true),
    ('project_manager', 'portfolio_schedule', false, false, false, true),
    ('full_access', 'portfolio_follow_up', true, true, true, true),
    ('portfolio_access', 'portfolio_follow_up', false, false, false, true),
    ('project_manager', 'portfolio_follow_up', false, false, false, true),
    ('full_access', 'portfolio_dashboard', true, true, true, true),
    ('portfolio_access', 'portfolio_dashboard', false, false, false, true),
    ('project_manager', 'portfolio_dashboard', false, false, false, true),
    ('full_access', 'programs', true, true, true, true),
    ('portfolio_access', 'programs', false, false, false, true),
    ('full_access', 'program_home', true, true, true, true),
    ('portfolio_access', 'program_home', false, false, false, true),
    ('full_access', 'program_general', true, true, true, true),
    ('portfolio_access', 'program_general', false, false, false, true),
    ('full_access', 'program_goals', true, true, true, true),
    ('portfolio_access', 'program_goals', false, false, false, true),
    ('full_access', 'program_budget', true, true, true, true),
    ('portfolio_access', 'program_budget', false, false, false, true),
    ('full_access', 'program_components', true, true, true, true),
    ('portfolio_access', 'program_components', false, false, false, true),
    ('full_access', 'program_scenarios', true, true, true, true),
    ('portfolio_access', 'program_scenarios', false, false, false, true),
    ('full_access', 'program_schedule', true, true, true, true),
    ('portfolio_access', 'program_schedule', false, false, false, true),
    ('full_access', 'program_follow_up', true, true, true, true),
    ('portfolio_access', 'program_follow_up', false, false, false, true),
    ('full_access', 'program_team', true, true, true, true),
    ('portfolio_access', 'program_team', false, false, false, true),
    ('full_access', 'projects', true, true, true, true),
    ('portfolio_access', 'projects', false, false, false, true),
    ('project_manager', 'projects', true, true, true, true),
    ('full_access', 'project_home', true, true, true, true),
    ('portfolio_access', 'project_home', false, false, false, true),
    ('project_manager', 'project_home', true, true, true, true),
    ('full_access', 'project_general', true, true, true, true),
    ('portfolio_access', 'project_general', false, false, false, true),
    ('project_manager', 'project_general', true, true, true, true),
    ('full_access', 'project_team', true, true, true, true),
    ('portfolio_access', 'project_team', false, false, false, true),
    ('project_manager', 'project_team', true, true, true, true),
    ('full_access', 'project_budget', true, true, true, true),
    ('portfolio_access', 'project_budget', false, false, false, true),
    ('project_manager', 'project_budget', true, true, true, true),
    ('full_access', 'project_tasks', true, true, true, true),
    ('portfolio_access', 'project_tasks', false, false, false, true),
    ('project_manager', 'project_tasks', true, true, true, true),
    ('full_access', 'project_schedule', true, true, true, true),
    ('portfolio_access', 'project_schedule', false, false, false, true),
    ('project_manager', 'project_schedule', true, true, true, true),
    ('full_access', 'project_board', true, true, true, true),
    ('portfolio_access', 'project_board', false, false, false, true),
    ('project_manager', 'project_board', true, true, true, true),
    ('full_access', 'project_purchases', true, true, true, true),
    ('portfolio_access', 'project_purchases', false, false, false, true),
    ('project_manager', 'project_purchases', true, true, true, true),
    ('full_access', 'project_revenues', true, true, true, true),
    ('portfolio_access', 'project_revenues', false, false, false, true),
    ('project_manager', 'project_revenues', true, true, true, true),
    ('full_access', 'project_follow_up', true, true, true, true),
    ('portfolio_access', 'project_follow_up', false, false, false, true),
    ('project_manager', 'project_follow_up', true, true, true, true),
    ('full_access', 'project_risks', true, true, true, true),
    ('portfolio_access', 'project_risks', false, false, false, true),
    ('project_manager', 'project_risks', true, true, true, true),
    ('full_access', 'project_issues', true, true, true, true),
    ('portfolio_access', 'project_issues', false, false, false, true),
    ('project_manager', 'project_issues', true, true, true, true),
    ('full_access', 'project_documents', true, true, true, true),
    ('portfolio_access', 'project_documents', false, false, false, true),
    ('project_manager', 'project_documents', true, true, true, true),
    ('full_access', 'services', true, true, true, true),
    ('portfolio_access', 'services', false, false, false, true),
    ('project_manager', 'services', true, true, true, true),
    ('full_access', 'service_home', true, true, true, true),
    ('portfolio_access', 'service_home', false, false, false, true),
    ('project_manager', 'service_home', true, true, true, true),
    ('full_access', 'service_general', true, true, true, true),
    ('portfolio_access', 'service_general', false, false, false, true),
    ('project_manager', 'service_general', true, true, true, true),
    ('full_access', 'service_team', true, true, true, true),
    ('portfolio_access', 'service_team', false, false, false, true),
    ('project_manager', 'service_team', true, true, true, true),
    ('full_access', 'service_activities', true, true, true, true),
    ('portfolio_access', 'service_activities', false, false, false, true),
    ('project_manager', 'service_activities', true, true, true, true),
    ('full_access', 'service_budget', true, true, true, true),
    ('portfolio_access', 'service_budget', false, false, false, true),
    ('project_manager', 'service_budget', true, true, true, true),
    ('full_access', 'service_purchases', true, true, true, true),
    ('portfolio_access', 'service_purchases', false, false, false, true),
    ('project_manager', 'service_purchases', true, true, true, true),
    ('full_access', 'service_revenues', true, true, true, true),
    ('portfolio_access', 'service_revenues', false, false, false, true),
    ('project_manager', 'service_revenues', true, true, true, true),
    ('full_access', 'service_follow_up', true, true, true, true),
    ('portfolio_access', 'service_follow_up', false, false, false, true),
    ('project_manager', 'service_follow_up', true, true, true, true),
    ('full_access', 'service_documents', true, true, true, true),
    ('portfolio_access', 'service_documents', false, false, false, true),
    ('project_manager', 'service_documents', true, true, true, true),
    ('full_access', 'resources', true, true, true, true),
    ('portfolio_access', 'resources', false, false, false, true),
    ('project_manager', 'resources', false, false, false, true),
    ('full_access', 'clients', true, true, true, true),
    ('portfolio_access', 'clients', false, false, false, true),
    ('project_manager', 'clients', false, false, false, true),
    ('full_access', 'providers', true, true, true, true),
    ('portfolio_access', 'providers', false, false, false, true),
    ('project_manager', 'providers', false, false, false, true),
    ('full_access', 'general_data', true, true, true, true),
    ('full_access', 'organizational_units', true, true, true, true),
    ('full_access', 'users', true, true, true, true),
    ('full_access', 'role_definition', true, true, true, true),
    ('full_access', 'calendars', true, true, true, true),
    ('full_access', 'working_hours', true, true, true, true),
    ('full_access', 'categories_rates', true, true, true, true),
    ('full_access', 'period_close', true, true, true, true),
    ('full_access', 'strategic_plans', true, true, true, true),
    ('full_access', 'project_parameters', true, true, true, true),
    ('full_access', 'task_parameters', true, true, true, true),
    ('full_access', 'custom_fields', true, true, true, true),
    ('full_access', 'audit_log', true, true, true, true),
    ('full_access', 'sign_in_settings', true, true, true, true),
    ('full_access', 'network_access', true, true, true, true),
    ('full_access', 'integrations', true, true, true, true);

CREATE TABLE users (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    id uuid NOT NULL,
    email text NOT NULL CHECK (email = lower(email)),
    first_name text COLLATE portico.natural NOT NULL,
    last_name text COLLATE portico.natural NOT NULL,
    language text NOT NULL,
    no_login boolean NOT NULL DEFAULT false,
    active boolean NOT NULL DEFAULT true,
    company_admin boolean NOT NULL DEFAULT false,
    password_hash text,
    -- The licence type of which a seat is used, kept at write time; null where none is.
    licence_used text REFERENCES licence_types (key),
    last_sign_in_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    created_by uuid,
    updated_at timestamptz NOT NULL,
    updated_by uuid,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, email)
);
CREATE INDEX users_by_last_name ON users (org_id, last_name, id);
CREATE INDEX users_by_licence_used ON users (org_id, licence_used);
CALL portico.isolate('users');

ALTER TABLE general_data
    ADD COLUMN team_member_seats_paid boolean NOT NULL DEFAULT false,
    ADD FOREIGN KEY (org_id, created_by) REFERENCES users (org_id, id),
    ADD FOREIGN KEY (org_id, updated_by) REFERENCES users (org_id, id);
ALTER TABLE users
    ADD FOREIGN KEY (org_id, created_by) REFERENCES users (org_id, id),
    ADD FOREIGN KEY (org_id, updated_by) REFERENCES users (org_id, id);

-- hash(e-mail) -> organization, user: all that is known of people before their organization is.
CREATE TABLE account_lookups (
    email_hash bytea NOT NULL,
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    PRIMARY KEY (organization_id, user_id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (org_id, id)
);
CREATE INDEX account_lookups_by_email ON account_lookups (email_hash);
GRANT SELECT ON account_lookups TO portico_operator;

CREATE TABLE licences (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    id uuid NOT NULL,
    licence_type text NOT NULL REFERENCES licence_types (key),
    -- Null is unlimited.
    seats integer CHECK (seats >= 0),
    valid_from date NOT NULL,
    valid_until date CHECK (valid_until >= valid_from),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX licences_by_type ON licences (org_id, licence_type);
CALL portico.isolate('licences');
-- What an organization holds is the operators' to say.
REVOKE INSERT, UPDATE, DELETE ON licences FROM portico_app;
-- The lock that keeps seats from being overrun needs UPDATE on some column.
GRANT UPDATE (version) ON licences TO portico_app;

CREATE TABLE roles (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    id uuid NOT NULL,
    name text COLLATE portico.natural NOT NULL,
    description text NOT NULL DEFAULT '',
    licence_type text NOT NULL REFERENCES licence_types (key),
    functions text[] NOT NULL DEFAULT '{}',
    default_for_new_users boolean NOT NULL DEFAULT false,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    created_by uuid,
    updated_at timestamptz NOT NULL,
    updated_by uuid,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, created_by) REFERENCES users (org_id, id),
    FOREIGN KEY (org_id, updated_by) REFERENCES users (org_id, id)
);
CREATE UNIQUE INDEX roles_by_name ON roles (org_id, lower(name));
CREATE UNIQUE INDEX roles_one_default ON roles (org_id) WHERE default_for_new_users;
CALL portico.isolate('roles');

CREATE TABLE role_grants (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    role_id uuid NOT NULL,
    menu text NOT NULL,
    can_insert boolean NOT NULL,
    can_update boolean NOT NULL,
    can_delete boolean NOT NULL,
    can_view boolean NOT NULL,
    PRIMARY KEY (org_id, role_id, menu),
    FOREIGN KEY (org_id, role_id) REFERENCES roles (org_id, id) ON DELETE CASCADE,
    CHECK (can_view)
);
CALL portico.isolate('role_grants');

CREATE TABLE user_roles (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    user_id uuid NOT NULL,
    role_id uuid NOT NULL,
    PRIMARY KEY (org_id, user_id, role_id),
    FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id),
    FOREIGN KEY (org_id, role_id) REFERENCES roles (org_id, id)
);
CREATE INDEX user_roles_by_role ON user_roles (org_id, role_id);
CALL portico.isolate('user_roles');

-- Who did what, written with the change itself; insert-only for every role that servers use.
CREATE TABLE audit_log (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('user', 'operator', 'system')),
    actor_id uuid,
    session_id uuid,
    address text,
    request_id uuid,
    entity text NOT NULL,
    entity_id uuid NOT NULL,
    action text NOT NULL,
    before jsonb,
    after jsonb,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX audit_log_by_entity ON audit_log (org_id, entity, entity_id);
CALL portico.isolate('audit_log');
REVOKE SELECT, UPDATE, DELETE ON audit_log FROM portico_app;
REVOKE UPDATE, DELETE ON audit_log FROM portico_operator;

-- The history of changes field by field, as people of the organization may read it.
CREATE TABLE changes (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    changed_by uuid,
    entity text NOT NULL,
    entity_id uuid NOT NULL,
    -- The project to whose history the change belongs, where there is one.
    subject_id uuid,
    label text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('created', 'updated', 'deleted')),
    fields jsonb NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, changed_by) REFERENCES users (org_id, id)
);
CREATE INDEX changes_by_subject ON changes (org_id, subject_id, id);
CALL portico.isolate('changes');
REVOKE UPDATE ON changes FROM portico_app;
