//! The form of one entry, in a dialog.

use leptos::prelude::*;
use shared::{
    Check as _, Language,
    project_parameter::{NewProjectParameter, ProjectParameter, ProjectParameterKind, ProjectParameterPatch},
};

use super::{
    PATH,
    colour::{ColourField, ColourMark, PALETTE},
    name_of,
};
use crate::{
    api::{self, Etag},
    locale,
    locales::{common, project_parameters as t},
    merge::{Draft, DraftField, StaleMerge},
    ui::{Form, FormActions, FormState, Switch, TextField, Toasts},
};

/// What is typed of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
struct EntryDraft {
    name_en: String,
    name_es: String,
    colour: String,
}

impl EntryDraft {
    fn patch(&self, saved: &Self) -> ProjectParameterPatch {
        let changed = |mine: &String, saved: &String| (mine != saved).then(|| mine.clone());
        ProjectParameterPatch {
            name_en: changed(&self.name_en, &saved.name_en),
            name_es: changed(&self.name_es, &saved.name_es),
            colour: changed(&self.colour, &saved.colour),
            ..ProjectParameterPatch::default()
        }
    }
}

impl Draft for EntryDraft {
    type Of = ProjectParameter;

    fn of(entry: &ProjectParameter) -> Self {
        let ProjectParameter { name_en, name_es, colour, .. } = entry.clone();
        Self { name_en, name_es, colour }
    }

    fn fields(&self) -> Vec<DraftField> {
        vec![
            DraftField::new("name_en", t::name_en(), &self.name_en),
            DraftField::new("name_es", t::name_es(), &self.name_es),
            DraftField::new("colour", t::colour(), &self.colour),
        ]
    }

    fn take(&mut self, key: &str, from: &Self) {
        match key {
            "name_en" => self.name_en.clone_from(&from.name_en),
            "name_es" => self.name_es.clone_from(&from.name_es),
            "colour" => self.colour.clone_from(&from.colour),
            _ => {}
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Fields {
    name_en: RwSignal<String>,
    name_es: RwSignal<String>,
    colour: RwSignal<String>,
}

impl Fields {
    fn new(EntryDraft { name_en, name_es, colour }: EntryDraft) -> Self {
        Self {
            name_en: RwSignal::new(name_en),
            name_es: RwSignal::new(name_es),
            colour: RwSignal::new(colour),
        }
    }

    fn get(self) -> EntryDraft {
        EntryDraft {
            name_en: self.name_en.get(),
            name_es: self.name_es.get(),
            colour: self.colour.get().trim().to_lowercase(),
        }
    }

    fn set(self, draft: EntryDraft) {
        self.name_en.set(draft.name_en);
        self.name_es.set(draft.name_es);
        self.colour.set(draft.colour);
    }
}

/// Changes an entry.
#[component]
pub(super) fn ChangeEntry(
    entry: ProjectParameter,
    /// Gets the entry as saved.
    on_done: Callback<ProjectParameter>,
    on_cancel: Callback<()>,
) -> impl IntoView {
    let toasts = Toasts::expect();
    let address = StoredValue::new(format!("{PATH}/{}", entry.id));
    let fields = Fields::new(EntryDraft::of(&entry));
    let saved = RwSignal::new(entry);
    let changes = move || fields.get().patch(&saved.with(EntryDraft::of));
    let form =
        FormState::new(move || changes().violations(), move || fields.get() != saved.with(EntryDraft::of));
    let send = move || {
        let patch = untrack(changes);
        let etag = Etag::of_version(saved.with_untracked(|saved| saved.version));
        async move {
            let answer = api::patch::<ProjectParameter>(&address.get_value(), &etag, &patch).await?.value;
            // Nothing is unsaved any more, so that closing does not ask.
            saved.set(answer.clone());
            fields.set(EntryDraft::of(&answer));
            toasts.done(t::saved(&name_of(&answer)));
            on_done.run(answer);
            Ok(())
        }
    };
    view! {
        <Form state=form send>
            <EntryFields fields />
            <FormActions label=common::save() on_cancel />
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

/// Adds an entry.
#[component]
pub(super) fn AddEntry(
    kind: ProjectParameterKind,
    /// Colours that the list has already; the new entry begins with another one.
    taken: Vec<String>,
    /// Gets the new entry.
    on_done: Callback<ProjectParameter>,
    on_cancel: Callback<()>,
) -> impl IntoView {
    let toasts = Toasts::expect();
    let colour = PALETTE.into_iter().find(|colour| !taken.iter().any(|one| one.eq_ignore_ascii_case(colour)));
    let colour = colour.or(PALETTE.first().copied()).unwrap_or_default().to_owned();
    let blank = EntryDraft { name_en: String::new(), name_es: String::new(), colour };
    let fields = Fields::new(blank);
    let as_default = RwSignal::new(false);
    let new = move || {
        let EntryDraft { name_en, name_es, colour } = fields.get();
        NewProjectParameter { kind, name_en, name_es, colour, default_for_new_projects: as_default.get() }
    };
    let is_typed = move || {
        let draft = fields.get();
        !draft.name_en.is_empty() || !draft.name_es.is_empty()
    };
    let form = FormState::new(move || new().violations(), is_typed);
    let send = move || {
        let new = untrack(new);
        async move {
            let entry: ProjectParameter = api::post(PATH, &new).await?;
            toasts.done(t::added(&name_of(&entry)));
            on_done.run(entry);
            Ok(())
        }
    };
    view! {
        <Form state=form send>
            <EntryFields fields />
            <Switch
                label=t::default_switch()
                value=as_default
                help=t::default_help()
                pointer="/default_for_new_projects"
            />
            <FormActions label=t::add() on_cancel />
        </Form>
    }
}

#[component]
fn EntryFields(fields: Fields) -> impl IntoView {
    let english = view! { <TextField label=t::name_en() value=fields.name_en pointer="/name_en" /> };
    let spanish = view! { <TextField label=t::name_es() value=fields.name_es pointer="/name_es" /> };
    // One's own language comes first.
    let names = match locale::current() {
        Language::En => (english.into_any(), spanish.into_any()),
        Language::Es => (spanish.into_any(), english.into_any()),
    };
    let name = move || locale::pick(fields.name_en, fields.name_es).get();
    view! {
        <div class="form-row">{names}</div>
        <ColourField value=fields.colour />
        <p class="entry-preview" aria-hidden="true">
            <span class="muted">{t::preview()}</span>
            <ColourMark colour=fields.colour />
            <span>{move || Some(name()).filter(|name| !name.is_empty()).unwrap_or_else(|| "…".to_owned())}</span>
        </p>
    }
}
