//! Every part in every state, for eyes, for axe, and for those who build the next screen.

mod controls;
mod floating;
mod lists;
mod signs;

use leptos::prelude::*;

use crate::{locales::gallery as t, ui::Page};

/// The gallery, at `/_gallery`.
#[component]
pub fn Gallery() -> impl IntoView {
    view! {
        <Page title=t::title()>
            <p class="muted">{t::text()}</p>
            <Section title=t::actions()>{controls::actions()}</Section>
            <Section title=t::fields()>{controls::fields()}</Section>
            <Section title=t::choices()>{controls::choices()}</Section>
            <Section title=t::form()>{controls::form()}</Section>
            <Section title=t::people()>{signs::people()}</Section>
            <Section title=t::chain()>{signs::chain()}</Section>
            <Section title=t::tones()>{signs::tones()}</Section>
            <Section title=t::loading()>{signs::loading()}</Section>
            <Section title=t::floating()>{floating::floating()}</Section>
            <Section title=t::differences()>{floating::differences()}</Section>
            <Section title=t::tabs()>{floating::tabs()}</Section>
            <Section title=t::table()>{lists::table()}</Section>
            <Section title=t::icons()>{signs::icons()}</Section>
        </Page>
    }
}

#[component]
fn Section(title: &'static str, children: Children) -> impl IntoView {
    view! {
        <section class="card stack" aria-label=title>
            <h2 class="section-title">{title}</h2>
            {children()}
        </section>
    }
}
