//! What a token may do: the grid of roles, within what its person may.

use leptos::prelude::*;
use shared::{Menu, role::Grants};

use crate::{
    locales::api_tokens as t,
    screens::role_definition::{Board, Sheet, Sight},
    ui::{FormState, SearchBox, Section},
};

/// The grid's board. Must be called while a component is built.
pub(super) fn board(
    checked: RwSignal<Grants>,
    open: Signal<Grants>,
    before: Signal<Option<Grants>>,
    form: FormState,
) -> Board {
    let beyond = Callback::new(|menu: Menu| {
        if menu.is_beyond_tokens() { t::beyond_tokens() } else { t::beyond_you() }.to_owned()
    });
    Board::of(checked, open, before, form, "/scopes", t::scopes(), beyond)
}

/// The grid with its search, and what is wrong with the whole of it.
#[component]
pub(super) fn Scopes(board: Board) -> impl IntoView {
    let sight = Sight::alone(board);
    let nothing_chosen = move || board.form.error("/scopes");
    view! {
        <Section title=t::scopes() text=t::scopes_text()>
            <div class="sheet-tools">
                <SearchBox label=t::search() value=sight.query />
            </div>
            {move || nothing_chosen().map(|error| view! { <p class="sheet-error">{error}</p> })}
            <Sheet board sight />
        </Section>
    }
}
