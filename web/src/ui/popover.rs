//! What floats above the page at a control: menus, pickers, lists of options.
//!
//! The browser's `popover` keeps it on top and closes it at Escape or a click elsewhere; where it stands is set
//! here, through the element's style object, which the content policy allows.

use leptos::{ev, html, prelude::*};
use web_sys::HtmlElement;

use super::field::unique_id;
use crate::browser::{self, Listener};

const GAP: f64 = 4.0;
const EDGE: f64 = 8.0;

/// What can take the focus inside.
const CONTROLS: &str = "input, select, textarea, button, a[href]";

/// Where the focus goes when something opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Landing {
    First,
    Last,
}

/// How what floats stands to its anchor, across.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// Begins where the anchor begins.
    Start,
    /// Begins where the anchor begins, and is as wide at least.
    Width,
    /// Its middle stands at the anchor's middle.
    Middle,
}

/// Puts `floating` below `anchor`, or above it where there is more room, within the window.
pub(super) fn place(anchor: &HtmlElement, floating: &HtmlElement, fit: Fit) {
    let at = anchor.get_bounding_client_rect();
    let style = floating.style();
    if fit == Fit::Width {
        let _ = style.set_property("min-width", &format!("{}px", at.width()));
    }
    let (width, height) = browser::viewport();
    let size = floating.get_bounding_client_rect();
    let wanted = match fit {
        Fit::Start | Fit::Width => at.left(),
        Fit::Middle => at.left() + (at.width() - size.width()) / 2.0,
    };
    let left = wanted.min(width - size.width() - EDGE).max(EDGE);
    let (below, above) = (height - at.bottom() - EDGE, at.top() - EDGE);
    let top = if size.height() <= below || below >= above {
        at.bottom() + GAP
    } else {
        (at.top() - GAP - size.height()).max(EDGE)
    };
    let _ = style.set_property("left", &format!("{left}px"));
    let _ = style.set_property("top", &format!("{top}px"));
    let _ = floating.class_list().add_1("placed");
}

/// Keeps `floating` at `anchor` while it is open, also when something scrolls.
pub(super) fn keep_placed(
    open: Signal<bool>,
    fit: Fit,
    elements: impl Fn() -> Option<(HtmlElement, HtmlElement)> + Clone + Send + 'static,
) {
    let listeners = StoredValue::new_local(None::<[Listener; 2]>);
    Effect::new(move |_| {
        if !open.get() {
            listeners.set_value(None);
            return;
        }
        let put = {
            let elements = elements.clone();
            move || {
                if let Some((anchor, floating)) = elements() {
                    place(&anchor, &floating, fit);
                }
            }
        };
        let (first, scrolled, resized) = (put.clone(), put.clone(), put);
        request_animation_frame(first);
        listeners.set_value(Some([
            Listener::new("scroll", move |_| scrolled()),
            Listener::new("resize", move |_| resized()),
        ]));
    });
}

/// A button that opens something above the page.
#[component]
pub fn Popover(
    /// What it opens; read out, and the name of what opens.
    #[prop(into)]
    label: Signal<String>,
    /// What the button shows.
    #[prop(into)]
    face: ViewFn,
    /// The button's look: `button`, `icon-button`, …
    #[prop(default = "button button-quiet")]
    class: &'static str,
    /// Whether the label is shown when pointed at, for a button of one icon.
    #[prop(optional)]
    tooltip: bool,
    /// `dialog` for controls, `menu` for a menu.
    #[prop(default = "dialog")]
    role: &'static str,
    /// Whether it is open; can be set to close it.
    #[prop(optional, into)]
    open: Option<RwSignal<bool>>,
    /// What opens.
    children: ChildrenFn,
) -> impl IntoView {
    let id = unique_id("popover");
    let open = open.unwrap_or_default();
    let anchor = NodeRef::<html::Button>::new();
    let floating = NodeRef::<html::Div>::new();
    keep_placed(open.into(), Fit::Start, move || {
        Some((anchor.get_untracked()?.into(), floating.get_untracked()?.into()))
    });
    let landing = StoredValue::new(Landing::First);
    let on_toggle = move |event: ev::Event| {
        let now_open = event_target::<HtmlElement>(&event).matches(":popover-open").unwrap_or_default();
        open.set(now_open);
        if now_open && let Some(floating) = floating.get_untracked() {
            // What is inside is built by now.
            request_animation_frame(move || match landing.get_value() {
                Landing::First => browser::focus_element(&floating),
                Landing::Last => {
                    if let Some(control) = browser::all(&floating, CONTROLS).last() {
                        let _ = control.focus();
                    }
                }
            });
        }
        if !now_open {
            landing.set_value(Landing::First);
        }
    };
    // The button of a menu opens it by an arrow as well. A key that comes before the focus has gone inside is meant for
    // the menu already.
    let on_key = move |event: ev::KeyboardEvent| {
        let (wanted, opens) = match event.key().as_str() {
            "ArrowDown" => (Landing::First, true),
            "ArrowUp" => (Landing::Last, true),
            "Home" => (Landing::First, false),
            "End" => (Landing::Last, false),
            _ => return,
        };
        let is_open = floating
            .get_untracked()
            .is_some_and(|floating| floating.matches(":popover-open").unwrap_or_default());
        if role != "menu" || !(opens || is_open) {
            return;
        }
        event.prevent_default();
        landing.set_value(wanted);
        if !is_open && let Some(anchor) = anchor.get_untracked() {
            anchor.click();
        }
    };
    Effect::new(move |_| {
        if !open.get()
            && let Some(floating) = floating.get()
        {
            // Closing what is closed already is an error that means nothing.
            let _ = floating.hide_popover();
        }
    });
    view! {
        <button
            node_ref=anchor
            type="button"
            class=class
            popovertarget=id.clone()
            on:keydown=on_key
            aria-haspopup=role
            aria-expanded=move || open.get().to_string()
            aria-label=label
            data-tooltip=move || tooltip.then(|| label.get())
        >
            {face.run()}
        </button>
        <div
            node_ref=floating
            class="popover"
            popover="auto"
            id=id
            role=role
            aria-label=label
            on:toggle=on_toggle
        >
            <Show when=move || open.get()>{children()}</Show>
        </div>
    }
}
