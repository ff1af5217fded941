//! What the form holds: spans of time as people say them, which the API has in minutes.

use leptos::prelude::*;
use shared::{
    Check, Violation, ViolationCode,
    check::Violations,
    sign_in_settings::{SignInSettings, SignInSettingsPatch},
};

use crate::{
    locales::sign_in_settings as t,
    merge::{Draft, DraftField},
};

/// In what a span is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Minutes,
    Hours,
    Days,
}

impl Unit {
    pub const ALL: [Self; 3] = [Self::Minutes, Self::Hours, Self::Days];

    const fn minutes(self) -> i32 {
        match self {
            Self::Minutes => 1,
            Self::Hours => 60,
            Self::Days => 24 * 60,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Minutes => t::minutes(),
            Self::Hours => t::hours(),
            Self::Days => t::days(),
        }
    }

    /// The largest unit of which the span is a whole number.
    fn of(minutes: i32) -> Self {
        let whole = |unit: &Self| minutes % unit.minutes() == 0;
        Self::ALL.into_iter().rev().find(whole).unwrap_or(Self::Minutes)
    }
}

/// The fields as they are typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SettingsDraft {
    pub idle: String,
    pub idle_unit: Unit,
    pub lifetime: String,
    pub lifetime_unit: Unit,
}

impl SettingsDraft {
    /// What differs from `saved`, and what cannot be.
    pub fn patch(&self, saved: &SignInSettings) -> (SignInSettingsPatch, Violations) {
        let mut violations = Violations::default();
        let idle = minutes(&self.idle, self.idle_unit);
        let lifetime = minutes(&self.lifetime, self.lifetime_unit);
        violations.add("/session_idle_minutes", idle.as_ref().map(|_| ()).map_err(Clone::clone));
        violations.add("/session_lifetime_minutes", lifetime.as_ref().map(|_| ()).map_err(Clone::clone));
        let patch = SignInSettingsPatch {
            session_idle_minutes: idle.ok().filter(|idle| *idle != saved.session_idle_minutes),
            session_lifetime_minutes: lifetime.ok().filter(|one| *one != saved.session_lifetime_minutes),
        };
        patch.check(&mut violations);
        (patch, violations)
    }

    /// Whether sessions that are there may end by it.
    pub fn shortens(&self, saved: &SignInSettings) -> bool {
        let (patch, _) = self.patch(saved);
        patch.session_idle_minutes.is_some_and(|idle| idle < saved.session_idle_minutes)
            || patch.session_lifetime_minutes.is_some_and(|one| one < saved.session_lifetime_minutes)
    }
}

fn minutes(amount: &str, unit: Unit) -> Result<i32, Violation> {
    let text = amount.trim();
    if text.is_empty() {
        return Err(Violation::new(ViolationCode::Required, "A number is needed."));
    }
    let whole = text.parse::<i32>().ok().and_then(|number| number.checked_mul(unit.minutes()));
    whole.ok_or_else(|| Violation::new(ViolationCode::InvalidFormat, "This is not a whole number."))
}

fn said(amount: &str, unit: Unit) -> String {
    format!("{amount} {}", unit.name())
}

impl Draft for SettingsDraft {
    type Of = SignInSettings;

    fn of(settings: &SignInSettings) -> Self {
        let span = |minutes: i32| {
            let unit = Unit::of(minutes);
            ((minutes / unit.minutes()).to_string(), unit)
        };
        let (idle, idle_unit) = span(settings.session_idle_minutes);
        let (lifetime, lifetime_unit) = span(settings.session_lifetime_minutes);
        Self { idle, idle_unit, lifetime, lifetime_unit }
    }

    fn fields(&self) -> Vec<DraftField> {
        vec![
            DraftField::new("idle", t::idle(), said(&self.idle, self.idle_unit)),
            DraftField::new("lifetime", t::lifetime(), said(&self.lifetime, self.lifetime_unit)),
        ]
    }

    fn take(&mut self, key: &str, from: &Self) {
        match key {
            "idle" => (self.idle, self.idle_unit) = (from.idle.clone(), from.idle_unit),
            "lifetime" => {
                (self.lifetime, self.lifetime_unit) = (from.lifetime.clone(), from.lifetime_unit);
            }
            _ => {}
        }
    }
}

/// The fields as signals. A handle: copies are the same fields.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    pub idle: RwSignal<String>,
    pub idle_unit: RwSignal<Unit>,
    pub lifetime: RwSignal<String>,
    pub lifetime_unit: RwSignal<Unit>,
}

impl Fields {
    pub fn new(draft: SettingsDraft) -> Self {
        Self {
            idle: RwSignal::new(draft.idle),
            idle_unit: RwSignal::new(draft.idle_unit),
            lifetime: RwSignal::new(draft.lifetime),
            lifetime_unit: RwSignal::new(draft.lifetime_unit),
        }
    }

    /// What is typed, tracked.
    pub fn get(self) -> SettingsDraft {
        SettingsDraft {
            idle: self.idle.get(),
            idle_unit: self.idle_unit.get(),
            lifetime: self.lifetime.get(),
            lifetime_unit: self.lifetime_unit.get(),
        }
    }

    pub fn set(self, draft: SettingsDraft) {
        self.idle.set(draft.idle);
        self.idle_unit.set(draft.idle_unit);
        self.lifetime.set(draft.lifetime);
        self.lifetime_unit.set(draft.lifetime_unit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(idle: i32, lifetime: i32) -> SignInSettings {
        SignInSettings { version: 1, session_idle_minutes: idle, session_lifetime_minutes: lifetime }
    }

    #[test]
    fn spans_are_said_in_the_largest_unit_and_come_back_the_same() {
        for (minutes, amount, unit) in [
            (15, "15", Unit::Minutes),
            (90, "90", Unit::Minutes),
            (120, "2", Unit::Hours),
            (10_080, "7", Unit::Days),
        ] {
            let saved = settings(minutes, 43_200);
            let draft = SettingsDraft::of(&saved);
            assert_eq!((draft.idle.as_str(), draft.idle_unit), (amount, unit));
            assert_eq!(draft.patch(&saved), (SignInSettingsPatch::default(), Violations::default()));
        }
    }

    #[test]
    fn what_cannot_be_is_judged_at_its_field() {
        let saved = settings(10_080, 43_200);
        for (idle, code) in [
            ("", ViolationCode::Required),
            ("soon", ViolationCode::InvalidFormat),
            ("9999999999", ViolationCode::InvalidFormat),
            ("0", ViolationCode::OutOfRange),
            ("31", ViolationCode::OutOfRange),
        ] {
            let draft = SettingsDraft { idle: idle.to_owned(), ..SettingsDraft::of(&saved) };
            let found = draft.patch(&saved).1;
            assert_eq!(found.at("/session_idle_minutes").map(|one| one.code), Some(code), "{idle}");
        }
    }

    #[test]
    fn shorter_is_told_from_longer() {
        let saved = settings(60, 600);
        for (idle, lifetime, expected) in
            [(60, 600, false), (30, 600, true), (60, 300, true), (120, 1200, false)]
        {
            assert_eq!(SettingsDraft::of(&settings(idle, lifetime)).shortens(&saved), expected);
        }
    }
}
