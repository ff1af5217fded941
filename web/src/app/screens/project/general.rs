//! General: what the project is. A form for those who may change it, a page to read for the others.

use leptos::prelude::*;
use shared::{
    Menu, Operation,
    project::{Project, ProjectOptions},
    project_parameter::ProjectParameterName,
};

use super::{
    Opened,
    delete::DeleteProject,
    draft::{Fields, ProjectDraft},
};
use crate::{
    api::{self, Loader},
    locale,
    locales::{common, project as t, projects as words},
    merge::{Draft as _, StaleMerge},
    screens::projects::{ParameterMark, parameter_name},
    ui::{
        AsyncView, Form, FormActions, FormState, Section, SelectField, SkeletonText, TextArea, TextField,
        TextKind, Toasts,
    },
};

/// What stands on the tab. A handle: copies are the same.
#[derive(Debug, Clone, Copy)]
struct Main {
    loader: Loader<Project>,
    /// The newest state that has been here; absent until the first one is.
    newest: Memo<Option<Project>>,
}

impl Main {
    /// Loads it, and again when the head says that it was changed. Must be called while a component is built.
    fn of(opened: Opened) -> Self {
        let version = Memo::new(move |_| opened.newest.with(|head| head.as_ref().map(|head| head.version)));
        let loader = Loader::new(move || {
            version.track();
            async move {
                let outcome = api::get::<Project>(&opened.path()).await;
                if let Err(failure) = &outcome {
                    opened.heed(failure);
                }
                outcome
            }
        });
        let newest = Memo::new(move |known: Option<&Option<Project>>| {
            loader.value().or_else(|| known.cloned().flatten())
        });
        Self { loader, newest }
    }
}

#[component]
pub(super) fn General(opened: Opened) -> impl IntoView {
    let may_update = Memo::new(move |_| opened.may(Menu::ProjectGeneral, Operation::Update));
    let may_delete = Memo::new(move |_| opened.may(Menu::Projects, Operation::Delete));
    let main = Main::of(opened);
    let is_here = Memo::new(move |_| main.newest.with(Option::is_some));
    view! {
        <div class="measure">
            {move || match main.newest.get_untracked() {
                Some(project) if is_here.get() && may_update.get() => {
                    view! { <Editor project main opened /> }.into_any()
                }
                _ if is_here.get() => view! { <Reading main /> }.into_any(),
                _ => view! { <AsyncView loader=main.loader skeleton=|| view! { <SkeletonText lines=8 /> } view=|_| () /> }.into_any(),
            }}
            // Not before the form is here: it would be pushed down.
            <Show when=move || is_here.get() && may_delete.get()>
                <DeleteProject opened />
            </Show>
        </div>
    }
}

/// The page to read.
#[component]
fn Reading(main: Main) -> impl IntoView {
    let page = |project: Project| {
        let text = |text: String| if text.is_empty() { "–".to_owned() } else { text };
        let date =
            |date: Option<chrono::NaiveDate>| date.map_or_else(|| words::no_date().to_owned(), locale::date);
        let has_text = !project.description.trim().is_empty();
        let description = if has_text {
            view! { <p class="prose">{project.description}</p> }.into_any()
        } else {
            view! { <p class="muted">{t::no_description()}</p> }.into_any()
        };
        view! {
            <Section title=words::description()>{description}</Section>
            <Section title=t::planning()>
                <dl class="definition">
                    <dt>{words::status()}</dt>
                    <dd><ParameterMark entry=project.status /></dd>
                    <dt>{words::approval_status()}</dt>
                    <dd><ParameterMark entry=project.approval_status /></dd>
                    <dt>{words::type_label()}</dt>
                    <dd><ParameterMark entry=project.project_type /></dd>
                    <dt>{words::priority()}</dt>
                    <dd><ParameterMark entry=project.priority /></dd>
                </dl>
            </Section>
            <Section title=t::schedule()>
                <dl class="definition numeric">
                    <dt>{words::start_date()}</dt>
                    <dd>{date(project.start_date)}</dd>
                    <dt>{words::end_date()}</dt>
                    <dd>{date(project.end_date)}</dd>
                </dl>
            </Section>
            <Section title=t::details()>
                <dl class="definition">
                    <dt>{words::code()}</dt>
                    <dd class="numeric">{project.code}</dd>
                    <dt>{words::project_code()}</dt>
                    <dd>{text(project.project_code)}</dd>
                    <dt>{words::cost_centre()}</dt>
                    <dd>{text(project.cost_centre)}</dd>
                </dl>
            </Section>
        }
    };
    view! { <div class="project-reading">{move || main.newest.get().map(page)}</div> }
}

/// The form.
#[component]
fn Editor(project: Project, main: Main, opened: Opened) -> impl IntoView {
    let toasts = Toasts::expect();
    let saved = RwSignal::new(project.clone());
    let fields = Fields::new(ProjectDraft::of(&project));
    let changes = move || fields.get().patch(&saved.with(ProjectDraft::of));
    let form = FormState::new(move || changes().1, move || fields.get() != saved.with(ProjectDraft::of));
    // What somebody else saved comes in by itself as long as nothing is typed; otherwise saving brings both together.
    Effect::new(move |_| {
        let Some(newest) = main.newest.get() else { return };
        let is_newer = saved.with_untracked(|saved| newest.version > saved.version);
        if is_newer && !form.dirty().get_untracked() {
            fields.set(ProjectDraft::of(&newest));
            saved.set(newest);
        }
    });
    let send = move || {
        let patch = untrack(changes).0;
        let etag = api::Etag::of_version(saved.with_untracked(|saved| saved.version));
        async move {
            let answer = match api::patch::<Project>(&opened.path(), &etag, &patch).await {
                Ok(answer) => answer.value,
                Err(failure) => {
                    opened.heed(&failure);
                    return Err(failure);
                }
            };
            fields.set(ProjectDraft::of(&answer));
            saved.set(answer.clone());
            opened.loader.set(answer.clone().into());
            main.loader.set(answer);
            toasts.done(t::saved());
            Ok(())
        }
    };
    let give_up = move |()| fields.set(saved.with_untracked(ProjectDraft::of));
    view! {
        <Form state=form send>
            <FormFields fields />
            <div class="form-bar" class:form-bar-on=move || form.dirty().get()>
                <FormActions label=common::save() on_cancel=give_up />
            </div>
        </Form>
        <StaleMerge
            form
            saved
            draft=move |()| fields.get()
            on_merge=move |draft| fields.set(draft)
            resend=move |()| form.submit(send)
        />
    }
}

#[component]
fn FormFields(fields: Fields) -> impl IntoView {
    let options = Loader::new(|| api::get::<ProjectOptions>("/projects/options"));
    let choices = move |value: RwSignal<ProjectParameterName>,
                        of: fn(ProjectOptions) -> Vec<ProjectParameterName>| {
        Signal::derive(move || {
            let mut entries = options.value().map(of).unwrap_or_default();
            let chosen = value.get();
            // Until the lists are here, and where the entry is not in its list, what is chosen stands there.
            if entries.iter().all(|entry| *entry != chosen) {
                entries.retain(|entry| entry.id != chosen.id);
                entries.insert(0, chosen);
            }
            entries.into_iter().map(|entry| (entry.clone(), parameter_name(&entry))).collect::<Vec<_>>()
        })
    };
    view! {
        <Section title=t::details() text=t::details_text()>
            <TextField label=words::name() value=fields.name pointer="/name" />
            <TextArea
                label=words::description()
                value=fields.description
                pointer="/description"
                help=words::description_help()
                optional=true
            />
            <div class="form-row">
                <TextField
                    label=words::project_code()
                    value=fields.project_code
                    pointer="/project_code"
                    help=words::project_code_help()
                    optional=true
                />
                <TextField
                    label=words::cost_centre()
                    value=fields.cost_centre
                    pointer="/cost_centre"
                    optional=true
                />
            </div>
        </Section>
        <Section title=t::planning() text=t::planning_text()>
            <div class="form-row">
                <SelectField
                    label=words::status()
                    value=fields.status
                    choices=choices(fields.status, |options| options.statuses)
                    pointer="/status_id"
                />
                <SelectField
                    label=words::approval_status()
                    value=fields.approval_status
                    choices=choices(fields.approval_status, |options| options.approval_statuses)
                    pointer="/approval_status_id"
                />
            </div>
            <div class="form-row">
                <SelectField
                    label=words::type_label()
                    value=fields.project_type
                    choices=choices(fields.project_type, |options| options.types)
                    pointer="/type_id"
                />
                <SelectField
                    label=words::priority()
                    value=fields.priority
                    choices=choices(fields.priority, |options| options.priorities)
                    pointer="/priority_id"
                />
            </div>
        </Section>
        <Section title=t::schedule() text=t::schedule_text()>
            <div class="form-row">
                <TextField
                    label=words::start_date()
                    value=fields.start_date
                    pointer="/start_date"
                    kind=TextKind::Date
                    optional=true
                />
                <TextField
                    label=words::end_date()
                    value=fields.end_date
                    pointer="/end_date"
                    kind=TextKind::Date
                    optional=true
                />
            </div>
        </Section>
    }
}
