//! Validation that a form and the server share.
//!
//! An input type implements [`Check`] and reports every violation with the JSON pointer of its field, so that a
//! person sees all of them at once. The server's `Valid<T>` runs it before a handler sees the value; the app runs
//! it on blur and on submit.

mod text;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

pub use text::{normal_email, normal_name};

/// What is wrong with a value, as a word that clients translate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ViolationCode {
    /// Nothing was given where something must be.
    Required,
    /// Shorter than the minimum in `limit`.
    TooShort,
    /// Longer than the maximum in `limit`.
    TooLong,
    /// Below or above what is allowed; `limit` names the bound.
    OutOfRange,
    /// Not of the form that the field takes.
    InvalidFormat,
    /// A field that does not exist here.
    UnknownField,
    /// Another one has this value already.
    NotUnique,
    /// Nothing of that id is there to refer to.
    NotFound,
    /// The end lies before the start.
    EndBeforeStart,
    /// Beyond what the licence allows.
    BeyondLicence,
    /// The password is among the most common ones.
    CommonPassword,
    /// The password is the e-mail or the organization's name.
    PasswordIsIdentity,
    /// The old password is not right.
    WrongPassword,
    /// No role of the person carries the function; `message` names the roles that would.
    FunctionMissing,
    /// The same thing is named twice.
    Duplicate,
    /// At least one is needed.
    AtLeastOne,
    /// The person cannot take complete access over; `message` says why.
    CannotTakeOver,
    /// Not yours to do; `message` says why.
    NotAllowed,
    /// Somebody else has changed it meanwhile.
    ChangedMeanwhile,
}

impl ViolationCode {
    /// All codes, for tests and translations.
    pub const ALL: [Self; 19] = [
        Self::Required,
        Self::TooShort,
        Self::TooLong,
        Self::OutOfRange,
        Self::InvalidFormat,
        Self::UnknownField,
        Self::NotUnique,
        Self::NotFound,
        Self::EndBeforeStart,
        Self::BeyondLicence,
        Self::CommonPassword,
        Self::PasswordIsIdentity,
        Self::WrongPassword,
        Self::FunctionMissing,
        Self::Duplicate,
        Self::AtLeastOne,
        Self::CannotTakeOver,
        Self::NotAllowed,
        Self::ChangedMeanwhile,
    ];
}

/// One violation of a value: what is wrong, the bound where there is one, and a sentence in English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What is wrong.
    pub code: ViolationCode,
    /// The bound that was missed.
    pub limit: Option<i64>,
    /// A whole sentence in English.
    pub message: String,
}

impl Violation {
    /// A violation without a bound.
    pub fn new(code: ViolationCode, message: impl Into<String>) -> Self {
        Self { code, limit: None, message: message.into() }
    }

    /// A violation of a bound.
    pub fn limit(code: ViolationCode, limit: i64, message: impl Into<String>) -> Self {
        Self { code, limit: Some(limit), message: message.into() }
    }
}

/// Violations gathered while checking, each with the JSON pointer of its field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations(pub Vec<(String, Violation)>);

impl Violations {
    /// Adds the violation, if there is one, at the pointer (`/name`).
    pub fn add(&mut self, pointer: &str, outcome: Result<(), Violation>) {
        if let Err(violation) = outcome {
            self.0.push((pointer.to_owned(), violation));
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first violation at this pointer.
    pub fn at(&self, pointer: &str) -> Option<&Violation> {
        self.0.iter().find(|(at, _)| at == pointer).map(|(_, violation)| violation)
    }
}

/// An input that can be judged without the database.
pub trait Check {
    /// Reports everything that is wrong.
    fn check(&self, violations: &mut Violations);

    /// All that is wrong.
    fn violations(&self) -> Violations {
        let mut violations = Violations::default();
        self.check(&mut violations);
        violations
    }
}

/// The longest name of anything, in characters.
pub const NAME_LENGTH: usize = 200;
/// The longest free text, in characters.
pub const TEXT_LENGTH: usize = 10_000;
/// The longest e-mail address, in characters (RFC 5321).
pub const EMAIL_LENGTH: usize = 254;
/// The longest password, in characters.
pub const PASSWORD_LENGTH: usize = 128;
/// The years in which a date may lie. Years beyond are slips of a finger, and some the database cannot keep.
pub const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// A name: something visible, at most [`NAME_LENGTH`] characters, nothing that [`short_text`] refuses.
pub fn name(text: &str) -> Result<(), Violation> {
    short_text(text, NAME_LENGTH).and_then(|()| {
        if text.chars().all(text::is_invisible) {
            Err(Violation::new(ViolationCode::Required, "This may not be empty."))
        } else {
            Ok(())
        }
    })
}

/// A first or last name: a name that no mail program turns into a link, since whoever invites is named to strangers.
pub fn person_name(text: &str) -> Result<(), Violation> {
    name(text)?;
    let text = text.to_lowercase();
    if text.contains("://") || text.contains("www.") {
        return Err(Violation::new(ViolationCode::InvalidFormat, "A name has no address of a page in it."));
    }
    Ok(())
}

/// One line of at most `maximum` characters, possibly empty, without control characters and without those that
/// nobody sees, by which one text could pass for another.
pub fn short_text(text: &str, maximum: usize) -> Result<(), Violation> {
    if text.chars().any(char::is_control) || text::has_hidden(text) {
        return Err(Violation::new(
            ViolationCode::InvalidFormat,
            "This has a character that cannot be stored.",
        ));
    }
    length(text, maximum)
}

/// Text of several lines, at most [`TEXT_LENGTH`] characters, possibly empty.
pub fn long_text(text: &str) -> Result<(), Violation> {
    if text.chars().any(|character| character.is_control() && !matches!(character, '\n' | '\r' | '\t')) {
        return Err(Violation::new(
            ViolationCode::InvalidFormat,
            "This has a character that cannot be stored.",
        ));
    }
    length(text, TEXT_LENGTH)
}

fn length(text: &str, maximum: usize) -> Result<(), Violation> {
    if text.chars().count() > maximum {
        let limit = i64::try_from(maximum).unwrap_or(i64::MAX);
        return Err(Violation::limit(
            ViolationCode::TooLong,
            limit,
            format!("At most {maximum} characters are allowed."),
        ));
    }
    Ok(())
}

/// An e-mail address: one `@`, something on both sides, no blanks, at most [`EMAIL_LENGTH`] characters. Whether it
/// receives mail is found out by sending one.
pub fn email(text: &str) -> Result<(), Violation> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Violation::new(ViolationCode::Required, "An e-mail address is needed."));
    }
    length(text, EMAIL_LENGTH)?;
    let well_formed =
        text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && local.len() <= 64
                && !domain.contains('@')
                && domain.split('.').all(|label| !label.is_empty())
                && !domain.is_empty()
        }) && !text.chars().any(|character| text::is_invisible(character) || text::is_hidden(character));
    if well_formed {
        Ok(())
    } else {
        Err(Violation::new(
            ViolationCode::InvalidFormat,
            "This is not an e-mail address, such as ana@example.org.",
        ))
    }
}

/// The length of a new password in characters: at least `minimum`, at most [`PASSWORD_LENGTH`].
pub fn password_length(text: &str, minimum: u8) -> Result<(), Violation> {
    let minimum = usize::from(minimum);
    let count = text.chars().count();
    if count == 0 {
        return Err(Violation::new(ViolationCode::Required, "A password is needed."));
    }
    if count < minimum {
        let limit = i64::try_from(minimum).unwrap_or(i64::MAX);
        return Err(Violation::limit(
            ViolationCode::TooShort,
            limit,
            format!("The password needs at least {minimum} characters."),
        ));
    }
    length(text, PASSWORD_LENGTH)
}

/// A date within [`YEARS`].
pub fn date(date: NaiveDate) -> Result<(), Violation> {
    let (first, last) = (*YEARS.start(), *YEARS.end());
    let bound = if date.year() < first {
        first
    } else if date.year() > last {
        last
    } else {
        return Ok(());
    };
    let message = format!("A date in the years {first} to {last} is needed.");
    Err(Violation::limit(ViolationCode::OutOfRange, i64::from(bound), message))
}

/// The most ids that a list in a body may name.
pub const LIST_LENGTH: usize = 100;

/// A list that names at most [`LIST_LENGTH`] things, none of them twice.
pub fn list<T: Eq + std::hash::Hash>(list: &[T]) -> Result<(), Violation> {
    // The length first: nobody makes the server count through a million.
    if list.len() > LIST_LENGTH {
        let limit = i64::try_from(LIST_LENGTH).unwrap_or(i64::MAX);
        let message = format!("At most {LIST_LENGTH} may be named.");
        return Err(Violation::limit(ViolationCode::TooLong, limit, message));
    }
    let mut seen = std::collections::HashSet::with_capacity(list.len());
    if list.iter().all(|one| seen.insert(one)) {
        Ok(())
    } else {
        Err(Violation::new(ViolationCode::Duplicate, "The same one is named twice."))
    }
}

/// A colour as `#rrggbb`.
pub fn colour(text: &str) -> Result<(), Violation> {
    let well_formed = text
        .strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.chars().all(|digit| digit.is_ascii_hexdigit()));
    if well_formed {
        Ok(())
    } else {
        Err(Violation::new(ViolationCode::InvalidFormat, "This is not a colour, such as #3366cc."))
    }
}

/// The slug of an organization: 2 to 40 of `a-z`, `0-9` and `-`, no `-` at either end.
pub fn slug(text: &str) -> Result<(), Violation> {
    let well_formed = (2..=40).contains(&text.len())
        && text.chars().all(|character| matches!(character, 'a'..='z' | '0'..='9' | '-'))
        && !text.starts_with('-')
        && !text.ends_with('-');
    if well_formed {
        Ok(())
    } else {
        Err(Violation::new(
            ViolationCode::InvalidFormat,
            "2 to 40 lower-case letters, digits and hyphens are needed, with no hyphen at either end.",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(outcome: Result<(), Violation>) -> Option<ViolationCode> {
        outcome.err().map(|violation| violation.code)
    }

    #[test]
    fn names_of_people_are_no_links() {
        for (text, expected) in [
            ("Ana-María", None),
            ("d'Ávila y St. John", None),
            ("Ana: Núñez / Ruiz", None),
            ("", Some(ViolationCode::Required)),
            ("http://evil.example", Some(ViolationCode::InvalidFormat)),
            ("Win at HTTPS://evil.example now", Some(ViolationCode::InvalidFormat)),
            ("x://y", Some(ViolationCode::InvalidFormat)),
            ("WWW.evil.example", Some(ViolationCode::InvalidFormat)),
        ] {
            assert_eq!(code(person_name(text)), expected, "{text:?}");
        }
    }

    #[test]
    fn names() {
        for (text, expected) in [
            ("Apollo", None),
            ("Ñandú 🚀", None),
            ("", Some(ViolationCode::Required)),
            ("   ", Some(ViolationCode::Required)),
            ("a\u{0}b", Some(ViolationCode::InvalidFormat)),
            ("a\nb", Some(ViolationCode::InvalidFormat)),
            // What turns the order of reading, hides, or shows nothing at all.
            ("ana\u{202e}gro", Some(ViolationCode::InvalidFormat)),
            ("a\u{2066}b", Some(ViolationCode::InvalidFormat)),
            ("A\u{200b}na", Some(ViolationCode::InvalidFormat)),
            ("A\u{200d}na", Some(ViolationCode::InvalidFormat)),
            ("\u{feff}Ana", Some(ViolationCode::InvalidFormat)),
            ("so\u{ad}ft", Some(ViolationCode::InvalidFormat)),
            ("\u{200d}", Some(ViolationCode::InvalidFormat)),
            ("\u{3164}", Some(ViolationCode::Required)),
            ("\u{fe0f}", Some(ViolationCode::Required)),
            // Emoji and scripts that are written with joiners.
            ("👩\u{200d}🚀 Ana", None),
            ("❤\u{fe0f}\u{200d}🔥", None),
            ("می\u{200c}خواهم", None),
        ] {
            assert_eq!(code(name(text)), expected, "{text:?}");
        }
        assert_eq!(code(name(&"ü".repeat(200))), None);
        assert_eq!(code(name(&"ü".repeat(201))), Some(ViolationCode::TooLong));
    }

    #[test]
    fn emails() {
        for text in ["ana@example.org", " ANA@Example.org ", "a+b@c", "josé@ejemplo.es"] {
            assert_eq!(code(email(text)), None, "{text:?}");
        }
        for text in ["ana", "@x", "ana@", "a b@c.d", "a@b@c", "a@b..c", "a@.b"] {
            assert_eq!(code(email(text)), Some(ViolationCode::InvalidFormat), "{text:?}");
        }
        assert_eq!(code(email(" ")), Some(ViolationCode::Required));
        assert_eq!(code(email("ana\u{200b}@example.org")), Some(ViolationCode::InvalidFormat));
        assert_eq!(code(email("\u{3164}@example.org")), Some(ViolationCode::InvalidFormat));
    }

    #[test]
    fn passwords() {
        assert_eq!(code(password_length("", 8)), Some(ViolationCode::Required));
        assert_eq!(code(password_length("señal", 8)), Some(ViolationCode::TooShort));
        assert_eq!(code(password_length("señales1", 8)), None);
        assert_eq!(code(password_length(&"🔑".repeat(128), 15)), None);
        assert_eq!(code(password_length(&"🔑".repeat(129), 15)), Some(ViolationCode::TooLong));
    }

    #[test]
    fn dates() {
        for (text, expected) in [
            ("1900-01-01", None),
            ("2026-11-22", None),
            ("2200-12-31", None),
            ("1899-12-31", Some(1900)),
            ("-9999-01-01", Some(1900)),
            ("2201-01-01", Some(2200)),
            ("+262142-12-31", Some(2200)),
        ] {
            let limit = date(text.parse().expect("a date")).err().and_then(|violation| violation.limit);
            assert_eq!(limit, expected, "{text}");
        }
    }

    #[test]
    fn lists() {
        let numbers = |count: u32| (0..count).collect::<Vec<_>>();
        for (list_of, expected) in [
            (vec![], None),
            (numbers(100), None),
            (numbers(101), Some(ViolationCode::TooLong)),
            (vec![7; 101], Some(ViolationCode::TooLong)),
            (vec![1, 2, 1], Some(ViolationCode::Duplicate)),
        ] {
            assert_eq!(code(list(&list_of)), expected);
        }
    }

    #[test]
    fn colours_and_slugs() {
        assert_eq!(code(colour("#3366cc")), None);
        assert_eq!(code(colour("#36c")), Some(ViolationCode::InvalidFormat));
        assert_eq!(code(colour("red")), Some(ViolationCode::InvalidFormat));
        for text in ["acme", "a1", "norte-sur"] {
            assert_eq!(code(slug(text)), None, "{text}");
        }
        for text in ["", "a", "-a", "a-", "Acme", "a_b", "ä1"] {
            assert_eq!(code(slug(text)), Some(ViolationCode::InvalidFormat), "{text}");
        }
    }
}
