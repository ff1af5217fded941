//! Differences: what a change has changed, and the merge of two changes of the same thing.

use leptos::prelude::*;

use super::{Button, ButtonKind, Dialog, DialogSize, field::unique_id};
use crate::locales::common;

/// One field of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The field's label.
    pub label: String,
    /// The value before, as people read it; absent when there was none.
    pub before: Option<String>,
    /// The value after; absent when it was taken away.
    pub after: Option<String>,
}

/// What a change has changed, field by field.
#[component]
pub fn Changes(
    /// The fields.
    changes: Vec<Change>,
) -> impl IntoView {
    let line = |Change { label, before, after }: Change| {
        view! {
            <div class="change">
                <dt class="change-label">{label}</dt>
                <dd class="change-values">
                    {before
                        .map(|before| {
                            view! {
                                <del class="change-before">
                                    <span class="visually-hidden">{common::before()} " "</span>
                                    {before}
                                </del>
                            }
                        })}
                    {after
                        .map(|after| {
                            view! {
                                <ins class="change-after">
                                    <span class="visually-hidden">{common::after()} " "</span>
                                    {after}
                                </ins>
                            }
                        })}
                </dd>
            </div>
        }
    };
    view! { <dl class="changes">{changes.into_iter().map(line).collect_view()}</dl> }
}

/// Whose value is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What somebody else has saved.
    Theirs,
    /// What this person has typed.
    Mine,
}

/// One field in which the two differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeField {
    /// Names the field to the screen.
    pub key: &'static str,
    /// The field's label.
    pub label: String,
    /// What somebody else has saved, as people read it.
    pub theirs: String,
    /// What this person has typed.
    pub mine: String,
}

/// Somebody else has saved meanwhile: shows both, field by field, and asks which to keep. Opens while there are
/// fields.
#[component]
pub fn MergeDialog(
    /// The fields in which the two differ.
    fields: RwSignal<Vec<MergeField>>,
    /// What was chosen for each; the screen puts it into its drafts and sends them again with the new version.
    #[prop(into)]
    on_merge: Callback<Vec<(&'static str, Side)>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let sides = RwSignal::new(Vec::<(&'static str, Side)>::new());
    Effect::new(move |_| {
        let differing = fields.get();
        sides.set(differing.iter().map(|field| (field.key, Side::Mine)).collect());
        open.set(!differing.is_empty());
    });
    Effect::new(move |_| {
        // Closing gives up; an emptied list must not notify again, or the two effects would never rest.
        if !open.get() && fields.with_untracked(|fields| !fields.is_empty()) {
            fields.update(Vec::clear);
        }
    });
    let merge = move |()| {
        on_merge.run(sides.get_untracked());
        open.set(false);
    };
    view! {
        <Dialog title=common::merge_title() open size=DialogSize::Large>
            <p class="dialog-text">{common::merge_text()}</p>
            <div class="merge">
                {move || fields.get().into_iter().map(|field| merge_line(field, sides)).collect_view()}
            </div>
            <div class="dialog-actions">
                <Button label=common::cancel() on_press=move |()| open.set(false) />
                <Button label=common::merge_save() kind=ButtonKind::Primary on_press=merge />
            </div>
        </Dialog>
    }
}

fn merge_line(field: MergeField, sides: RwSignal<Vec<(&'static str, Side)>>) -> impl IntoView {
    let MergeField { key, label, theirs, mine } = field;
    let name = unique_id("merge");
    let option = move |side: Side, words: &'static str, value: String| {
        let id = unique_id("merge");
        let label_for = id.clone();
        let value = if value.is_empty() { common::empty_value().to_owned() } else { value };
        let name = name.clone();
        view! {
            <label class="merge-option" for=label_for>
                <input
                    id=id
                    class="radio"
                    type="radio"
                    name=name
                    prop:checked=move || sides.with(|sides| sides.contains(&(key, side)))
                    on:change=move |_| {
                        sides
                            .update(|sides| {
                                if let Some(chosen) = sides.iter_mut().find(|(known, _)| *known == key) {
                                    chosen.1 = side;
                                }
                            });
                    }
                />
                <span class="merge-side">{words}</span>
                <span class="merge-value">{value}</span>
            </label>
        }
    };
    view! {
        <fieldset class="merge-field">
            <legend class="field-label">{label}</legend>
            {option(Side::Theirs, common::theirs(), theirs)}
            {option(Side::Mine, common::mine(), mine)}
        </fieldset>
    }
}
