//! General Data: what the organization says of itself, and its settings.

mod draft;
mod regions;

use leptos::prelude::*;
use shared::{
    Language, Menu, Operation,
    general_data::{GeneralData as Data, PASSWORD_MINIMUM_ADVISED},
};

use self::draft::{Fields, GeneralDraft};
use crate::{
    api::{self, Loader},
    locale,
    locales::{common, general_data as t, pictures},
    merge::{Draft as _, StaleMerge},
    session::Session,
    ui::{
        AsyncView, Form, FormActions, FormState, Notice, Page, PictureField, SearchSelect, Section,
        SelectField, Switch, TextField, TextKind, Toasts, Tone,
    },
};

const PATH: &str = "/general-data";
const LOGO: &str = "/general-data/logo";

/// The screen of the menu `general_data`.
#[component]
pub fn GeneralData() -> impl IntoView {
    let data = Loader::new(|| api::get::<Data>(PATH));
    view! {
        <Page title=t::title()>
            <div class="measure">
                <AsyncView loader=data view=|data| view! { <Editor data /> } />
            </div>
        </Page>
    }
}

#[component]
fn Editor(data: Data) -> impl IntoView {
    let (session, toasts) = (Session::expect(), Toasts::expect());
    let saved = RwSignal::new(data.clone());
    let fields = Fields::new(GeneralDraft::of(&data));
    let changes = move || fields.get().patch(&saved.with(GeneralDraft::of));
    let form = FormState::new(move || changes().1, move || fields.get() != saved.with(GeneralDraft::of));
    let may_update = Memo::new(move |_| session.may(Menu::GeneralData, Operation::Update));
    let fixed = Signal::derive(move || !may_update.get());
    let send = move || {
        let patch = untrack(changes).0;
        let etag = api::Etag::of_version(saved.with_untracked(|saved| saved.version));
        async move {
            let answer = api::patch::<Data>(PATH, &etag, &patch).await?;
            fields.set(GeneralDraft::of(&answer.value));
            saved.set(answer.value);
            toasts.done(t::saved());
            // The frame shows the organization's name, and screens go by its settings.
            session.reload().await;
            Ok(())
        }
    };
    let give_up = move |()| fields.set(saved.with_untracked(GeneralDraft::of));
    let send_logo = move |file: Option<Vec<u8>>| async move {
        let etag = api::Etag::of_version(saved.with_untracked(|saved| saved.version));
        saved.set(api::replace_file::<Data>(LOGO, &etag, file).await?.value);
        // The frame shows it, too.
        session.reload().await;
        Ok(())
    };
    let logo = Signal::derive(move || saved.with(|saved| saved.logo));
    view! {
        <Show when=move || fixed.get()>
            <div class="form-notice">
                <Notice tone=Tone::Info title=t::read_only()>
                    <p>{t::read_only_text()}</p>
                </Notice>
            </div>
        </Show>
        <Show when=move || may_update.get()>
            <Section title=pictures::logo() text=pictures::logo_text()>
                <PictureField current=logo whole=true send=send_logo />
            </Section>
        </Show>
        <Form state=form send>
            <Section title=t::company() text=t::company_text()>
                <Company fields fixed />
            </Section>
            <Section title=t::locale() text=t::locale_text()>
                <Region fields fixed />
            </Section>
            <Section title=t::security() text=t::security_text()>
                <Security fields fixed />
            </Section>
            <Show when=move || may_update.get()>
                <SaveBar form give_up=give_up />
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

/// Stays at the window's edge while there is something to save, since the form is longer than the window.
#[component]
fn SaveBar(form: FormState, #[prop(into)] give_up: Callback<()>) -> impl IntoView {
    view! {
        <div class="form-bar" class:form-bar-on=move || form.dirty().get()>
            <FormActions label=common::save() on_cancel=give_up />
        </div>
    }
}

#[component]
fn Company(fields: Fields, fixed: Signal<bool>) -> impl IntoView {
    let countries = regions::countries(t::no_country(), &fields.country.get_untracked());
    view! {
        <TextField label=t::name() value=fields.name pointer="/name" disabled=fixed />
        <TextField label=t::street() value=fields.street pointer="/street" optional=true disabled=fixed />
        <div class="form-row">
            <TextField label=t::city() value=fields.city pointer="/city" optional=true disabled=fixed />
            <SearchSelect
                label=t::country()
                value=fields.country
                choices=countries
                pointer="/country"
                optional=true
                disabled=fixed
            />
        </div>
        <div class="form-row">
            <TextField
                label=t::email()
                value=fields.email
                pointer="/email"
                kind=TextKind::Email
                optional=true
                disabled=fixed
            />
            <TextField label=t::phone() value=fields.phone pointer="/phone" optional=true disabled=fixed />
        </div>
    }
}

#[component]
fn Region(fields: Fields, fixed: Signal<bool>) -> impl IntoView {
    let languages: Vec<_> =
        Language::ALL.into_iter().map(|one| (one, locale::language_name(one).to_owned())).collect();
    let weekdays: Vec<_> = t::weekdays().into_iter().map(|(day, name)| (day, name.to_owned())).collect();
    let zones = regions::time_zones(&fields.time_zone.get_untracked());
    let currencies = regions::currencies(&fields.currency.get_untracked());
    let time_there = move || regions::time_in(&fields.time_zone.get()).map(|time| t::time_there(&time));
    view! {
        <div class="stack-tight">
            <SearchSelect
                label=t::time_zone()
                value=fields.time_zone
                choices=zones
                pointer="/time_zone"
                help=t::time_zone_help()
                disabled=fixed
            />
            <p class="field-help field-note numeric">{time_there}</p>
        </div>
        <div class="form-row">
            <SearchSelect
                label=t::currency()
                value=fields.currency
                choices=currencies
                pointer="/currency"
                disabled=fixed
            />
            <SelectField
                label=t::first_weekday()
                value=fields.first_weekday
                choices=weekdays
                pointer="/first_weekday"
                disabled=fixed
            />
        </div>
        <SelectField
            label=t::language()
            value=fields.language
            choices=languages
            pointer="/language"
            help=t::language_help()
            disabled=fixed
        />
    }
}

#[component]
fn Security(fields: Fields, fixed: Signal<bool>) -> impl IntoView {
    let is_short = Memo::new(move |_| {
        let length = fields.minimum_password_length.with(|text| text.trim().parse::<i16>());
        length.is_ok_and(|length| length < PASSWORD_MINIMUM_ADVISED)
    });
    view! {
        <TextField
            label=t::password_length()
            value=fields.minimum_password_length
            pointer="/minimum_password_length"
            kind=TextKind::Number
            help=t::password_length_help()
            disabled=fixed
        />
        <Show when=move || is_short.get()>
            <Notice tone=Tone::Warning title=t::password_warning(PASSWORD_MINIMUM_ADVISED)>
                <p>{t::password_warning_text(PASSWORD_MINIMUM_ADVISED)}</p>
            </Notice>
        </Show>
        <TextField
            label=t::upload()
            value=fields.maximum_upload_megabytes
            pointer="/maximum_upload_megabytes"
            kind=TextKind::Number
            help=t::upload_help()
            disabled=fixed
        />
        <Switch
            label=t::members_see_money()
            value=fields.members_see_money
            pointer="/members_see_money"
            help=t::members_see_money_help()
            disabled=fixed
        />
        <Switch
            label=t::invitations()
            value=fields.invitations
            pointer="/invitations"
            help=t::invitations_help()
            disabled=fixed
        />
    }
}
