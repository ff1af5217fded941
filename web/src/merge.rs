//! Two people have changed the same thing: what one has typed goes onto what the other has saved.
//!
//! Fields that only one of them changed are merged without a question. Where both changed a field to different
//! values, [`StaleMerge`] asks; nothing is sent before the person has decided.

use leptos::prelude::*;
use serde::de::DeserializeOwned;

use crate::ui::{FormState, MergeDialog, MergeField, Side};

/// One field of a draft, as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftField {
    /// Names the field to [`Draft::take`].
    pub key: &'static str,
    /// The field's label.
    pub label: String,
    /// The value in words.
    pub value: String,
}

impl DraftField {
    /// A field with its value in words.
    pub fn new(key: &'static str, label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key, label: label.into(), value: value.into() }
    }
}

/// What a form holds of a thing.
pub trait Draft: Clone + Send + Sync + 'static {
    /// What the API says of the thing.
    type Of: Clone + DeserializeOwned + Send + Sync + 'static;

    /// What the form holds while nothing has been typed.
    fn of(thing: &Self::Of) -> Self;

    /// All fields, always in the same order.
    fn fields(&self) -> Vec<DraftField>;

    /// Takes the field with this key from the other draft.
    fn take(&mut self, key: &str, from: &Self);
}

/// `mine` with every field that only the other person has changed taken from `theirs`, and the fields that both
/// have changed, which are left as they are.
fn merged<D: Draft>(base: &D, theirs: &D, mine: &D) -> (D, Vec<MergeField>) {
    let (mut merged, mut conflicts) = (mine.clone(), Vec::new());
    let fields = base.fields().into_iter().zip(theirs.fields()).zip(mine.fields());
    for ((base, other), own) in fields {
        if own.value == base.value {
            merged.take(base.key, theirs);
        } else if other.value != base.value && other.value != own.value {
            conflicts.push(MergeField {
                key: base.key,
                label: base.label,
                theirs: other.value,
                mine: own.value,
            });
        }
    }
    (merged, conflicts)
}

/// Waits for the form to meet a newer version, and brings both together.
#[component]
pub fn StaleMerge<D: Draft>(
    /// The form.
    form: FormState,
    /// The version that the person has seen; becomes the newer one with the merge.
    saved: RwSignal<D::Of>,
    /// What is typed.
    #[prop(into)]
    draft: Callback<(), D>,
    /// Puts the merged draft into the form's fields.
    #[prop(into)]
    on_merge: Callback<D>,
    /// Sends the form again.
    #[prop(into)]
    resend: Callback<()>,
) -> impl IntoView {
    let conflicts = RwSignal::new(Vec::new());
    let waiting = StoredValue::new(None::<(D::Of, D)>);
    let settle = move |newer: D::Of, draft: D| {
        saved.set(newer);
        on_merge.run(draft);
        resend.run(());
    };
    Effect::new(move |_| {
        let Some(current) = form.stale().get() else { return };
        form.stale().set(None);
        let Ok(newer) = serde_json::from_value::<D::Of>(current) else { return };
        let base = saved.with_untracked(|saved| D::of(saved));
        let (draft, differing) = merged(&base, &D::of(&newer), &untrack(|| draft.run(())));
        if differing.is_empty() {
            settle(newer, draft);
        } else {
            waiting.set_value(Some((newer, draft)));
            conflicts.set(differing);
        }
    });
    let decide = move |sides: Vec<(&'static str, Side)>| {
        let Some((newer, mut draft)) = waiting.get_value() else { return };
        let theirs = D::of(&newer);
        for (key, _) in sides.iter().filter(|(_, side)| *side == Side::Theirs) {
            draft.take(key, &theirs);
        }
        settle(newer, draft);
    };
    view! { <MergeDialog fields=conflicts on_merge=decide /> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Eq)]
    struct Note(&'static str, &'static str);

    impl Draft for Note {
        type Of = ();

        fn of((): &()) -> Self {
            Self("", "")
        }

        fn fields(&self) -> Vec<DraftField> {
            vec![DraftField::new("title", "Title", self.0), DraftField::new("text", "Text", self.1)]
        }

        fn take(&mut self, key: &str, from: &Self) {
            match key {
                "title" => self.0 = from.0,
                _ => self.1 = from.1,
            }
        }
    }

    #[test]
    fn only_what_both_changed_differently_is_asked() {
        let base = Note("a", "x");
        for (theirs, mine, expected, asked) in [
            (Note("b", "x"), Note("a", "y"), Note("b", "y"), vec![]),
            (Note("b", "x"), Note("c", "x"), Note("c", "x"), vec!["title"]),
            (Note("b", "y"), Note("b", "x"), Note("b", "y"), vec![]),
            (Note("a", "y"), Note("c", "z"), Note("c", "z"), vec!["text"]),
            (Note("a", "x"), Note("c", "z"), Note("c", "z"), vec![]),
        ] {
            let (draft, conflicts) = merged(&base, &theirs, &mine);
            let keys: Vec<_> = conflicts.iter().map(|conflict| conflict.key).collect();
            assert_eq!((draft, keys), (expected, asked), "{theirs:?} {mine:?}");
        }
    }
}
