//! Changing the ticked people together: what is to be done, what becomes of each, and then the change itself.

use leptos::prelude::*;
use shared::{
    Language, Menu, Operation,
    ids::{RoleId, UserId},
    role::RoleChoice,
    user::{
        User,
        many::{BulkDeactivation, BulkUpdate, Fate, ManyUsers, SeenUser},
    },
};
use wasm_bindgen_futures::spawn_local;

use super::fates::Fates;
use crate::{
    api::{self, Failure, Loader, Paged},
    locale,
    locales::{common, many_users as t},
    session::{Can, Session},
    ui::{AsyncView, Button, ButtonKind, Dialog, DialogSize, FailureNotice, SelectField, Selection, Toasts},
};

/// What is done with all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    AddRole,
    RemoveRole,
    Language,
    Deactivate,
    Reactivate,
}

/// The buttons of the bar, which open the dialog.
#[component]
pub(super) fn BulkActions(open: RwSignal<bool>, deed: RwSignal<Option<Deed>>) -> impl IntoView {
    let button = move |one: Deed| {
        view! {
            <Button
                label=one.words()
                on_press=move |()| {
                    deed.set(Some(one));
                    open.set(true);
                }
            />
        }
    };
    view! {
        <Can menu=Menu::Users operation=Operation::Update>
            {button(Deed::AddRole)} {button(Deed::RemoveRole)} {button(Deed::Language)} {button(Deed::Reactivate)}
        </Can>
        <Can menu=Menu::Users operation=Operation::Delete>{button(Deed::Deactivate)}</Can>
    }
}

impl Deed {
    fn words(self) -> &'static str {
        match self {
            Self::AddRole => t::add_role(),
            Self::RemoveRole => t::remove_role(),
            Self::Language => t::set_language(),
            Self::Deactivate => t::deactivate(),
            Self::Reactivate => t::reactivate(),
        }
    }

    fn title(self, count: i64) -> String {
        match self {
            Self::AddRole => t::title_add_role(count),
            Self::RemoveRole => t::title_remove_role(count),
            Self::Language => t::title_language(count),
            Self::Deactivate => t::title_deactivate(count),
            Self::Reactivate => t::title_reactivate(count),
        }
    }

    /// The verb on the button, with how many it is done to.
    fn verb(self, count: i64) -> String {
        match self {
            Self::Deactivate => t::deactivate_all(count),
            Self::Reactivate => t::reactivate_all(count),
            Self::AddRole | Self::RemoveRole | Self::Language => t::change(count),
        }
    }

    const fn chooses_role(self) -> bool {
        matches!(self, Self::AddRole | Self::RemoveRole)
    }
}

/// The dialog, which stands beside the table and not in its bar: the bar goes with the last ticked row.
#[component]
pub(super) fn BulkDialog(
    selection: Selection<User>,
    list: Paged<User>,
    roles: Signal<Vec<RoleChoice>>,
    open: RwSignal<bool>,
    deed: RwSignal<Option<Deed>>,
) -> impl IntoView {
    let count = move || i64::try_from(selection.count()).unwrap_or(i64::MAX);
    let title = Signal::derive(move || deed.get().map(|deed| deed.title(count())).unwrap_or_default());
    view! {
        <Dialog title open size=DialogSize::Medium>
            {move || {
                deed.get_untracked().map(|deed| view! { <Question deed selection list roles open /> })
            }}
        </Dialog>
    }
}

/// What is sent.
#[derive(Debug, Clone, PartialEq)]
enum Request {
    Update(BulkUpdate),
    Deactivate(BulkDeactivation),
}

impl Request {
    async fn send(self, dry_run: bool) -> Result<ManyUsers, Failure> {
        match self {
            Self::Update(update) => api::post("/users/bulk/update", &BulkUpdate { dry_run, ..update }).await,
            Self::Deactivate(body) => {
                api::post("/users/bulk/deactivate", &BulkDeactivation { dry_run, ..body }).await
            }
        }
    }
}

#[component]
fn Question(
    deed: Deed,
    selection: Selection<User>,
    list: Paged<User>,
    roles: Signal<Vec<RoleChoice>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let (role, language) = (RwSignal::new(None::<RoleId>), RwSignal::new(locale::current()));
    let request = Memo::new(move |_| {
        let seen = |user: &User| SeenUser { id: user.id, version: user.version };
        let people: Vec<SeenUser> = selection.rows().iter().map(seen).collect();
        let update = BulkUpdate { people: people.clone(), ..BulkUpdate::default() };
        if people.is_empty() {
            return None;
        }
        Some(match deed {
            Deed::AddRole => Request::Update(BulkUpdate { add_roles: vec![role.get()?], ..update }),
            Deed::RemoveRole => Request::Update(BulkUpdate { remove_roles: vec![role.get()?], ..update }),
            Deed::Language => Request::Update(BulkUpdate { language: Some(language.get()), ..update }),
            Deed::Reactivate => Request::Update(BulkUpdate { reactivate: true, ..update }),
            Deed::Deactivate => {
                Request::Deactivate(BulkDeactivation { people, ..BulkDeactivation::default() })
            }
        })
    });
    let looked = Loader::new(move || {
        let request = request.get();
        async move {
            match request {
                Some(request) => request.send(true).await.map(Some),
                None => Ok(None),
            }
        }
    });
    let choices = Signal::derive(move || {
        let mut choices = vec![(None, t::choose_role().to_owned())];
        choices.extend(roles.get().into_iter().map(|role| (Some(role.id), role.name)));
        choices
    });
    let languages: Vec<_> =
        Language::ALL.into_iter().map(|one| (one, locale::language_name(one).to_owned())).collect();
    let shown = |many: Option<ManyUsers>| many.map(|many| view! { <Fates many lines=false /> });
    let text = match deed {
        Deed::Deactivate => t::deactivate_text(),
        Deed::Reactivate => t::reactivate_text(),
        _ => t::all_or_nothing(),
    };
    view! {
        <div class="stack">
            <p class="dialog-text">{text}</p>
            {deed.chooses_role().then(|| view! { <SelectField label=t::role() value=role choices /> })}
            {(deed == Deed::Language)
                .then(|| {
                    view! {
                        <SelectField label=t::language() value=language choices=Signal::stored(languages) />
                    }
                })}
            <AsyncView loader=looked view=shown />
            <Actions deed selection list request looked open />
        </div>
    }
}

#[component]
fn Actions(
    deed: Deed,
    selection: Selection<User>,
    list: Paged<User>,
    request: Memo<Option<Request>>,
    looked: Loader<Option<ManyUsers>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let (toasts, session) = (Toasts::expect(), Session::expect());
    let many = Memo::new(move |_| looked.value().flatten());
    let refused = Memo::new(move |_| many.with(|many| many.as_ref().map_or(0, |many| many.refused)));
    let updated = Memo::new(move |_| many.with(|many| many.as_ref().map_or(0, |many| many.updated)));
    let reason = Signal::derive(move || {
        many.with(|many| {
            let many = many.as_ref()?;
            if many.refused > 0 {
                Some(t::refused_first().to_owned())
            } else if many.seats.is_some() {
                Some(t::seats_missing().to_owned())
            } else if many.updated == 0 {
                Some(t::nothing_to_do().to_owned())
            } else {
                None
            }
        })
        .or_else(|| many.with(Option::is_none).then(|| t::choose_role().to_owned()))
    });
    let leave_out = move |()| {
        let refused: Vec<u32> = many.with_untracked(|many| {
            let people = many.iter().flat_map(|many| &many.people);
            people.filter(|one| one.fate == Fate::Refused).map(|one| one.line).collect()
        });
        // The answer counts the people in the order in which they were sent.
        let rows = untrack(|| selection.rows());
        let out: Vec<UserId> = refused
            .iter()
            .filter_map(|line| rows.get(usize::try_from(*line).ok()?).map(|user| user.id))
            .collect();
        selection.keep(|user| !out.contains(&user.id));
    };
    let change = move |()| {
        let Some(request) = request.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let outcome = request.send(false).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(done) => {
                    open.set(false);
                    selection.clear();
                    list.reload();
                    toasts.done(t::done(done.updated));
                    // One of them may be oneself.
                    session.look_again().await;
                }
                Err(refused) => {
                    failure.set(Some(refused));
                    list.reload();
                }
            }
        });
    };
    let kind = if deed == Deed::Deactivate { ButtonKind::Danger } else { ButtonKind::Primary };
    view! {
        {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
        <div class="dialog-actions">
            <Button label=common::cancel() on_press=move |()| open.set(false) />
            <Show when=move || refused.get() != 0>
                <Button label=Signal::derive(move || t::leave_out(refused.get())) on_press=leave_out />
            </Show>
            <Button label=Signal::derive(move || deed.verb(updated.get())) kind busy reason on_press=change />
        </div>
    }
}
