//! The form for a new project. What was typed stays when it is closed and opened again.

use chrono::NaiveDate;
use leptos::prelude::*;
use shared::{
    Check as _,
    ids::ProjectParameterId,
    project::{NewProject, Project, ProjectOptions},
    project_parameter::ProjectParameterName,
};

use super::marks::parameter_name;
use crate::{
    api::{self, Loader},
    locales::projects as t,
    navigation::Go,
    route::{ProjectTab, Route},
    ui::{
        Dialog, DialogSize, Form, FormActions, FormState, SelectField, TextArea, TextField, TextKind, Toasts,
    },
};

#[derive(Debug, Clone, Copy)]
struct Fields {
    name: RwSignal<String>,
    description: RwSignal<String>,
    project_code: RwSignal<String>,
    cost_centre: RwSignal<String>,
    status: RwSignal<Option<ProjectParameterId>>,
    approval_status: RwSignal<Option<ProjectParameterId>>,
    project_type: RwSignal<Option<ProjectParameterId>>,
    priority: RwSignal<Option<ProjectParameterId>>,
    start_date: RwSignal<String>,
    end_date: RwSignal<String>,
}

impl Fields {
    fn new() -> Self {
        Self {
            name: RwSignal::default(),
            description: RwSignal::default(),
            project_code: RwSignal::default(),
            cost_centre: RwSignal::default(),
            status: RwSignal::default(),
            approval_status: RwSignal::default(),
            project_type: RwSignal::default(),
            priority: RwSignal::default(),
            start_date: RwSignal::default(),
            end_date: RwSignal::default(),
        }
    }

    fn get(self) -> NewProject {
        NewProject {
            name: self.name.get(),
            description: self.description.get(),
            project_code: self.project_code.get(),
            cost_centre: self.cost_centre.get(),
            status_id: self.status.get(),
            approval_status_id: self.approval_status.get(),
            type_id: self.project_type.get(),
            priority_id: self.priority.get(),
            start_date: day(&self.start_date.get()),
            end_date: day(&self.end_date.get()),
        }
    }
}

/// A day as a date field holds it; the browser gives nothing while it is not whole.
pub fn day(text: &str) -> Option<NaiveDate> {
    text.parse().ok()
}

/// Entries as choices of a field.
fn parameter_choices(entries: &[ProjectParameterName]) -> Vec<(ProjectParameterId, String)> {
    entries.iter().map(|entry| (entry.id, parameter_name(entry))).collect()
}

/// The dialog; after it the project is open.
#[component]
pub fn NewProjectDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let fields = Fields::new();
    view! {
        <Dialog title=t::add() open size=DialogSize::Medium>
            <NewProjectForm fields open />
        </Dialog>
    }
}

#[component]
fn NewProjectForm(fields: Fields, open: RwSignal<bool>) -> impl IntoView {
    let (go, toasts) = (Go::new(), Toasts::expect());
    let options = Loader::new(|| api::get::<ProjectOptions>("/projects/options"));
    let choices = move |of: fn(ProjectOptions) -> Vec<ProjectParameterName>| {
        Signal::derive(move || {
            let entries = options.value().map(of).unwrap_or_default();
            let mut choices = vec![(None, t::as_usual().to_owned())];
            choices.extend(parameter_choices(&entries).into_iter().map(|(id, name)| (Some(id), name)));
            choices
        })
    };
    let form =
        FormState::new(move || fields.get().violations(), move || fields.get() != NewProject::default());
    let send = move || {
        let (new, go) = (untrack(|| fields.get()), go.clone());
        async move {
            let project: Project = api::post("/projects", &new).await?;
            toasts.done(t::created(&project.name));
            open.set(false);
            go.to(&Route::Project(project.id, ProjectTab::Home));
            Ok(())
        }
    };
    view! {
        <Form state=form send>
            <TextField label=t::name() value=fields.name pointer="/name" autofocus=true />
            <div class="form-row">
                <SelectField
                    label=t::type_label()
                    value=fields.project_type
                    choices=choices(|options| options.types)
                    pointer="/type_id"
                />
                <SelectField
                    label=t::priority()
                    value=fields.priority
                    choices=choices(|options| options.priorities)
                    pointer="/priority_id"
                />
            </div>
            <div class="form-row">
                <TextField
                    label=t::start_date()
                    value=fields.start_date
                    pointer="/start_date"
                    kind=TextKind::Date
                    optional=true
                />
                <TextField
                    label=t::end_date()
                    value=fields.end_date
                    pointer="/end_date"
                    kind=TextKind::Date
                    optional=true
                />
            </div>
            <TextArea
                label=t::description()
                value=fields.description
                pointer="/description"
                help=t::description_help()
                optional=true
            />
            <details class="more">
                <summary class="more-summary">{t::more_fields()}</summary>
                <div class="more-body">
                    <div class="form-row">
                        <SelectField
                            label=t::status()
                            value=fields.status
                            choices=choices(|options| options.statuses)
                            pointer="/status_id"
                        />
                        <SelectField
                            label=t::approval_status()
                            value=fields.approval_status
                            choices=choices(|options| options.approval_statuses)
                            pointer="/approval_status_id"
                        />
                    </div>
                    <div class="form-row">
                        <TextField
                            label=t::project_code()
                            value=fields.project_code
                            pointer="/project_code"
                            help=t::project_code_help()
                            optional=true
                        />
                        <TextField
                            label=t::cost_centre()
                            value=fields.cost_centre
                            pointer="/cost_centre"
                            optional=true
                        />
                    </div>
                </div>
            </details>
            <FormActions label=t::create() on_cancel=move |()| open.set(false) />
        </Form>
    }
}
