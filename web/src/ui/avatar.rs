//! A person in a few pixels: initials on a colour that follows from the name.

use leptos::prelude::*;
use shared::{ids::PictureId, picture::PictureSize};

use super::Picture;

/// The number of colours in the tokens: `--person-1` and on.
const COLOURS: u32 = 8;

/// The first letters of the first and last word of the name.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// The same name has the same colour on every screen and machine.
fn colour(name: &str) -> u32 {
    let sum = name.bytes().fold(17_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    // The low bits of such a sum are nearly those of the last letter alone.
    (sum >> 7) % COLOURS + 1
}

/// A person's initials. The name stands beside it or is known from the context, so it is not read out.
#[component]
pub fn Avatar(
    /// The name.
    #[prop(into)]
    name: String,
    /// Larger, at the head of a page.
    #[prop(optional)]
    large: bool,
    /// The photo; the initials stand where there is none, and until it is there.
    #[prop(optional_no_strip)]
    photo: Option<PictureId>,
) -> impl IntoView {
    let of_photo = if large { PictureSize::Large } else { PictureSize::Small };
    let size = if large { " avatar-large" } else { "" };
    view! {
        // By the stylesheet, so that copied text and labels have the name alone.
        <span
            class=format!("avatar avatar-{}{size}", colour(&name))
            data-initials=initials(&name)
            aria-hidden="true"
        >
            {photo.map(|id| view! { <Picture id size=of_photo class="avatar-photo" /> })}
        </span>
    }
}

/// A person with initials, name, and a word more where there is one.
#[component]
pub fn PersonName(
    /// The name.
    #[prop(into)]
    name: String,
    /// The e-mail or the like, below the name.
    #[prop(optional, into)]
    detail: Option<String>,
    /// The photo.
    #[prop(optional_no_strip)]
    photo: Option<PictureId>,
) -> impl IntoView {
    view! {
        <span class="person">
            <Avatar name=name.clone() photo />
            <span class="person-text">
                <span class="person-name">{name}</span>
                {detail.map(|detail| view! { <span class="person-detail">{detail}</span> })}
            </span>
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_the_first_letters_of_the_outer_words() {
        for (name, expected) in
            [("Ana María López", "AL"), ("Björk", "B"), ("  élodie  brun ", "ÉB"), ("", "")]
        {
            assert_eq!(initials(name), expected, "{name:?}");
        }
    }

    #[test]
    fn colours_are_those_of_the_tokens_and_differ() {
        let names = ["Ana López", "Bruno Díaz", "Carla Núñez", "David Kim", "Eva Roth", "Farid Aziz"];
        let mut colours = names.map(colour);
        assert!(colours.iter().all(|colour| (1..=COLOURS).contains(colour)));
        colours.sort_unstable();
        assert!(colours.first() != colours.last());
    }
}
