//! General Data: what an organization says of itself, and its settings.

use serde::{Deserialize, Serialize};

use crate::{
    Check, Language, Violation, ViolationCode,
    check::{self, Violations},
    ids::PictureId,
};

/// The least value that *minimum password length* may have.
pub const PASSWORD_MINIMUM_FLOOR: i16 = 8;
/// The highest value that *minimum password length* may have.
pub const PASSWORD_MINIMUM_CEILING: i16 = 64;
/// Below this, the screen warns while no second factor is required.
pub const PASSWORD_MINIMUM_ADVISED: i16 = 15;

/// General Data. `GET /api/v1/general-data`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GeneralData {
    /// For `If-Match` and the merge.
    pub version: i32,
    /// The organization's name.
    pub name: String,
    /// Street and number.
    pub street: String,
    /// Postal code and city.
    pub city: String,
    /// The ISO 3166-1 alpha-2 code of the country, or empty.
    pub country: String,
    /// The company's e-mail, or empty.
    pub email: String,
    /// The company's phone, or empty.
    pub phone: String,
    /// The ISO 4217 code of the currency.
    pub currency: String,
    /// The IANA name of the time zone.
    pub time_zone: String,
    /// The first day of the week: 1 Monday to 7 Sunday.
    pub first_weekday: i16,
    /// The language that new users get.
    pub language: Language,
    /// The least length of a new password, in characters, 8 to 64.
    pub minimum_password_length: i16,
    /// The largest file that may be uploaded, in MB, 1 to 1024.
    pub maximum_upload_megabytes: i16,
    /// Whether team members see money on their projects.
    pub members_see_money: bool,
    /// Whether people may be invited by mail.
    pub invitations: bool,
    /// The logo, for `GET /api/v1/pictures/{picture}`; absent when there is none.
    pub logo: Option<PictureId>,
}

/// A change of General Data. `PATCH /api/v1/general-data` with `If-Match`; absent fields stay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GeneralDataPatch {
    /// The organization's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name: Option<String>,
    /// Street and number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub street: Option<String>,
    /// Postal code and city.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub city: Option<String>,
    /// The ISO 3166-1 alpha-2 code of the country, or empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The company's e-mail, or empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 254))]
    pub email: Option<String>,
    /// The company's phone, or empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub phone: Option<String>,
    /// The ISO 4217 code of the currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The IANA name of the time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The first day of the week: 1 Monday to 7 Sunday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_weekday: Option<i16>,
    /// The language that new users get.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// The least length of a new password, in characters, 8 to 64. Applies at each person's next change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_password_length: Option<i16>,
    /// The largest file that may be uploaded, in MB, 1 to 1024.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_upload_megabytes: Option<i16>,
    /// Whether team members see money on their projects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members_see_money: Option<bool>,
    /// Whether people may be invited by mail. Where not, links that were sent before do not work either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitations: Option<bool>,
}

impl Check for GeneralDataPatch {
    fn check(&self, violations: &mut Violations) {
        if let Some(name) = &self.name {
            violations.add("/name", check::name(name));
        }
        for (pointer, text) in [("/street", &self.street), ("/city", &self.city), ("/phone", &self.phone)] {
            if let Some(text) = text {
                violations.add(pointer, check::short_text(text, check::NAME_LENGTH));
            }
        }
        if let Some(country) = self.country.as_deref().filter(|country| !country.is_empty()) {
            violations.add("/country", code(country, 2, "This is not a country code, such as ES."));
        }
        if let Some(email) = self.email.as_deref().filter(|email| !email.is_empty()) {
            violations.add("/email", check::email(email));
        }
        if let Some(currency) = &self.currency {
            violations.add("/currency", code(currency, 3, "This is not a currency code, such as EUR."));
        }
        for (pointer, value, least, most) in [
            ("/first_weekday", self.first_weekday, 1, 7),
            (
                "/minimum_password_length",
                self.minimum_password_length,
                PASSWORD_MINIMUM_FLOOR,
                PASSWORD_MINIMUM_CEILING,
            ),
            ("/maximum_upload_megabytes", self.maximum_upload_megabytes, 1, 1024),
        ] {
            if let Some(value) = value {
                violations.add(pointer, within(value, least, most));
            }
        }
    }
}

fn code(text: &str, length: usize, message: &str) -> Result<(), Violation> {
    if text.len() == length && text.chars().all(|character| character.is_ascii_uppercase()) {
        Ok(())
    } else {
        Err(Violation::new(ViolationCode::InvalidFormat, message))
    }
}

fn within(value: i16, least: i16, most: i16) -> Result<(), Violation> {
    let bound = if value < least {
        least
    } else if value > most {
        most
    } else {
        return Ok(());
    };
    let message = format!("A number from {least} to {most} is needed.");
    Err(Violation::limit(ViolationCode::OutOfRange, i64::from(bound), message))
}
