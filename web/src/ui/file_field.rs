//! A file from the person's machine.

use leptos::{ev, prelude::*};

use super::field::{FieldFrame, FieldTie};

/// A field that takes one file.
#[component]
pub fn FileField(
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// Which kinds are offered: `.csv,.xlsx`.
    accept: &'static str,
    /// What to know before choosing.
    #[prop(optional, into)]
    help: Option<String>,
    /// What is wrong.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Whether there has to be one.
    #[prop(default = true)]
    required: bool,
    /// What happens once one is chosen.
    #[prop(into)]
    on_choose: Callback<ev::Event>,
) -> impl IntoView {
    let tie = FieldTie::new(&label, "", help.is_some(), error);
    view! {
        <FieldFrame tie=tie.clone() label=label optional=false help>
            <input
                id=tie.id.clone()
                class="input input-file"
                type="file"
                accept=accept
                aria-required=required.then_some("true")
                aria-invalid=tie.invalid()
                aria-describedby=tie.described_by
                on:change=move |event| on_choose.run(event)
            />
        </FieldFrame>
    }
}
