//! The role that is open: a saved one, or one that is being made.

use leptos::prelude::*;
use shared::{Menu, Operation, role::Role};

use super::{
    Desk,
    body::Body,
    dialogs::{CopyDialog, DeleteDialog},
    draft::RoleDraft,
    editor::Editor,
    list::holders_in_words,
};
use crate::{
    api,
    locales::{common, role_definition as t},
    merge::StaleMerge,
    navigation::Go,
    route::Route,
    session::Session,
    ui::{Badge, Button, Icon, Menu as ActionMenu, MenuEntry, Notice, Toasts, Tone},
};

/// A saved role.
#[component]
pub(super) fn Detail(role: Role, desk: Desk) -> impl IntoView {
    let session = Session::expect();
    let may_change = untrack(|| session.may(Menu::RoleDefinition, Operation::Update));
    let saved = RwSignal::new(role);
    let editor = Editor::of(saved, desk.types.get_value(), may_change);
    let toasts = Toasts::expect();
    let send = move || {
        let (draft, role) = (editor.draft.get_untracked(), saved.get_untracked());
        let patch = draft.patch(&editor.base.get_untracked());
        async move {
            let etag = api::Etag::of_version(role.version);
            let answer = api::patch::<Role>(&format!("/roles/{}", role.id), &etag, &patch).await?.value;
            saved.set(answer.clone());
            desk.put(answer);
            // What was pressed while the answer was on its way stays, to be saved next.
            if editor.draft.get_untracked() == draft {
                editor.discard();
            }
            toasts.done(common::saved());
            // The role may be one's own.
            session.reload().await;
            Ok(())
        }
    };
    let title = Signal::derive(move || saved.with(|role| role.name.clone()));
    let marks = move || view! { <Marks role=saved.into() editor /> };
    let actions = move || view! { <Actions role=saved.into() editor desk /> };
    view! {
        <Body editor desk title marks actions label=common::save() send />
        <StaleMerge<RoleDraft>
            form=editor.form
            saved
            draft=move |()| editor.draft.get()
            on_merge=move |draft: RoleDraft| editor.take(&draft)
            resend=move |()| editor.form.submit(send)
        />
    }
}

/// A role that is being made.
#[component]
pub(super) fn NewRole(desk: Desk) -> impl IntoView {
    // Most roles have the licence of the one that new users get.
    let licence = desk.roles.with_untracked(|roles| {
        roles.iter().find(|role| role.default_for_new_users).map(|role| role.licence_type.clone())
    });
    let lowest = || desk.types.with_value(|types| types.last().map(|one| one.key.clone()));
    let editor = Editor::of_new(licence.or_else(lowest).unwrap_or_default(), desk.types.get_value());
    let (go, toasts) = (Go::new(), Toasts::expect());
    let send = move || {
        let (go, new) = (go.clone(), editor.draft.with_untracked(RoleDraft::new_role));
        async move {
            let role = api::post::<Role>("/roles", &new).await?;
            toasts.done(t::copied(&role.name));
            let route = Route::Role(role.id);
            desk.put(role);
            go.instead_to(&route);
            Ok(())
        }
    };
    view! { <Body editor desk title=t::new_title() marks=|| () actions=|| () label=t::create() send /> }
}

/// What there is to know beside the name.
#[component]
fn Marks(role: Signal<Role>, editor: Editor) -> impl IntoView {
    let is_default = Memo::new(move |_| role.with(|role| role.default_for_new_users));
    let invalid =
        Memo::new(move |_| role.with(|role| (!role.licence_valid).then(|| role.licence_type.clone())));
    view! {
        <p class="role-holders">{move || role.with(|role| holders_in_words(role.holders))}</p>
        {move || is_default.get().then(|| view! { <Badge label=t::default_badge() tone=Tone::Accent /> })}
        {move || {
            invalid
                .get()
                .map(|licence| {
                    let hint = t::licence_invalid_text(&editor.name_of(&licence));
                    view! { <Badge label=t::licence_invalid() tone=Tone::Warning dot=true hint /> }
                })
        }}
    }
}

#[component]
fn Actions(role: Signal<Role>, editor: Editor, desk: Desk) -> impl IntoView {
    let session = Session::expect();
    let may = move |operation| untrack(|| session.may(Menu::RoleDefinition, operation));
    let (copying, deleting) = (RwSignal::new(false), RwSignal::new(false));
    let reason = Signal::derive(move || editor.form.dirty().get().then(|| t::save_first().to_owned()));
    let entries = move |()| vec![MenuEntry::danger(Icon::Trash, t::delete(), move || deleting.set(true))];
    view! {
        {may(Operation::Insert)
            .then(|| {
                view! {
                    <Button label=t::copy() icon=Icon::Copy reason on_press=move |()| copying.set(true) />
                    <CopyDialog role desk open=copying />
                }
            })}
        {may(Operation::Delete)
            .then(|| {
                view! {
                    <ActionMenu label=common::more_actions() entries />
                    <DeleteDialog role desk open=deleting />
                }
            })}
    }
}

/// Why a role cannot be changed by this person.
pub(super) fn read_only_notice(editor: Editor) -> Option<impl IntoView> {
    (!editor.may_change).then(|| {
        view! {
            <Notice tone=Tone::Info title=t::read_only()>
                <p>{t::read_only_text()}</p>
            </Notice>
        }
    })
}
