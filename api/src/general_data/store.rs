//! General Data in the database. The name stands with the organization and not in its row.

use chrono::NaiveDate;
use diesel::{prelude::*, sql_query, sql_types};
use shared::{
    Language,
    general_data::{GeneralData, GeneralDataPatch},
    ids::PictureId,
};
use uuid::Uuid;

use super::rules;
use crate::{
    ApiError,
    db::{AccessScope, Entity, TenantConn, record::Recorded, schema::general_data},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = general_data)]
struct GeneralDataRow {
    street: String,
    city: String,
    country: String,
    email: String,
    phone: String,
    currency: String,
    time_zone: String,
    first_weekday: i16,
    language: String,
    minimum_password_length: i16,
    maximum_upload_megabytes: i16,
    members_see_money: bool,
    invitations: bool,
    logo_id: Option<Uuid>,
    version: i32,
}

impl GeneralDataRow {
    fn into_general_data(self, name: String) -> GeneralData {
        GeneralData {
            version: self.version,
            name,
            street: self.street,
            city: self.city,
            country: self.country,
            email: self.email,
            phone: self.phone,
            currency: self.currency,
            time_zone: self.time_zone,
            first_weekday: self.first_weekday,
            language: Language::from_code(&self.language).unwrap_or_default(),
            minimum_password_length: self.minimum_password_length,
            maximum_upload_megabytes: self.maximum_upload_megabytes,
            members_see_money: self.members_see_money,
            invitations: self.invitations,
            logo: self.logo_id.map(PictureId),
        }
    }
}

/// What new people and passwords are measured by.
#[derive(Debug, Clone)]
pub struct SettingsForPeople {
    /// The language that new users get.
    pub language: Language,
    /// The least length of a new password, in characters.
    pub minimum_password_length: i16,
}

/// What new people and passwords are measured by.
pub fn settings_for_people(conn: &mut TenantConn<'_>) -> Result<SettingsForPeople, ApiError> {
    let (language, minimum_password_length): (String, i16) = general_data::table
        .select((general_data::language, general_data::minimum_password_length))
        .first(conn.sql())?;
    let language = Language::from_code(&language).unwrap_or_default();
    Ok(SettingsForPeople { language, minimum_password_length })
}

/// Whether people may be invited by mail.
pub fn takes_invitations(conn: &mut TenantConn<'_>) -> Result<bool, ApiError> {
    Ok(general_data::table.select(general_data::invitations).first(conn.sql())?)
}

/// The day that it is in the organization's time zone, for who is not signed in yet.
pub fn day_there(conn: &mut TenantConn<'_>) -> Result<NaiveDate, ApiError> {
    let now = conn.clock().now();
    Ok(now.with_timezone(&time_zone(conn)?).date_naive())
}

/// The organization's time zone.
pub fn time_zone(conn: &mut TenantConn<'_>) -> Result<chrono_tz::Tz, ApiError> {
    let zone: String = general_data::table.select(general_data::time_zone).first(conn.sql())?;
    zone.parse().map_err(|_| ApiError::internal(anyhow::anyhow!("no time zone {zone}")))
}

/// Waits until nobody else changes what is true of the organization as a whole, and holds it still until the
/// transaction's end. Where seats are locked too, they come first.
pub fn lock_organization(conn: &mut TenantConn<'_>) -> Result<(), ApiError> {
    let _locked: Uuid = general_data::table.select(general_data::id).for_update().first(conn.sql())?;
    Ok(())
}

/// General Data.
pub fn get(conn: &mut TenantConn<'_>) -> Result<GeneralData, ApiError> {
    let row: GeneralDataRow = general_data::table.select(GeneralDataRow::as_select()).first(conn.sql())?;
    Ok(row.into_general_data(organization_name(conn)?))
}

/// Applies the patch to the version that was read.
pub fn update(
    conn: &mut TenantConn<'_>,
    version: i32,
    patch: GeneralDataPatch,
) -> Result<GeneralData, ApiError> {
    lock_organization(conn)?;
    let before = get(conn)?;
    if before.version != version {
        return Err(ApiError::Stale(serde_json::to_value(&before).map_err(ApiError::internal)?));
    }
    let after = rules::apply(&before, patch)?;
    if after == before {
        return Ok(before);
    }
    save(conn, &after)?;
    if after.name != before.name {
        sql_query("SELECT portico.rename_organization($1)")
            .bind::<sql_types::Text, _>(&after.name)
            .execute(conn.sql())?;
    }
    let id = conn.organization().0;
    conn.record(Recorded::updated(Entity::GeneralData, id, &after.name, &before, &after));
    // Time zone, name and who sees money stand in what every server keeps of people.
    conn.access_changed(AccessScope::Everyone);
    Ok(GeneralData { version: before.version + 1, ..after })
}

fn save(conn: &mut TenantConn<'_>, after: &GeneralData) -> Result<(), ApiError> {
    let (now, user) = (conn.clock().now(), conn.actor().user());
    diesel::update(general_data::table)
        .set((
            general_data::street.eq(&after.street),
            general_data::city.eq(&after.city),
            general_data::country.eq(&after.country),
            general_data::email.eq(&after.email),
            general_data::phone.eq(&after.phone),
            general_data::currency.eq(&after.currency),
            general_data::time_zone.eq(&after.time_zone),
            general_data::first_weekday.eq(after.first_weekday),
            general_data::language.eq(after.language.code()),
            general_data::minimum_password_length.eq(after.minimum_password_length),
            general_data::maximum_upload_megabytes.eq(after.maximum_upload_megabytes),
            general_data::members_see_money.eq(after.members_see_money),
            general_data::invitations.eq(after.invitations),
            general_data::version.eq(general_data::version + 1),
            general_data::updated_at.eq(now),
            general_data::updated_by.eq(user),
        ))
        .execute(conn.sql())?;
    Ok(())
}

/// The organization's name as it is now, and not as some server has kept it.
fn organization_name(conn: &mut TenantConn<'_>) -> Result<String, ApiError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = sql_types::Text)]
        name: String,
    }
    let id = conn.organization().0;
    let row: Row = sql_query("SELECT name FROM portico.organization_by_id($1)")
        .bind::<sql_types::Uuid, _>(id)
        .get_result(conn.sql())?;
    Ok(row.name)
}
