//! Dialogs: the browser's own, which keeps the focus inside and gives it back.

use leptos::{ev, html, prelude::*};

use super::{Button, ButtonKind, FailureNotice, Icon, IconButton, field::unique_id};
use crate::{api::Failure, browser, locales::common};

/// What takes the focus when a dialog opens: the first of these in its body.
const CONTROLS: &str = ".dialog-body :is(input, select, textarea, button, a[href]):not(:disabled)";

/// How wide a dialog is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DialogSize {
    /// For a question.
    #[default]
    Small,
    /// For a form.
    Medium,
    /// For something to compare.
    Large,
}

/// A dialog above the page. What is inside is built when it opens.
#[component]
pub fn Dialog(
    /// What it is about.
    #[prop(into)]
    title: Signal<String>,
    /// Whether it is open.
    open: RwSignal<bool>,
    /// How wide it is.
    #[prop(optional)]
    size: DialogSize,
    /// What is inside.
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let title_id = unique_id("dialog");
    let labelled_by = title_id.clone();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if open.get() && !dialog.open() {
            // What is inside must be there first, for the focus to go to its first field.
            request_animation_frame(move || {
                let _ = dialog.show_modal();
                // The browser would choose the button that closes.
                if let Some(control) = browser::all(&dialog, CONTROLS).into_iter().next() {
                    let _ = control.focus();
                }
            });
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    let class = match size {
        DialogSize::Small => "dialog dialog-small",
        DialogSize::Medium => "dialog dialog-medium",
        DialogSize::Large => "dialog dialog-large",
    };
    let on_backdrop = move |event: ev::MouseEvent| {
        // A click on the backdrop has the dialog itself as its target. The second press of a double click was meant for
        // what stood there at the first: a dialog gets smaller when what it said goes.
        if event.detail() < 2
            && dialog.get_untracked().is_some_and(|dialog| event.target().as_ref() == Some(dialog.as_ref()))
        {
            open.set(false);
        }
    };
    view! {
        <dialog
            node_ref=dialog
            class=class
            aria-labelledby=labelled_by
            on:close=move |_| open.set(false)
            on:mousedown=on_backdrop
        >
            <Show when=move || open.get()>
                <div class="dialog-box">
                    <header class="dialog-head">
                        <h2 class="dialog-title" id=title_id.clone()>
                            {title}
                        </h2>
                        <IconButton label=common::close() icon=Icon::Close on_press=move |()| open.set(false) />
                    </header>
                    <div class="dialog-body">{children()}</div>
                </div>
            </Show>
        </dialog>
    }
}

/// Asks before something is taken away, and says what.
#[component]
pub fn ConfirmDialog(
    /// The question: `Delete the role "Guest"?`
    #[prop(into)]
    title: Signal<String>,
    /// What will happen, with counts.
    #[prop(into)]
    text: Signal<String>,
    /// The verb on the button.
    #[prop(into)]
    verb: Signal<String>,
    /// Whether it is open.
    open: RwSignal<bool>,
    /// What happens then.
    #[prop(into)]
    on_confirm: Callback<()>,
    /// Whether it is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Whether the verb takes something away for good.
    #[prop(default = true)]
    danger: bool,
    /// Why it did not happen. The dialog stays open with it.
    #[prop(optional, into)]
    failure: Signal<Option<Failure>>,
    /// What leaves everything as it is, where "Cancel" could be taken for the verb.
    #[prop(default = common::cancel())]
    dismiss: &'static str,
) -> impl IntoView {
    let kind = if danger { ButtonKind::Danger } else { ButtonKind::Primary };
    view! {
        <Dialog title open>
            <p class="dialog-text">{text}</p>
            {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
            <div class="dialog-actions">
                <Button label=dismiss on_press=move |()| open.set(false) />
                <Button label=verb kind busy on_press=on_confirm />
            </div>
        </Dialog>
    }
}
