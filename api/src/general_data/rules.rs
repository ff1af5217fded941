//! The rules of General Data.

use chrono_tz::Tz;
use shared::{
    ViolationCode,
    check::{normal_email, normal_name},
    general_data::{GeneralData, GeneralDataPatch},
};

use crate::ApiError;

/// What is there with the patch applied.
pub fn apply(present: &GeneralData, patch: GeneralDataPatch) -> Result<GeneralData, ApiError> {
    let normal = |text: String| normal_name(&text);
    let after = GeneralData {
        version: present.version,
        name: patch.name.map_or_else(|| present.name.clone(), normal),
        street: patch.street.map_or_else(|| present.street.clone(), normal),
        city: patch.city.map_or_else(|| present.city.clone(), normal),
        country: patch.country.unwrap_or_else(|| present.country.clone()),
        email: patch.email.map_or_else(|| present.email.clone(), |email| normal_email(&email)),
        phone: patch.phone.map_or_else(|| present.phone.clone(), normal),
        currency: patch.currency.unwrap_or_else(|| present.currency.clone()),
        time_zone: patch.time_zone.unwrap_or_else(|| present.time_zone.clone()),
        first_weekday: patch.first_weekday.unwrap_or(present.first_weekday),
        language: patch.language.unwrap_or(present.language),
        minimum_password_length: patch.minimum_password_length.unwrap_or(present.minimum_password_length),
        maximum_upload_megabytes: patch.maximum_upload_megabytes.unwrap_or(present.maximum_upload_megabytes),
        members_see_money: patch.members_see_money.unwrap_or(present.members_see_money),
        invitations: patch.invitations.unwrap_or(present.invitations),
        logo: present.logo,
    };
    if after.time_zone.parse::<Tz>().is_err() {
        let message = "This is not a time zone, such as Europe/Madrid.";
        return Err(ApiError::invalid("/time_zone", ViolationCode::InvalidFormat, message));
    }
    Ok(after)
}

#[cfg(test)]
mod tests {
    use shared::Language;

    use super::*;

    fn present() -> GeneralData {
        GeneralData {
            version: 3,
            name: "Acme Works".to_owned(),
            street: "1 Main Street".to_owned(),
            city: String::new(),
            country: "ES".to_owned(),
            email: String::new(),
            phone: String::new(),
            currency: "EUR".to_owned(),
            time_zone: "UTC".to_owned(),
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
    fn absent_fields_stay() {
        assert_eq!(apply(&present(), GeneralDataPatch::default()).expect("nothing is wrong"), present());
    }

    #[test]
    fn given_fields_are_set_in_their_normal_form() {
        let patch = GeneralDataPatch {
            name: Some(" Acme ".to_owned()),
            country: Some(String::new()),
            email: Some(" Info@Acme.example ".to_owned()),
            first_weekday: Some(7),
            ..GeneralDataPatch::default()
        };
        let expected = GeneralData {
            name: "Acme".to_owned(),
            country: String::new(),
            email: "info@acme.example".to_owned(),
            first_weekday: 7,
            ..present()
        };
        assert_eq!(apply(&present(), patch).expect("nothing is wrong"), expected);
    }

    #[test]
    fn time_zones_are_those_that_there_are() {
        for (zone, is_one) in [
            ("Europe/Madrid", true),
            ("America/Mexico_City", true),
            ("UTC", true),
            ("Europe/Atlantis", false),
            ("+02:00", false),
            ("", false),
        ] {
            let patch = GeneralDataPatch { time_zone: Some(zone.to_owned()), ..GeneralDataPatch::default() };
            assert_eq!(apply(&present(), patch).is_ok(), is_one, "{zone}");
        }
    }
}
