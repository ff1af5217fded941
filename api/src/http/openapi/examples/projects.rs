//! Of projects and their teams.

use serde_json::{Value, json};
use shared::{
    change::Change,
    project::{
        NewProject, NewTeamMember, Project, ProjectDeletion, ProjectHead, ProjectHome, ProjectOptions,
        ProjectPatch, ProjectRow, TeamMember, TeamMemberPatch,
    },
};

use super::{APPROVAL, CHANGE, LUCIA, MARTIN, PRIORITY, PROJECT, STATUS, Sample, TYPE, session::lucia};

pub(super) fn all() -> Vec<Sample> {
    let (status, approval) = (status(), choice(APPROVAL, "Approved", "Aprobado", "#2e7d32"));
    let (kind, priority) = (
        choice(TYPE, "Construction", "Construcción", "#336699"),
        choice(PRIORITY, "High", "Alta", "#aa3300"),
    );
    let project = project(&status, &approval, &kind, &priority);
    let head = json!({"id": PROJECT, "version": 5, "code": "PR-1-26110007", "name": "Apollo", "status": status,
        "start_date": "2027-01-11", "end_date": "2027-09-30", "access": access()});
    vec![
        Sample::given::<ProjectRow>(json!({"id": PROJECT, "code": "PR-1-26110007", "name": "Apollo",
            "status": status, "approval_status": approval, "type": kind, "priority": priority,
            "start_date": "2027-01-11", "end_date": "2027-09-30",
            "managers": [{"id": LUCIA, "name": "Lucía Ferro"}], "my_position": "manager",
            "updated_at": "2026-11-28T10:00:00Z"})),
        Sample::given::<ProjectHead>(head),
        Sample::given::<ProjectHome>(json!({"status": status, "approval_status": approval,
            "start_date": "2027-01-11", "end_date": "2027-09-30", "days_total": 263, "days_elapsed": 0,
            "managers": [lucia()], "team": {"manager": 1, "team_member": 4}, "recent_changes": [change()]})),
        Sample::given::<ProjectOptions>(json!({"statuses": [status], "approval_statuses": [approval],
            "types": [kind], "priorities": [priority]})),
        Sample::given::<Project>(project),
        Sample::taken::<NewProject>(json!({"name": "Apollo", "description": "A new lighthouse.",
            "cost_centre": "CC-7", "start_date": "2027-01-11", "end_date": "2027-06-30"})),
        Sample::taken::<ProjectPatch>(json!({"end_date": "2027-09-30", "priority_id": PRIORITY})),
        Sample::given::<ProjectDeletion>(json!({"positions": 5, "changes": 42})),
        Sample::given::<Change>(change()),
        Sample::given::<TeamMember>(json!({"user": {"id": MARTIN, "name": "Martín Costa",
            "email": "martin.costa@acme.example"}, "version": 1, "position": "team_member",
            "effective_position": "team_member", "active": true})),
        Sample::taken::<NewTeamMember>(json!({"user_id": MARTIN, "position": "team_member"})),
        Sample::taken::<TeamMemberPatch>(json!({"position": "guest"})),
    ]
}

fn project(status: &Value, approval: &Value, kind: &Value, priority: &Value) -> Value {
    json!({"id": PROJECT, "version": 5, "code": "PR-1-26110007", "name": "Apollo",
        "description": "A new lighthouse.", "project_code": "LH-3", "cost_centre": "CC-7", "status": status,
        "approval_status": approval, "type": kind, "priority": priority, "start_date": "2027-01-11",
        "end_date": "2027-09-30", "access": access(),
        "created_at": "2026-11-02T09:00:00Z", "updated_at": "2026-11-28T10:00:00Z"})
}

fn access() -> Value {
    json!({"assigned_position": "manager", "effective_position": "manager",
        "tabs": {"project_general": {"update": true, "view": true},
            "project_team": {"insert": true, "update": true, "delete": true, "view": true}}})
}

fn status() -> Value {
    choice(STATUS, "In progress", "En curso", "#1565c0")
}

fn choice(id: &str, english: &str, spanish: &str, colour: &str) -> Value {
    json!({"id": id, "name_en": english, "name_es": spanish, "colour": colour})
}

fn change() -> Value {
    json!({"id": CHANGE, "at": "2026-11-28T10:00:00Z", "by": "Lucía Ferro", "entity": "project",
        "label": "Apollo", "kind": "updated",
        "fields": [{"field": "end_date", "before": "2027-06-30", "after": "2027-09-30"}]})
}
