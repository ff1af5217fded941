//! One of one's own tokens, changed: its name, from where it may be used, and what it may do. How long it works is
//! decided when it is made.

use leptos::prelude::*;
use shared::{
    Check as _,
    api_token::{ApiToken, ApiTokenOptions, ApiTokenState, Scopes as Chosen},
    ids::ApiTokenId,
};

use super::{
    badges,
    draft::{TokenDraft, ranges_of},
    scopes::{Scopes, board},
};
use crate::{
    api::{self, Etag, Loader},
    locale,
    locales::{api_tokens as t, common, profile},
    merge::{Draft as _, StaleMerge},
    navigation::Go,
    route::Route,
    ui::{
        AsyncView, Crumb, Form, FormActions, FormState, LinkButton, Notice, Page, TextArea, TextField,
        Toasts, Tone,
    },
};

/// The screen.
#[component]
pub fn EditApiToken(
    /// Which one.
    id: ApiTokenId,
) -> impl IntoView {
    let loader = Loader::new(move || async move {
        let token = api::get::<ApiToken>(&path(id)).await?;
        Ok((token, api::get::<ApiTokenOptions>("/profile/api-tokens/options").await?))
    });
    let crumbs = vec![
        Crumb { label: profile::title().to_owned(), href: Some(Route::Profile.href()) },
        Crumb { label: t::title().to_owned(), href: Some(Route::ApiTokens.href()) },
    ];
    let title = Signal::derive(move || {
        loader.value().map_or_else(|| t::change().to_owned(), |(token, _)| t::change_of(&token.name))
    });
    view! {
        <Page title crumbs>
            <AsyncView
                loader
                view=|(token, options): (ApiToken, ApiTokenOptions)| {
                    match token.state {
                        ApiTokenState::Active | ApiTokenState::Idle => {
                            view! { <Fields token options /> }.into_any()
                        }
                        ApiTokenState::Expired | ApiTokenState::Revoked => view! { <Over /> }.into_any(),
                    }
                }
            />
        </Page>
    }
}

fn path(id: ApiTokenId) -> String {
    format!("/profile/api-tokens/{id}")
}

/// A token that works no more.
#[component]
fn Over() -> impl IntoView {
    view! {
        <div class="measure stack">
            <Notice tone=Tone::Info title=t::over()>
                <p>{t::over_text()}</p>
            </Notice>
            <div>
                <LinkButton href=Route::ApiTokens.href() label=t::back() />
            </div>
        </div>
    }
}

#[component]
fn Fields(token: ApiToken, options: ApiTokenOptions) -> impl IntoView {
    let (toasts, go) = (Toasts::expect(), Go::new());
    let start = TokenDraft::of(&token);
    let (name, ranges) = (RwSignal::new(start.name), RwSignal::new(start.ranges.join("\n")));
    let checked = RwSignal::new(start.scopes);
    let id = token.id;
    let marks = badges(&token);
    let works_until = t::works_until(&locale::date(token.expires_on));
    let saved = RwSignal::new(token);
    let base = Memo::new(move |_| saved.with(TokenDraft::of));
    // What the token has stays in reach where its person has lost it meanwhile: it may come back.
    let open = Signal::derive(move || base.with(|base| both(&options.scopes, &base.scopes)));
    let draft = Memo::new(move |_| TokenDraft {
        name: name.get(),
        ranges: ranges.with(|text| ranges_of(text)),
        scopes: checked.get(),
    });
    let put = move |draft: TokenDraft| {
        name.set(draft.name);
        ranges.set(draft.ranges.join("\n"));
        checked.set(draft.scopes);
    };
    let changes = move || draft.with(|draft| base.with(|base| draft.patch(base)));
    let form = FormState::new(
        move || changes().violations(),
        move || draft.with(|draft| base.with(|base| draft != base)),
    );
    let before = Signal::derive(move || Some(base.with(|base| base.scopes.clone())));
    let board = board(checked, open, before, form);
    let send = {
        let go = go.clone();
        move || {
            let (patch, go) = (untrack(changes), go.clone());
            let etag = Etag::of_version(saved.with_untracked(|saved| saved.version));
            async move {
                let answer = api::patch::<ApiToken>(&path(id), &etag, &patch).await?.value;
                toasts.done(t::changed(&answer.name));
                put(TokenDraft::of(&answer));
                saved.set(answer);
                form.forget();
                go.to(&Route::ApiTokens);
                Ok(())
            }
        }
    };
    let resend = {
        let send = send.clone();
        move |()| form.submit(send.clone())
    };
    view! {
        <Form state=form send>
            <div class="measure stack">
                <p class="token-facts">
                    {marks} <span class="muted">{works_until} " " {t::until_help()}</span>
                </p>
                <TextField label=t::name() value=name pointer="/name" help=t::name_help() />
                <TextArea
                    label=t::ranges()
                    value=ranges
                    pointer="/address_ranges"
                    optional=true
                    help=t::ranges_help()
                />
            </div>
            <Scopes board />
            <FormActions label=common::save() on_cancel=move |()| go.to(&Route::ApiTokens) />
        </Form>
        <StaleMerge form saved draft=move |()| draft.get() on_merge=put resend />
    }
}

/// What is in one of them.
fn both(one: &Chosen, other: &Chosen) -> Chosen {
    let mut both = one.clone();
    for (menu, operations) in other {
        let held = both.entry(*menu).or_default();
        *held = held.union(*operations);
    }
    both
}

#[cfg(test)]
mod tests {
    use shared::{Menu, Operation, Operations};

    use super::*;

    #[test]
    fn what_a_token_has_stays_in_reach() {
        let view = Operations::VIEW;
        let more = view.with(Operation::Update);
        let may = Chosen::from([(Menu::Home, view), (Menu::Users, view)]);
        let has = Chosen::from([(Menu::Users, more), (Menu::Projects, view)]);
        let expected = Chosen::from([(Menu::Home, view), (Menu::Users, more), (Menu::Projects, view)]);
        assert_eq!(both(&may, &has), expected);
    }
}
