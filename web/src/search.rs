//! Searching in what is already here: without regard to case and accents, every word anywhere. What is asked of the
//! server waits until the typing [`rested`].

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

const TYPING_MS: u32 = 250;

/// What was typed, once the typing rests; absent where nothing was.
pub fn rested(query: RwSignal<String>) -> Signal<Option<String>> {
    let rested = RwSignal::new(None::<String>);
    let timer = StoredValue::new_local(None::<Timeout>);
    Effect::new(move |_| {
        let typed = Some(query.with(|query| query.trim().to_owned())).filter(|typed| !typed.is_empty());
        if typed == rested.get_untracked() {
            timer.set_value(None);
            return;
        }
        timer.set_value(Some(Timeout::new(TYPING_MS, move || {
            let _ = rested.try_set(typed);
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
