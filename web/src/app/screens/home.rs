//! Home: one's projects at a glance, and what one may begin from here. Nothing is offered that would be refused.

mod mine;
mod starts;

use chrono::Timelike as _;
use leptos::prelude::*;
use shared::{Menu, Operation};

use self::{mine::Mine, starts::Starts};
use super::projects::NewProjectDialog;
use crate::{
    browser, locale,
    locales::home as t,
    session::{Can, Session},
    ui::{Notice, Page, Tone},
};

/// The screen of the menu `home`.
#[component]
pub fn Home() -> impl IntoView {
    let session = Session::expect();
    let name = Memo::new(move |_| session.current().map(|current| current.first_name).unwrap_or_default());
    let creating = RwSignal::new(false);
    // Somebody with roles whose permissions are empty, or with none at all: the frame shows which roles are idle.
    let has_nothing = Memo::new(move |_| {
        session.current().is_some_and(|current| {
            !current.company_admin
                && !current.permissions.iter().any(|(menu, held)| *menu != Menu::Home && held.view)
        })
    });
    view! {
        <Page title=Signal::derive(move || greeting(&name.get()))>
            <div class="home">
                <p class="home-date muted">{today()}</p>
                <Show when=move || has_nothing.get()>
                    <Notice tone=Tone::Warning title=t::nothing_granted()>
                        <p>{t::nothing_granted_text()}</p>
                    </Notice>
                </Show>
                <Can menu=Menu::MyProjects operation=Operation::View>
                    <Mine />
                </Can>
                <Starts creating />
            </div>
            <NewProjectDialog open=creating />
        </Page>
    }
}

fn greeting(name: &str) -> String {
    match browser::local_time(browser::now()).hour() {
        5..=11 => t::good_morning(name),
        12..=18 => t::good_afternoon(name),
        _ => t::good_evening(name),
    }
}

fn today() -> String {
    let today = browser::local_time(browser::now()).date();
    format!("{}, {}", locale::weekday(today), locale::date(today))
}
