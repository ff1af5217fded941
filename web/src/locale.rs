//! The language of the app, and the formats of numbers, dates and instants that go with it.
//!
//! The language is one value for the whole page. When it changes, `App` builds the tree anew, so texts are plain
//! strings everywhere and no screen has to think of the change.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike, Utc};
use leptos::prelude::*;
use shared::Language;

use crate::browser;

/// The key under which theme.js finds the language as well.
const STORAGE_KEY: &str = "portico.language";

static SPANISH: AtomicBool = AtomicBool::new(false);

/// The language now.
pub fn current() -> Language {
    if SPANISH.load(Ordering::Relaxed) { Language::Es } else { Language::En }
}

/// The variant of the language now.
pub fn pick<T>(english: T, spanish: T) -> T {
    match current() {
        Language::En => english,
        Language::Es => spanish,
    }
}

/// The language as a signal; `App` provides it and is rebuilt by it.
#[derive(Debug, Clone, Copy)]
pub struct LanguageChoice(RwSignal<Language>);

impl LanguageChoice {
    /// Begins with what the person chose here before, otherwise with the browser's language.
    pub fn provide() -> Self {
        let language = browser::stored(STORAGE_KEY)
            .and_then(|code| Language::from_code(&code))
            .or_else(|| browser::languages().iter().find_map(|tag| Language::from_code(tag.get(..2)?)))
            .unwrap_or_default();
        apply(language);
        let choice = Self(RwSignal::new(language));
        provide_context(choice);
        choice
    }

    /// The language, tracked.
    pub fn get(self) -> Language {
        self.0.get()
    }

    /// The language, not tracked.
    pub fn get_untracked(self) -> Language {
        self.0.get_untracked()
    }

    /// Changes the language and remembers it in this browser.
    pub fn set(self, language: Language) {
        if self.0.get_untracked() != language {
            browser::store(STORAGE_KEY, language.code());
            apply(language);
            self.0.set(language);
        }
    }
}

fn apply(language: Language) {
    SPANISH.store(language == Language::Es, Ordering::Relaxed);
    browser::set_root_attribute("lang", Some(language.code()));
}

/// The name of a language in that language.
pub const fn language_name(language: Language) -> &'static str {
    match language {
        Language::En => "English",
        Language::Es => "Español",
    }
}

const MONTHS_EN: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTHS_ES: [&str; 12] =
    ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"];

const WEEKDAYS_EN: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const WEEKDAYS_ES: [&str; 7] = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"];

/// The day of the week, as it begins a line.
pub fn weekday(date: NaiveDate) -> String {
    let day = usize::try_from(date.weekday().num_days_from_monday()).unwrap_or_default();
    let name = pick(WEEKDAYS_EN, WEEKDAYS_ES).get(day).copied().unwrap_or_default();
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A date with the month as a word, since 03/04 is read in two ways: `12 Nov 2026`.
pub fn date(date: NaiveDate) -> String {
    let month = usize::try_from(date.month0()).unwrap_or_default();
    let name = pick(MONTHS_EN, MONTHS_ES).get(month).copied().unwrap_or_default();
    format!("{} {name} {}", date.day(), date.year())
}

/// An instant in the browser's time zone, to the minute: `12 Nov 2026, 14:05`.
pub fn instant(instant: DateTime<Utc>) -> String {
    let local = browser::local_time(instant);
    format!("{}, {:02}:{:02}", date(local.date()), local.hour(), local.minute())
}

/// A browser as the server names it, `Firefox on Linux`, in the language now.
pub fn device(name: &str) -> String {
    shared::session::spoken_device(name, current())
}

/// How long ago an instant was: `3 min ago`, `yesterday`, and the date when it was over a week ago.
pub fn ago(then: DateTime<Utc>) -> String {
    ago_between(browser::local_time(then), browser::local_time(browser::now()))
}

fn ago_between(then: NaiveDateTime, now: NaiveDateTime) -> String {
    let minutes = (now - then).num_minutes();
    let days = (now.date() - then.date()).num_days();
    match (minutes, days) {
        (..=0, _) => pick("just now", "ahora mismo").to_owned(),
        (1..=59, _) => pick(format!("{minutes} min ago"), format!("hace {minutes} min")),
        (_, 0) => pick(format!("{} h ago", minutes / 60), format!("hace {} h", minutes / 60)),
        (_, 1) => pick("yesterday", "ayer").to_owned(),
        (_, 2..=7) => pick(format!("{days} days ago"), format!("hace {days} días")),
        _ => date(then.date()),
    }
}

/// A whole number with its thousands set apart: `12,345`, in Spanish `12 345`.
pub fn number(value: i64) -> String {
    // Spanish leaves four digits together.
    let separator = match current() {
        Language::En => ",",
        Language::Es if value.unsigned_abs() < 10_000 => "",
        Language::Es => "\u{202f}",
    };
    let digits = value.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        text.push('\u{2212}');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push_str(separator);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    // One test, since the language is one value for the whole process.
    #[test]
    fn dates_and_numbers_in_both_languages() {
        let now = time("2026-11-22 10:00");
        let cases = [
            ("2026-11-22 10:00", "just now", "ahora mismo"),
            ("2026-11-22 09:57", "3 min ago", "hace 3 min"),
            ("2026-11-22 07:30", "2 h ago", "hace 2 h"),
            ("2026-11-21 23:00", "yesterday", "ayer"),
            ("2026-11-18 10:00", "4 days ago", "hace 4 días"),
            ("2026-01-05 10:00", "5 Jan 2026", "5 ene 2026"),
        ];
        for (then, english, spanish) in cases {
            SPANISH.store(false, Ordering::Relaxed);
            assert_eq!(ago_between(time(then), now), english);
            SPANISH.store(true, Ordering::Relaxed);
            assert_eq!(ago_between(time(then), now), spanish);
        }
        assert_eq!(device("Firefox on Linux"), "Firefox en Linux");
        assert_eq!(device("Unknown device"), "Dispositivo desconocido");
        assert_eq!(number(1234), "1234");
        assert_eq!(number(1_234_567), "1\u{202f}234\u{202f}567");
        SPANISH.store(false, Ordering::Relaxed);
        assert_eq!(device("Firefox on Linux"), "Firefox on Linux");
        assert_eq!(number(1234), "1,234");
        assert_eq!(number(-12), "\u{2212}12");
        assert_eq!(number(0), "0");
    }
}
