//! Searching in what is already here: without regard to case and accents, every word anywhere. What is asked of the
//! server waits until what is typed has [`settled`].

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

const TYPING_MS: u32 = 250;

/// What was typed, once the typing rests; absent where nothing was.
pub fn rested(query: RwSignal<String>) -> Signal<Option<String>> {
    settled(move || Some(query.with(|query| query.trim().to_owned())).filter(|typed| !typed.is_empty()))
}

/// A value that changes while somebody types or presses, once it rests.
pub fn settled<T: Clone + PartialEq + Send + Sync + 'static>(
    value: impl Fn() -> T + Send + Sync + 'static,
) -> Signal<T> {
    let value = Memo::new(move |_| value());
    let rested = RwSignal::new(value.get_untracked());
    let timer = StoredValue::new_local(None::<Timeout>);
    Effect::new(move |_| {
        let now = value.get();
        if rested.with_untracked(|rested| *rested == now) {
            timer.set_value(None);
            return;
        }
        timer.set_value(Some(Timeout::new(TYPING_MS, move || {
            let _ = rested.try_set(now);
        })));
    });
    rested.into()
}

/// The text without case and accents, for comparison.
pub fn folded(text: &str) -> String {
    let fold = |letter: char| match letter {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        other => other,
    };
    text.chars().flat_map(char::to_lowercase).map(fold).collect()
}

/// Whether every word of the query stands somewhere in the text.
pub fn matches(query: &str, text: &str) -> bool {
    let text = folded(text);
    folded(query).split_whitespace().all(|word| text.contains(word))
}

/// How well the text fits the query, the more the better; absent where it does not. Each word of the query has to be
/// found: as the beginning, as the beginning of a word, somewhere, or at least its letters one after the other.
pub fn rank(query: &str, text: &str) -> Option<u32> {
    let (query, text) = (folded(query), folded(text));
    let mut words = query.split_whitespace().peekable();
    words.peek()?;
    words.map(|word| rank_of_word(word, &text)).sum()
}

fn rank_of_word(word: &str, text: &str) -> Option<u32> {
    if text.starts_with(word) {
        Some(100)
    } else if begins_a_word(word, text) {
        Some(80)
    } else if text.contains(word) {
        Some(50)
    } else {
        let mut letters = text.chars();
        let is_there = word.chars().all(|wanted| letters.any(|letter| letter == wanted));
        // Two letters are found nearly everywhere.
        (is_there && word.chars().count() > 2).then_some(10)
    }
}

/// Whether a word of the text begins with the query.
pub fn begins_a_word(query: &str, text: &str) -> bool {
    let (query, text) = (folded(query.trim()), folded(text));
    text.match_indices(&query).any(|(at, _)| {
        text.get(..at)
            .and_then(|before| before.chars().next_back())
            .is_none_or(|last| !last.is_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_begins_at_the_start_or_after_a_mark() {
        for (query, text, expected) in [
            ("tok", "Asia/Tokyo", true),
            ("tok", "Asia/Vladivostok", false),
            ("asia/t", "Asia/Tokyo", true),
            ("euro", "EUR · Euro", true),
            ("", "anything", true),
        ] {
            assert_eq!(begins_a_word(query, text), expected, "{query:?} in {text:?}");
        }
    }

    #[test]
    fn the_closer_the_better() {
        for (query, text, expected) in [
            ("proj", "Projects", Some(100)),
            ("PROJ", "New project", Some(80)),
            ("ject", "Projects", Some(50)),
            ("prts", "Projects", Some(10)),
            ("nvo proy", "Nuevo proyecto", Some(90)),
            ("definición", "Definicion de roles", Some(100)),
            ("accion", "Añadir acción", Some(80)),
            ("ps", "Projects", None),
            ("xyz", "Projects", None),
            ("proj xyz", "Projects", None),
            ("", "Projects", None),
        ] {
            assert_eq!(rank(query, text), expected, "{query:?} in {text:?}");
        }
    }

    #[test]
    fn words_are_found_in_any_order_without_accents() {
        for (query, text, expected) in [
            ("", "anything", true),
            ("nunez ana", "Ana Núñez", true),
            ("ÁNA", "ana núñez", true),
            ("bo", "Ana Núñez", false),
            ("ana bo", "Ana Núñez", false),
        ] {
            assert_eq!(matches(query, text), expected, "{query:?} in {text:?}");
        }
    }
}
