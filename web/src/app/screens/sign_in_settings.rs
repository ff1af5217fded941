//! Sign-in settings: how long sessions last.

mod draft;

use leptos::prelude::*;
use shared::{Menu, Operation, sign_in_settings::SignInSettings as Settings};

use self::draft::{Fields, SettingsDraft, Unit};
use crate::{
    api::{self, Loader},
    locales::{common, sign_in_settings as t},
    merge::{Draft as _, StaleMerge},
    session::Session,
    ui::{
        AsyncView, Form, FormActions, FormState, Notice, Page, Section, SelectField, TextField, TextKind,
        Toasts, Tone,
    },
};

const PATH: &str = "/sign-in-settings";

/// The screen of the menu `sign_in_settings`.
#[component]
pub fn SignInSettings() -> impl IntoView {
    let settings = Loader::new(|| api::get::<Settings>(PATH));
    view! {
        <Page title=t::title()>
            <div class="measure">
                <AsyncView loader=settings view=|settings| view! { <Editor settings /> } />
            </div>
        </Page>
    }
}

#[component]
fn Editor(settings: Settings) -> impl IntoView {
    let (session, toasts) = (Session::expect(), Toasts::expect());
    let saved = RwSignal::new(settings.clone());
    let fields = Fields::new(SettingsDraft::of(&settings));
    let changes = move || fields.get().patch(&saved.get());
    let form = FormState::new(move || changes().1, move || fields.get() != saved.with(SettingsDraft::of));
    let may_update = Memo::new(move |_| session.may(Menu::SignInSettings, Operation::Update));
    let fixed = Signal::derive(move || !may_update.get());
    let shortens = Memo::new(move |_| fields.get().shortens(&saved.get()));
    let send = move || {
        let patch = untrack(changes).0;
        let etag = api::Etag::of_version(saved.with_untracked(|saved| saved.version));
        async move {
            let answer = api::patch::<Settings>(PATH, &etag, &patch).await?;
            fields.set(SettingsDraft::of(&answer.value));
            saved.set(answer.value);
            toasts.done(t::saved());
            Ok(())
        }
    };
    let give_up = move |()| fields.set(saved.with_untracked(SettingsDraft::of));
    view! {
        <Show when=move || fixed.get()>
            <div class="form-notice">
                <Notice tone=Tone::Info title=t::read_only()>
                    <p>{t::read_only_text()}</p>
                </Notice>
            </div>
        </Show>
        <Form state=form send>
            <Section title=t::sessions() text=t::sessions_text()>
                <Span
                    label=t::idle()
                    unit_label=t::idle_unit()
                    help=t::idle_help()
                    amount=fields.idle
                    unit=fields.idle_unit
                    pointer="/session_idle_minutes"
                    fixed
                />
                <Span
                    label=t::lifetime()
                    unit_label=t::lifetime_unit()
                    help=t::lifetime_help()
                    amount=fields.lifetime
                    unit=fields.lifetime_unit
                    pointer="/session_lifetime_minutes"
                    fixed
                />
                <Show when=move || shortens.get()>
                    <Notice tone=Tone::Warning title=t::shorter()>
                        <p>{t::shorter_text()}</p>
                    </Notice>
                </Show>
            </Section>
            <Show when=move || may_update.get()>
                <div class="form-bar" class:form-bar-on=move || form.dirty().get()>
                    <FormActions label=common::save() on_cancel=give_up />
                </div>
            </Show>
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

/// A span of time: so many of a unit.
#[component]
fn Span(
    label: &'static str,
    unit_label: &'static str,
    help: &'static str,
    amount: RwSignal<String>,
    unit: RwSignal<Unit>,
    pointer: &'static str,
    fixed: Signal<bool>,
) -> impl IntoView {
    let units: Vec<_> = Unit::ALL.into_iter().map(|unit| (unit, unit.name().to_owned())).collect();
    view! {
        <div class="form-row">
            <TextField label value=amount pointer kind=TextKind::Number help disabled=fixed />
            <SelectField label=unit_label value=unit choices=units disabled=fixed />
        </div>
    }
}
