//! What the form holds of General Data.

use leptos::prelude::*;
use shared::{
    Check, Language, Violation, ViolationCode,
    check::Violations,
    general_data::{GeneralData, GeneralDataPatch},
};

use crate::{
    locale,
    locales::{common, general_data as t},
    merge::{Draft, DraftField},
};

/// The fields as they are typed; numbers are texts until they are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GeneralDraft {
    pub name: String,
    pub street: String,
    pub city: String,
    pub country: String,
    pub email: String,
    pub phone: String,
    pub currency: String,
    pub time_zone: String,
    pub first_weekday: i16,
    pub language: Language,
    pub minimum_password_length: String,
    pub maximum_upload_megabytes: String,
    pub members_see_money: bool,
    pub invitations: bool,
}

impl GeneralDraft {
    /// What differs from `saved`, and what is not a number where one is needed.
    pub fn patch(&self, saved: &Self) -> (GeneralDataPatch, Violations) {
        let mut violations = Violations::default();
        let mut number = |pointer: &str, text: &str, saved: &str| {
            let parsed = text.trim().parse::<i16>();
            let wrong = parsed.as_ref().err().map(|_| {
                if text.trim().is_empty() {
                    Violation::new(ViolationCode::Required, "A number is needed.")
                } else {
                    Violation::new(ViolationCode::InvalidFormat, "This is not a whole number.")
                }
            });
            violations.add(pointer, wrong.map_or(Ok(()), Err));
            parsed.ok().filter(|_| text != saved)
        };
        let minimum_password_length =
            number("/minimum_password_length", &self.minimum_password_length, &saved.minimum_password_length);
        let maximum_upload_megabytes = number(
            "/maximum_upload_megabytes",
            &self.maximum_upload_megabytes,
            &saved.maximum_upload_megabytes,
        );
        let text = |mine: &String, saved: &String| (mine != saved).then(|| mine.clone());
        let patch = GeneralDataPatch {
            name: text(&self.name, &saved.name),
            street: text(&self.street, &saved.street),
            city: text(&self.city, &saved.city),
            country: text(&self.country, &saved.country),
            email: text(&self.email, &saved.email),
            phone: text(&self.phone, &saved.phone),
            currency: text(&self.currency, &saved.currency),
            time_zone: text(&self.time_zone, &saved.time_zone),
            first_weekday: (self.first_weekday != saved.first_weekday).then_some(self.first_weekday),
            language: (self.language != saved.language).then_some(self.language),
            minimum_password_length,
            maximum_upload_megabytes,
            members_see_money: (self.members_see_money != saved.members_see_money)
                .then_some(self.members_see_money),
            invitations: (self.invitations != saved.invitations).then_some(self.invitations),
        };
        patch.check(&mut violations);
        (patch, violations)
    }
}

impl Draft for GeneralDraft {
    type Of = GeneralData;

    fn of(data: &GeneralData) -> Self {
        Self {
            name: data.name.clone(),
            street: data.street.clone(),
            city: data.city.clone(),
            country: data.country.clone(),
            email: data.email.clone(),
            phone: data.phone.clone(),
            currency: data.currency.clone(),
            time_zone: data.time_zone.clone(),
            first_weekday: data.first_weekday,
            language: data.language,
            minimum_password_length: data.minimum_password_length.to_string(),
            maximum_upload_megabytes: data.maximum_upload_megabytes.to_string(),
            members_see_money: data.members_see_money,
            invitations: data.invitations,
        }
    }

    fn fields(&self) -> Vec<DraftField> {
        let weekday = t::weekdays().into_iter().find(|(day, _)| *day == self.first_weekday);
        vec![
            DraftField::new("name", t::name(), &self.name),
            DraftField::new("street", t::street(), &self.street),
            DraftField::new("city", t::city(), &self.city),
            DraftField::new("country", t::country(), &self.country),
            DraftField::new("email", t::email(), &self.email),
            DraftField::new("phone", t::phone(), &self.phone),
            DraftField::new("language", t::language(), locale::language_name(self.language)),
            DraftField::new("time_zone", t::time_zone(), &self.time_zone),
            DraftField::new("currency", t::currency(), &self.currency),
            DraftField::new("first_weekday", t::first_weekday(), weekday.map_or("", |(_, name)| name)),
            DraftField::new("password_length", t::password_length(), &self.minimum_password_length),
            DraftField::new("upload", t::upload(), &self.maximum_upload_megabytes),
            DraftField::new("money", t::members_see_money(), common::yes_or_no(self.members_see_money)),
            DraftField::new("invitations", t::invitations(), common::yes_or_no(self.invitations)),
        ]
    }

    fn take(&mut self, key: &str, from: &Self) {
        match key {
            "name" => self.name.clone_from(&from.name),
            "street" => self.street.clone_from(&from.street),
            "city" => self.city.clone_from(&from.city),
            "country" => self.country.clone_from(&from.country),
            "email" => self.email.clone_from(&from.email),
            "phone" => self.phone.clone_from(&from.phone),
            "language" => self.language = from.language,
            "time_zone" => self.time_zone.clone_from(&from.time_zone),
            "currency" => self.currency.clone_from(&from.currency),
            "first_weekday" => self.first_weekday = from.first_weekday,
            "password_length" => self.minimum_password_length.clone_from(&from.minimum_password_length),
            "upload" => self.maximum_upload_megabytes.clone_from(&from.maximum_upload_megabytes),
            "money" => self.members_see_money = from.members_see_money,
            "invitations" => self.invitations = from.invitations,
            _ => {}
        }
    }
}

/// The fields of the form as signals. A handle: copies are the same fields.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    pub name: RwSignal<String>,
    pub street: RwSignal<String>,
    pub city: RwSignal<String>,
    pub country: RwSignal<String>,
    pub email: RwSignal<String>,
    pub phone: RwSignal<String>,
    pub currency: RwSignal<String>,
    pub time_zone: RwSignal<String>,
    pub first_weekday: RwSignal<i16>,
    pub language: RwSignal<Language>,
    pub minimum_password_length: RwSignal<String>,
    pub maximum_upload_megabytes: RwSignal<String>,
    pub members_see_money: RwSignal<bool>,
    pub invitations: RwSignal<bool>,
}

impl Fields {
    /// Fields that hold the draft.
    pub fn new(draft: GeneralDraft) -> Self {
        Self {
            name: RwSignal::new(draft.name),
            street: RwSignal::new(draft.street),
            city: RwSignal::new(draft.city),
            country: RwSignal::new(draft.country),
            email: RwSignal::new(draft.email),
            phone: RwSignal::new(draft.phone),
            currency: RwSignal::new(draft.currency),
            time_zone: RwSignal::new(draft.time_zone),
            first_weekday: RwSignal::new(draft.first_weekday),
            language: RwSignal::new(draft.language),
            minimum_password_length: RwSignal::new(draft.minimum_password_length),
            maximum_upload_megabytes: RwSignal::new(draft.maximum_upload_megabytes),
            members_see_money: RwSignal::new(draft.members_see_money),
            invitations: RwSignal::new(draft.invitations),
        }
    }

    /// What is typed, tracked.
    pub fn get(self) -> GeneralDraft {
        GeneralDraft {
            name: self.name.get(),
            street: self.street.get(),
            city: self.city.get(),
            country: self.country.get(),
            email: self.email.get(),
            phone: self.phone.get(),
            currency: self.currency.get(),
            time_zone: self.time_zone.get(),
            first_weekday: self.first_weekday.get(),
            language: self.language.get(),
            minimum_password_length: self.minimum_password_length.get(),
            maximum_upload_megabytes: self.maximum_upload_megabytes.get(),
            members_see_money: self.members_see_money.get(),
            invitations: self.invitations.get(),
        }
    }

    /// Puts the draft into the fields.
    pub fn set(self, draft: GeneralDraft) {
        self.name.set(draft.name);
        self.street.set(draft.street);
        self.city.set(draft.city);
        self.country.set(draft.country);
        self.email.set(draft.email);
        self.phone.set(draft.phone);
        self.currency.set(draft.currency);
        self.time_zone.set(draft.time_zone);
        self.first_weekday.set(draft.first_weekday);
        self.language.set(draft.language);
        self.minimum_password_length.set(draft.minimum_password_length);
        self.maximum_upload_megabytes.set(draft.maximum_upload_megabytes);
        self.members_see_money.set(draft.members_see_money);
        self.invitations.set(draft.invitations);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> GeneralData {
        GeneralData {
            version: 1,
            name: "Acme".to_owned(),
            street: String::new(),
            city: String::new(),
            country: "ES".to_owned(),
            email: String::new(),
            phone: String::new(),
            currency: "EUR".to_owned(),
            time_zone: "Europe/Madrid".to_owned(),
            first_weekday: 1,
            language: Language::En,
            minimum_password_length: 15,
            maximum_upload_megabytes: 25,
            members_see_money: false,
            invitations: true,
            logo: None,
        }
    }

    #[test]
    fn only_what_was_changed_is_sent() {
        let saved = GeneralDraft::of(&data());
        assert_eq!(saved.patch(&saved), (GeneralDataPatch::default(), Violations::default()));
        let draft = GeneralDraft { minimum_password_length: " 20 ".to_owned(), ..saved.clone() };
        let expected = GeneralDataPatch { minimum_password_length: Some(20), ..Default::default() };
        assert_eq!(draft.patch(&saved), (expected, Violations::default()));
    }

    #[test]
    fn numbers_are_judged_where_they_stand() {
        let saved = GeneralDraft::of(&data());
        for (text, expected) in [
            ("", ViolationCode::Required),
            ("many", ViolationCode::InvalidFormat),
            ("7", ViolationCode::OutOfRange),
            ("65", ViolationCode::OutOfRange),
        ] {
            let draft = GeneralDraft { minimum_password_length: text.to_owned(), ..saved.clone() };
            let found = draft.patch(&saved).1;
            let code = found.at("/minimum_password_length").map(|violation| violation.code);
            assert_eq!(code, Some(expected), "{text:?}");
        }
    }

    #[test]
    fn every_field_can_be_taken_over() {
        let mut mine = GeneralDraft::of(&data());
        let theirs = GeneralDraft::of(&GeneralData {
            name: "A".to_owned(),
            street: "B".to_owned(),
            city: "C".to_owned(),
            country: "PT".to_owned(),
            email: "d@e".to_owned(),
            phone: "1".to_owned(),
            currency: "USD".to_owned(),
            time_zone: "UTC".to_owned(),
            first_weekday: 7,
            language: Language::Es,
            minimum_password_length: 8,
            maximum_upload_megabytes: 1,
            members_see_money: true,
            invitations: false,
            ..data()
        });
        for field in theirs.fields() {
            mine.take(field.key, &theirs);
        }
        assert_eq!(mine, theirs);
    }
}
