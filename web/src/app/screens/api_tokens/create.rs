//! A new token: its name, how long it works, from where, and what it may do.

use chrono::{Days, NaiveDate};
use leptos::prelude::*;
use shared::{
    Check as _, Violation, ViolationCode,
    api_token::{ApiTokenOptions, CreatedApiToken, NewApiToken as New},
    check::Violations,
    role::Grants,
};

use super::{
    draft::ranges_of,
    scopes::{Scopes, board},
    secret::Secret,
};
use crate::{
    api::{self, Loader},
    locales::{api_tokens as t, profile},
    navigation::Go,
    route::Route,
    ui::{
        AsyncView, Crumb, Form, FormActions, FormState, Page, SelectField, TextArea, TextField, TextKind,
        Toasts,
    },
};

/// How long a token is to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Span {
    Days(u64),
    Until,
}

/// The screen.
#[component]
pub fn NewApiToken() -> impl IntoView {
    let options = Loader::new(|| api::get::<ApiTokenOptions>("/profile/api-tokens/options"));
    let made = RwSignal::new(None::<String>);
    let crumbs = vec![
        Crumb { label: profile::title().to_owned(), href: Some(Route::Profile.href()) },
        Crumb { label: t::title().to_owned(), href: Some(Route::ApiTokens.href()) },
    ];
    let title =
        Signal::derive(move || if made.with(Option::is_some) { t::created() } else { t::add() }.to_owned());
    view! {
        <Page title crumbs>
            {move || match made.get() {
                Some(secret) => view! { <Secret secret /> }.into_any(),
                None => {
                    view! { <AsyncView loader=options view=move |options| view! { <Fields options made /> } /> }
                        .into_any()
                }
            }}
        </Page>
    }
}

#[component]
fn Fields(options: ApiTokenOptions, made: RwSignal<Option<String>>) -> impl IntoView {
    let (toasts, go) = (Toasts::expect(), Go::new());
    let ApiTokenOptions { today, scopes: open } = options;
    let name = RwSignal::new(String::new());
    let span = RwSignal::new(Span::Days(90));
    let last_day = RwSignal::new(String::new());
    let ranges = RwSignal::new(String::new());
    let checked = RwSignal::new(Grants::new());
    let draft = move || draft(today, &name.get(), span.get(), &last_day.get(), &ranges.get(), checked.get());
    let violations = move || match draft() {
        Ok(new) => new.violations(),
        Err(violation) => Violations(vec![("/expires_on".to_owned(), violation)]),
    };
    let dirty = move || {
        // All are read, so that all are tracked.
        [name, ranges].map(|text| text.with(|text| !text.is_empty())).contains(&true)
            | checked.with(|checked| !checked.is_empty())
    };
    let form = FormState::new(violations, dirty);
    let board = board(checked, Signal::stored(open), Signal::stored(None), form);
    let send = move || {
        let new = untrack(draft);
        async move {
            let Ok(new) = new else { return Ok(()) };
            let created: CreatedApiToken = api::post("/profile/api-tokens", &new).await?;
            toasts.done(t::created());
            form.forget();
            checked.set(Grants::new());
            made.set(Some(created.secret.unwrap_or_default()));
            Ok(())
        }
    };
    let spans = vec![
        (Span::Days(30), t::days_30().to_owned()),
        (Span::Days(90), t::days_90().to_owned()),
        (Span::Days(365), t::one_year().to_owned()),
        (Span::Until, t::on_a_day().to_owned()),
    ];
    view! {
        <Form state=form send>
            <div class="measure stack">
                <TextField label=t::name() value=name pointer="/name" help=t::name_help() autofocus=true />
                <SelectField label=t::expires() value=span choices=spans pointer="/expires_on" />
                <Show when=move || span.get() == Span::Until>
                    <TextField
                        label=t::last_day()
                        value=last_day
                        kind=TextKind::Date
                        pointer="/expires_on"
                        help=t::last_day_help()
                    />
                </Show>
                <TextArea
                    label=t::ranges()
                    value=ranges
                    pointer="/address_ranges"
                    optional=true
                    help=t::ranges_help()
                />
            </div>
            <Scopes board />
            <FormActions label=t::add() on_cancel=move |()| go.to(&Route::ApiTokens) />
        </Form>
    }
}

/// What is typed, as a token to be made; the violation where it has no last day.
fn draft(
    today: NaiveDate,
    name: &str,
    span: Span,
    last_day: &str,
    ranges: &str,
    scopes: Grants,
) -> Result<New, Violation> {
    let expires_on = match span {
        Span::Days(days) => today + Days::new(days),
        Span::Until => {
            last_day.parse().map_err(|_| Violation::new(ViolationCode::Required, "A last day is needed."))?
        }
    };
    Ok(New { name: name.to_owned(), expires_on, scopes, address_ranges: ranges_of(ranges) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_made_of_what_is_typed() {
        let today: NaiveDate = "2026-03-02".parse().unwrap();
        let made = |span, last_day: &str| {
            draft(today, "Reports", span, last_day, " 203.0.113.0/24 \n\n192.0.2.7\n", Grants::new())
        };
        let new = made(Span::Days(30), "").unwrap();
        assert_eq!(new.expires_on.to_string(), "2026-04-01");
        assert_eq!(new.address_ranges, ["203.0.113.0/24", "192.0.2.7"]);
        assert_eq!(made(Span::Until, "2026-05-01").unwrap().expires_on.to_string(), "2026-05-01");
        assert_eq!(made(Span::Until, "").unwrap_err().code, ViolationCode::Required);
    }
}
