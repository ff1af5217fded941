-- Projects, the lists they choose from, and the positions of people on them.

CREATE TABLE project_parameters (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('status', 'approval_status', 'type', 'priority')),
    name_en text COLLATE portico.natural NOT NULL,
    name_es text COLLATE portico.natural NOT NULL,
    colour text NOT NULL CHECK (colour ~ '^#[0-9a-f]{6}$'),
    sort_order integer NOT NULL CHECK (sort_order >= 1),
    default_for_new_projects boolean NOT NULL DEFAULT false,
    system boolean NOT NULL DEFAULT false,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    created_by uuid,
    updated_at timestamptz NOT NULL,
    updated_by uuid,
    PRIMARY KEY (org_id, id),
    -- For the composite keys of projects: a status cannot stand where a priority is meant.
    UNIQUE (org_id, kind, id),
    UNIQUE (org_id, kind, sort_order) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (org_id, created_by) REFERENCES users (org_id, id),
    FOREIGN KEY (org_id, updated_by) REFERENCES users (org_id, id)
);
CREATE UNIQUE INDEX project_parameters_by_name_en ON project_parameters (org_id, kind, lower(name_en));
CREATE UNIQUE INDEX project_parameters_by_name_es ON project_parameters (org_id, kind, lower(name_es));
CREATE UNIQUE INDEX project_parameters_one_default ON project_parameters (org_id, kind) WHERE default_for_new_projects;
CALL portico.isolate('project_parameters');

CREATE TABLE projects (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    id uuid NOT NULL,
    code text NOT NULL,
    name text COLLATE portico.natural NOT NULL,
    description text NOT NULL DEFAULT '',
    project_code text NOT NULL DEFAULT '',
    cost_centre text NOT NULL DEFAULT '',
    status_id uuid NOT NULL,
    approval_status_id uuid NOT NULL,
    type_id uuid NOT NULL,
    priority_id uuid NOT NULL,
    start_date date,
    end_date date CHECK (end_date >= start_date),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    created_by uuid,
    updated_at timestamptz NOT NULL,
    updated_by uuid,
    status_kind text NOT NULL GENERATED ALWAYS AS ('status') STORED,
    approval_status_kind text NOT NULL GENERATED ALWAYS AS ('approval_status') STORED,
    type_kind text NOT NULL GENERATED ALWAYS AS ('type') STORED,
    priority_kind text NOT NULL GENERATED ALWAYS AS ('priority') STORED,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, code),
    FOREIGN KEY (org_id, status_kind, status_id) REFERENCES project_parameters (org_id, kind, id),
    FOREIGN KEY (org_id, approval_status_kind, approval_status_id) REFERENCES project_parameters (org_id, kind, id),
    FOREIGN KEY (org_id, type_kind, type_id) REFERENCES project_parameters (org_id, kind, id),
    FOREIGN KEY (org_id, priority_kind, priority_id) REFERENCES project_parameters (org_id, kind, id),
    FOREIGN KEY (org_id, created_by) REFERENCES users (org_id, id),
    FOREIGN KEY (org_id, updated_by) REFERENCES users (org_id, id)
);
CREATE INDEX projects_by_name ON projects (org_id, name, id);
CREATE INDEX projects_by_updated_at ON projects (org_id, updated_at, id);
CREATE INDEX projects_by_start_date ON projects (org_id, start_date, id);
CREATE INDEX projects_by_end_date ON projects (org_id, end_date, id);
CREATE INDEX projects_by_status ON projects (org_id, status_id);
CREATE INDEX projects_by_approval_status ON projects (org_id, approval_status_id);
CREATE INDEX projects_by_type ON projects (org_id, type_id);
CREATE INDEX projects_by_priority ON projects (org_id, priority_id);
CALL portico.isolate('projects');

CREATE TABLE project_positions (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    project_id uuid NOT NULL,
    user_id uuid NOT NULL,
    position text NOT NULL CHECK (position IN ('manager', 'team_member', 'guest')),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    created_by uuid,
    updated_at timestamptz NOT NULL,
    updated_by uuid,
    PRIMARY KEY (org_id, project_id, user_id),
    FOREIGN KEY (org_id, project_id) REFERENCES projects (org_id, id) ON DELETE CASCADE,
    FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id),
    FOREIGN KEY (org_id, created_by) REFERENCES users (org_id, id),
    FOREIGN KEY (org_id, updated_by) REFERENCES users (org_id, id)
);
CREATE INDEX project_positions_by_user ON project_positions (org_id, user_id, project_id);
CALL portico.isolate('project_positions');
