//! The chain behind one answer: on the screen that asks for it, and behind one's own refusal.

use leptos::prelude::*;
use shared::access::{
    Denial,
    explain::{ExplainFilter, Explanation},
};

use super::{AsyncView, Button, ButtonKind, Chain, Dialog, DialogSize, Icon, IconView};
use crate::{
    api::{self, Loader},
    browser, explanation, locale,
    locales::{explain as t, role_definition::menu_name},
    route::{Place, Route},
};

/// The verdict and the links that lead to it.
#[component]
pub fn ExplanationView(
    /// What the API says.
    chain: Explanation,
    /// Whether it is about the person who reads it.
    is_own: bool,
) -> impl IntoView {
    let (title, why) = explanation::verdict(&chain, is_own, locale::current());
    let (class, icon) = if chain.allowed {
        ("verdict verdict-allowed", Icon::Check)
    } else {
        ("verdict verdict-denied", Icon::Lock)
    };
    let several = chain.roles.len() > 1;
    view! {
        <div class="stack">
            <div class=class role="status">
                <IconView icon />
                <div class="verdict-text">
                    <p class="verdict-title">{title}</p>
                    {why.map(|why| view! { <p>{why}</p> })}
                </div>
            </div>
            <Chain label=t::chain() links=explanation::links(&chain) />
            <p class="muted chain-note">
                {t::on_day(&locale::date(chain.day))} {several.then(|| format!(" {}", t::one_role_is_enough()))}
            </p>
        </div>
    }
}

/// Offers the chain behind a refusal of one's own.
// `AnyView`, since the chain is loaded by a part that shows refusals itself.
#[component]
pub fn Why(
    /// The refusal.
    denial: Denial,
) -> AnyView {
    let open = RwSignal::new(false);
    let title = t::why_title(t::operation(denial.operation), &menu_name(denial.menu));
    view! {
        <Button label=t::why() kind=ButtonKind::Quiet icon=Icon::Info on_press=move |()| open.set(true) />
        <Dialog title=Signal::stored(title) open size=DialogSize::Medium>
            <WhyChain denial=denial.clone() />
        </Dialog>
    }
    .into_any()
}

#[component]
fn WhyChain(denial: Denial) -> impl IntoView {
    let (menu, operation) = (denial.menu, denial.operation);
    // On the page of a project, it is this project that was asked for.
    let project = match Route::parse(Place::split(&browser::path()).1) {
        Some(Route::Project(id, _)) if menu.is_of_project() => Some(id),
        _ => None,
    };
    let chain = Loader::new(move || {
        let filter = ExplainFilter { user: None, menu, operation, project };
        let query = serde_urlencoded::to_string(filter).unwrap_or_default();
        async move { api::get::<Explanation>(&format!("/access/explain?{query}")).await }
    });
    view! { <AsyncView loader=chain view=|chain| view! { <ExplanationView chain is_own=true /> } /> }
}
