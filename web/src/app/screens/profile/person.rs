//! Names and language.

use leptos::prelude::*;
use shared::{
    Check as _, Language,
    session::{CurrentSession, ProfilePatch},
};

use crate::{
    api::{self, Etag},
    locale,
    locales::{common, profile as t},
    merge::{Draft, DraftField, StaleMerge},
    session::Session,
    ui::{Form, FormActions, FormState, SelectField, TextField, TextKind, Toasts},
};

#[derive(Debug, Clone, PartialEq, Eq)]
struct PersonDraft {
    first_name: String,
    last_name: String,
    language: Language,
}

impl PersonDraft {
    fn patch(&self, saved: &Self) -> ProfilePatch {
        let changed = |mine: &String, saved: &String| (mine != saved).then(|| mine.clone());
        ProfilePatch {
            first_name: changed(&self.first_name, &saved.first_name),
            last_name: changed(&self.last_name, &saved.last_name),
            language: (self.language != saved.language).then_some(self.language),
        }
    }
}

impl Draft for PersonDraft {
    type Of = CurrentSession;

    fn of(current: &CurrentSession) -> Self {
        Self {
            first_name: current.first_name.clone(),
            last_name: current.last_name.clone(),
            language: current.language,
        }
    }

    fn fields(&self) -> Vec<DraftField> {
        vec![
            DraftField::new("first_name", t::first_name(), &self.first_name),
            DraftField::new("last_name", t::last_name(), &self.last_name),
            DraftField::new("language", t::language(), locale::language_name(self.language)),
        ]
    }

    fn take(&mut self, key: &str, from: &Self) {
        match key {
            "first_name" => self.first_name.clone_from(&from.first_name),
            "last_name" => self.last_name.clone_from(&from.last_name),
            "language" => self.language = from.language,
            _ => {}
        }
    }
}

#[component]
pub(super) fn PersonForm(current: CurrentSession) -> impl IntoView {
    let (session, toasts) = (Session::expect(), Toasts::expect());
    let draft = PersonDraft::of(&current);
    let (first_name, last_name) = (RwSignal::new(draft.first_name), RwSignal::new(draft.last_name));
    let language = RwSignal::new(draft.language);
    let email = RwSignal::new(current.email.clone());
    let saved = RwSignal::new(current);
    let typed = move || PersonDraft {
        first_name: first_name.get(),
        last_name: last_name.get(),
        language: language.get(),
    };
    let put = move |draft: PersonDraft| {
        first_name.set(draft.first_name);
        last_name.set(draft.last_name);
        language.set(draft.language);
    };
    let changes = move || typed().patch(&saved.with(PersonDraft::of));
    let form = FormState::new(move || changes().violations(), move || typed() != saved.with(PersonDraft::of));
    let send = move || {
        let patch = untrack(changes);
        let etag = Etag::of_version(saved.with_untracked(|saved| saved.version));
        async move {
            let answer = api::patch::<CurrentSession>("/profile", &etag, &patch).await?.value;
            put(PersonDraft::of(&answer));
            saved.set(answer);
            // The whole page follows: the frame shows the name, and the language may be another one.
            session.reload().await;
            toasts.done(t::saved());
            Ok(())
        }
    };
    let languages: Vec<_> =
        Language::ALL.into_iter().map(|one| (one, locale::language_name(one).to_owned())).collect();
    view! {
        <Form state=form send>
            <div class="form-row">
                <TextField
                    label=t::first_name()
                    value=first_name
                    pointer="/first_name"
                    autocomplete="given-name"
                />
                <TextField
                    label=t::last_name()
                    value=last_name
                    pointer="/last_name"
                    autocomplete="family-name"
                />
            </div>
            <TextField label=t::email() value=email kind=TextKind::Email help=t::email_help() disabled=true />
            <SelectField
                label=t::language()
                value=language
                choices=languages
                pointer="/language"
                help=t::language_help()
            />
            <FormActions label=common::save() />
        </Form>
        <StaleMerge
            form
            saved
            draft=move |()| typed()
            on_merge=put
            resend=move |()| form.submit(send)
        />
    }
}
