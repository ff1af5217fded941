//! How an operator enrols: by a secret that works once, a password, and a first code.

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};
use shared::{
    Check as _,
    console::{Enrolment, EnrolmentPreview, EnrolmentSecret},
    general_data::PASSWORD_MINIMUM_ADVISED,
};

use super::route::Route;
use crate::{
    api::{self, Load, Loader},
    browser,
    frame::{Entrance, EntranceHead},
    locales::{common, console as t},
    ui::{
        Copyable, FailureNotice, Form, FormState, Link, LinkButton, NewPasswordField, Notice, SkeletonText,
        SubmitButton, TextField, Tone,
    },
};

#[component]
pub(super) fn Enrol() -> impl IntoView {
    browser::set_title(&common::page_title(t::enrol_title()));
    let secret = RwSignal::new(browser::fragment());
    let is_done = RwSignal::new(false);
    let body = move || {
        if is_done.get() {
            return view! { <Done /> }.into_any();
        }
        let secret_now = secret.get();
        if secret_now.is_empty() {
            view! { <Ask secret /> }.into_any()
        } else {
            view! { <Known secret=secret_now asked=secret is_done /> }.into_any()
        }
    };
    view! { <Entrance>{body}</Entrance> }
}

/// Asks for the secret, where the address does not say it.
#[component]
fn Ask(secret: RwSignal<String>) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let given = move || EnrolmentSecret { enrolment: typed.get().trim().to_owned() };
    let form = FormState::new(move || given().violations(), || false);
    let send = move || {
        let given = untrack(given);
        async move {
            secret.set(given.enrolment);
            Ok(())
        }
    };
    view! {
        <EntranceHead title=t::enrol_title() text=t::enrol_text() />
        <Form state=form send>
            <TextField
                label=t::enrol_secret()
                value=typed
                pointer="/enrolment"
                help=t::enrol_secret_help()
                autofocus=true
            />
            <div class="entrance-actions">
                <SubmitButton label=t::enrol_next() busy=form.busy() />
            </div>
        </Form>
        <p class="entrance-help">
            <Link href=Route::Backups.href()>{t::to_sign_in()}</Link>
        </p>
    }
}

#[component]
fn Known(
    secret: String,
    /// Emptied, where the secret opens nothing.
    asked: RwSignal<String>,
    is_done: RwSignal<bool>,
) -> impl IntoView {
    let shown = secret.clone();
    let preview = Loader::new(move || {
        let given = EnrolmentSecret { enrolment: shown.clone() };
        async move { api::post::<EnrolmentPreview>("/enrolments/preview", &given).await }
    });
    move || match preview.get() {
        Load::Waiting => view! { <SkeletonText lines=6 /> }.into_any(),
        Load::Failed(failure) => {
            let is_passing = failure.is_passing();
            view! {
                <EntranceHead title=t::enrol_title() text=t::enrol_text() />
                <FailureNotice failure on_retry=move |()| preview.reload() />
                {(!is_passing).then(|| view! { <p class="muted">{t::enrol_again_text()}</p> })}
                <p class="entrance-help">
                    <button type="button" class="link-button" on:click=move |_| asked.set(String::new())>
                        {t::enrolling()}
                    </button>
                </p>
            }
            .into_any()
        }
        Load::Ready(known) => view! { <Choose secret=secret.clone() known is_done /> }.into_any(),
    }
}

#[component]
fn Choose(secret: String, known: EnrolmentPreview, is_done: RwSignal<bool>) -> impl IntoView {
    let (password, code) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let enrolment = move || Enrolment {
        enrolment: secret.clone(),
        password: password.get(),
        code: code.get().split_whitespace().collect(),
    };
    let checked = enrolment.clone();
    let form = FormState::new(move || checked().violations(), || false);
    let send = move || {
        let enrolment = untrack(&enrolment);
        async move {
            api::post::<()>("/enrolments", &enrolment).await?;
            is_done.set(true);
            Ok(())
        }
    };
    let by_hand = by_hand(&known.otpauth_url);
    view! {
        <EntranceHead title=t::enrol_title() text=t::enrol_text_for(&known.name, &known.email) />
        <Form state=form send>
            // Password stores need to know whose password this is.
            <input
                class="visually-hidden"
                type="text"
                autocomplete="username"
                tabindex="-1"
                aria-hidden="true"
                readonly
                prop:value=known.email
            />
            <NewPasswordField
                label=t::new_password()
                value=password
                pointer="/password"
                minimum=PASSWORD_MINIMUM_ADVISED
                autofocus=true
            />
            <section class="stack-tight">
                <h2 class="section-title">{t::enrol_scan()}</h2>
                <p class="muted">{t::enrol_scan_text()}</p>
                {picture(&known.otpauth_url)}
                <Copyable label=t::enrol_by_hand() text=by_hand />
            </section>
            <TextField
                label=t::code()
                value=code
                pointer="/code"
                autocomplete="one-time-code"
                help=t::code_help()
            />
            <div class="entrance-actions">
                <SubmitButton label=t::enrol() busy=form.busy() />
            </div>
        </Form>
    }
}

#[component]
fn Done() -> impl IntoView {
    view! {
        <EntranceHead title=t::enrol_done() text="" />
        <Notice tone=Tone::Good title=t::enrol_done()>
            <p>{t::enrol_done_text()}</p>
        </Notice>
        <div class="entrance-actions">
            <LinkButton href=Route::Backups.href() label=t::to_sign_in() />
        </div>
    }
}

/// The secret within the address that authenticators read.
fn by_hand(otpauth_url: &str) -> String {
    let query = otpauth_url.split_once('?').map_or("", |(_, query)| query);
    query.split('&').find_map(|pair| pair.strip_prefix("secret=")).unwrap_or_default().to_owned()
}

/// It as a picture. What is too long for one is typed in by hand.
fn picture(text: &str) -> Option<impl IntoView + use<>> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    // A quiet frame of four modules, by which cameras find it.
    let (size, frame) = (code.size(), 4);
    let dark: Vec<String> = (0..size)
        .flat_map(|y| (0..size).map(move |x| (x, y)))
        .filter(|(x, y)| code.get_module(*x, *y))
        .map(|(x, y)| format!("M{} {}h1v1h-1z", x + frame, y + frame))
        .collect();
    let all = size + 2 * frame;
    Some(view! {
        <svg
            class="enrol-picture"
            viewBox=format!("0 0 {all} {all}")
            shape-rendering="crispEdges"
            role="img"
            aria-label=t::enrol_picture()
        >
            <path d=dark.concat()></path>
        </svg>
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_read_out_of_the_address() {
        let url = "otpauth://totp/Portico:ada%40ops.example?secret=JBSWY3DPEHPK3PXP&issuer=Portico";
        assert_eq!(by_hand(url), "JBSWY3DPEHPK3PXP");
        assert_eq!(by_hand("otpauth://totp/x"), "");
    }
}
