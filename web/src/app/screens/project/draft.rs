//! What the form of General holds of a project.

use leptos::prelude::*;
use shared::{
    Check as _,
    check::Violations,
    ids::ProjectParameterId,
    project::{Project, ProjectPatch, dates_in_order},
    project_parameter::ProjectParameterName,
};

use crate::{
    locale,
    locales::projects as t,
    merge::{Draft, DraftField},
    screens::projects::{day, parameter_name},
};

/// The fields as they are typed; days are texts until they are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ProjectDraft {
    pub name: String,
    pub description: String,
    pub project_code: String,
    pub cost_centre: String,
    pub status: ProjectParameterName,
    pub approval_status: ProjectParameterName,
    pub project_type: ProjectParameterName,
    pub priority: ProjectParameterName,
    pub start_date: String,
    pub end_date: String,
}

impl ProjectDraft {
    /// What differs from `saved`, and what is wrong with it.
    pub fn patch(&self, saved: &Self) -> (ProjectPatch, Violations) {
        let text = |mine: &String, saved: &String| (mine != saved).then(|| mine.clone());
        let choice = |mine: &ProjectParameterName,
                      saved: &ProjectParameterName|
         -> Option<ProjectParameterId> { (mine.id != saved.id).then_some(mine.id) };
        let date = |mine: &String, saved: &String| (mine != saved).then(|| day(mine));
        let patch = ProjectPatch {
            name: text(&self.name, &saved.name),
            description: text(&self.description, &saved.description),
            project_code: text(&self.project_code, &saved.project_code),
            cost_centre: text(&self.cost_centre, &saved.cost_centre),
            status_id: choice(&self.status, &saved.status),
            approval_status_id: choice(&self.approval_status, &saved.approval_status),
            type_id: choice(&self.project_type, &saved.project_type),
            priority_id: choice(&self.priority, &saved.priority),
            start_date: date(&self.start_date, &saved.start_date),
            end_date: date(&self.end_date, &saved.end_date),
        };
        let mut violations = Violations::default();
        patch.check(&mut violations);
        // The patch judges the days only where both are in it.
        if violations.at("/end_date").is_none() {
            violations.add("/end_date", dates_in_order(day(&self.start_date), day(&self.end_date)));
        }
        (patch, violations)
    }
}

impl Draft for ProjectDraft {
    type Of = Project;

    fn of(project: &Project) -> Self {
        let date = |date: Option<chrono::NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
        Self {
            name: project.name.clone(),
            description: project.description.clone(),
            project_code: project.project_code.clone(),
            cost_centre: project.cost_centre.clone(),
            status: project.status.clone(),
            approval_status: project.approval_status.clone(),
            project_type: project.project_type.clone(),
            priority: project.priority.clone(),
            start_date: date(project.start_date),
            end_date: date(project.end_date),
        }
    }

    fn fields(&self) -> Vec<DraftField> {
        let date = |text: &String| day(text).map(locale::date).unwrap_or_default();
        vec![
            DraftField::new("name", t::name(), &self.name),
            DraftField::new("description", t::description(), &self.description),
            DraftField::new("status", t::status(), parameter_name(&self.status)),
            DraftField::new("approval_status", t::approval_status(), parameter_name(&self.approval_status)),
            DraftField::new("type", t::type_label(), parameter_name(&self.project_type)),
            DraftField::new("priority", t::priority(), parameter_name(&self.priority)),
            DraftField::new("start_date", t::start_date(), date(&self.start_date)),
            DraftField::new("end_date", t::end_date(), date(&self.end_date)),
            DraftField::new("project_code", t::project_code(), &self.project_code),
            DraftField::new("cost_centre", t::cost_centre(), &self.cost_centre),
        ]
    }

    fn take(&mut self, key: &str, from: &Self) {
        match key {
            "name" => self.name.clone_from(&from.name),
            "description" => self.description.clone_from(&from.description),
            "project_code" => self.project_code.clone_from(&from.project_code),
            "cost_centre" => self.cost_centre.clone_from(&from.cost_centre),
            "status" => self.status.clone_from(&from.status),
            "approval_status" => self.approval_status.clone_from(&from.approval_status),
            "type" => self.project_type.clone_from(&from.project_type),
            "priority" => self.priority.clone_from(&from.priority),
            "start_date" => self.start_date.clone_from(&from.start_date),
            "end_date" => self.end_date.clone_from(&from.end_date),
            _ => {}
        }
    }
}

/// The fields of the form as signals. A handle: copies are the same fields.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    pub name: RwSignal<String>,
    pub description: RwSignal<String>,
    pub project_code: RwSignal<String>,
    pub cost_centre: RwSignal<String>,
    pub status: RwSignal<ProjectParameterName>,
    pub approval_status: RwSignal<ProjectParameterName>,
    pub project_type: RwSignal<ProjectParameterName>,
    pub priority: RwSignal<ProjectParameterName>,
    pub start_date: RwSignal<String>,
    pub end_date: RwSignal<String>,
}

impl Fields {
    /// Fields that hold the draft.
    pub fn new(draft: ProjectDraft) -> Self {
        Self {
            name: RwSignal::new(draft.name),
            description: RwSignal::new(draft.description),
            project_code: RwSignal::new(draft.project_code),
            cost_centre: RwSignal::new(draft.cost_centre),
            status: RwSignal::new(draft.status),
            approval_status: RwSignal::new(draft.approval_status),
            project_type: RwSignal::new(draft.project_type),
            priority: RwSignal::new(draft.priority),
            start_date: RwSignal::new(draft.start_date),
            end_date: RwSignal::new(draft.end_date),
        }
    }

    /// The draft, tracked.
    pub fn get(self) -> ProjectDraft {
        ProjectDraft {
            name: self.name.get(),
            description: self.description.get(),
            project_code: self.project_code.get(),
            cost_centre: self.cost_centre.get(),
            status: self.status.get(),
            approval_status: self.approval_status.get(),
            project_type: self.project_type.get(),
            priority: self.priority.get(),
            start_date: self.start_date.get(),
            end_date: self.end_date.get(),
        }
    }

    /// Puts another draft into the fields.
    pub fn set(self, draft: ProjectDraft) {
        self.name.set(draft.name);
        self.description.set(draft.description);
        self.project_code.set(draft.project_code);
        self.cost_centre.set(draft.cost_centre);
        self.status.set(draft.status);
        self.approval_status.set(draft.approval_status);
        self.project_type.set(draft.project_type);
        self.priority.set(draft.priority);
        self.start_date.set(draft.start_date);
        self.end_date.set(draft.end_date);
    }
}

#[cfg(test)]
mod tests {
    use shared::{ViolationCode, project::ProjectAccess};

    use super::*;

    const ID: &str = "0198c2a4-0000-7000-8000-000000000001";

    fn parameter(name: &str, id: &str) -> ProjectParameterName {
        ProjectParameterName {
            id: id.parse().unwrap(),
            name_en: name.to_owned(),
            name_es: name.to_owned(),
            colour: "#758195".to_owned(),
        }
    }

    fn project() -> Project {
        let parameter = parameter("Draft", ID);
        Project {
            id: ID.parse().unwrap(),
            version: 1,
            code: "PR-1-26110001".to_owned(),
            name: "Harbour".to_owned(),
            description: String::new(),
            project_code: String::new(),
            cost_centre: String::new(),
            status: parameter.clone(),
            approval_status: parameter.clone(),
            project_type: parameter.clone(),
            priority: parameter,
            start_date: "2026-01-10".parse().ok(),
            end_date: "2026-02-10".parse().ok(),
            access: ProjectAccess {
                assigned_position: None,
                effective_position: None,
                lowered_because: None,
                tabs: std::collections::BTreeMap::new(),
            },
            created_at: chrono::DateTime::UNIX_EPOCH,
            updated_at: chrono::DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn only_what_was_changed_is_sent() {
        let saved = ProjectDraft::of(&project());
        assert_eq!(saved.patch(&saved), (ProjectPatch::default(), Violations::default()));
        let draft = ProjectDraft { end_date: String::new(), ..saved.clone() };
        let expected = ProjectPatch { end_date: Some(None), ..ProjectPatch::default() };
        assert_eq!(draft.patch(&saved), (expected, Violations::default()));
    }

    #[test]
    fn an_end_before_the_unchanged_start_is_found_here() {
        let saved = ProjectDraft::of(&project());
        let draft = ProjectDraft { end_date: "2026-01-09".to_owned(), ..saved.clone() };
        let found = draft.patch(&saved).1;
        assert_eq!(found.at("/end_date").map(|one| one.code), Some(ViolationCode::EndBeforeStart));
    }

    #[test]
    fn every_field_can_be_taken_over() {
        let mut mine = ProjectDraft::of(&project());
        let other = || parameter("Closed", "0198c2a4-0000-7000-8000-000000000002");
        let theirs = ProjectDraft {
            name: "A".to_owned(),
            description: "B".to_owned(),
            project_code: "C".to_owned(),
            cost_centre: "D".to_owned(),
            status: other(),
            approval_status: other(),
            project_type: other(),
            priority: other(),
            start_date: "2026-03-01".to_owned(),
            end_date: "2026-03-02".to_owned(),
        };
        for field in theirs.fields() {
            mine.take(field.key, &theirs);
        }
        assert_eq!(mine, theirs);
    }
}
