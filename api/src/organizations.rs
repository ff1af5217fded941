//! Organizations, as operators make and manage them at the command line: `portico org …`.

pub mod licences;
mod starting_roles;

use anyhow::{Context, Result, bail};
use diesel::prelude::*;
use serde_json::{Value, json};
use shared::{
    Language,
    check::{self, normal_email, normal_name},
    ids::{OrganizationId, UserId},
};
use uuid::Uuid;

use self::licences::NewLicence;
use crate::{
    access::store::parse_time_zone,
    clock::{self, Clock},
    db::{
        Entity, TenantConn,
        operator::{
            OperatorDb, OrganizationRow,
            tables::{client_requests, organization_domains, organizations},
        },
        record::Recorded,
        schema::{general_data, sign_in_settings, users},
    },
    passwords, project_parameters,
};

/// An organization to be made, with its first company admin.
#[derive(Debug, Clone)]
pub struct NewOrganization {
    /// The word in addresses.
    pub slug: String,
    /// The name.
    pub name: String,
    /// The language of the admin and of new users.
    pub language: Language,
    /// The ISO 4217 code of the currency.
    pub currency: String,
    /// The IANA name of the time zone.
    pub time_zone: String,
    /// The company admin's e-mail.
    pub admin_email: String,
    /// The company admin's first name.
    pub admin_first_name: String,
    /// The company admin's last name.
    pub admin_last_name: String,
    /// The company admin's password.
    pub admin_password: String,
    /// What it holds.
    pub licences: Vec<NewLicence>,
}

/// Makes an organization with its settings, company admin, licences, starting roles and lists.
pub fn create(db: &mut OperatorDb, new: &NewOrganization) -> Result<OrganizationId> {
    check_new(new)?;
    let clock = db.clock().clone();
    let (id, now) = (OrganizationId(clock.new_id()), clock.now());
    if find(db, &new.slug)?.is_some() {
        bail!("an organization with this slug exists already");
    }
    let password_hash = passwords::hash(&new.admin_password)?;
    let number: i32 =
        diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>("nextval('organization_number')::int"))
            .get_result(db.global())?;
    // Its own transaction: what follows refers to it from under the tenants' role.
    diesel::insert_into(organizations::table)
        .values((
            organizations::id.eq(id.0),
            organizations::number.eq(number),
            organizations::short_id.eq(short_id()),
            organizations::slug.eq(&new.slug),
            organizations::name.eq(normal_name(&new.name)),
            organizations::state.eq("suspended"),
            organizations::created_at.eq(now),
        ))
        .execute(db.global())?;
    db.in_organization(id, |conn| {
        let admin = UserId(conn.clock().new_id());
        insert_settings(conn, new)?;
        insert_admin(conn, admin, new, &password_hash)?;
        starting_roles::insert(conn)?;
        project_parameters::seed(conn)
    })?;
    licences::hold(db, id, &new.licences)?;
    // Until now nobody could have come in by half.
    set_state(db, &new.slug, "active")?;
    Ok(id)
}

fn check_new(new: &NewOrganization) -> Result<()> {
    check::slug(&new.slug).map_err(|violation| anyhow::anyhow!("slug: {}", violation.message))?;
    check::email(&new.admin_email).map_err(|violation| anyhow::anyhow!("e-mail: {}", violation.message))?;
    for (what, name) in
        [("name", &new.name), ("first name", &new.admin_first_name), ("last name", &new.admin_last_name)]
    {
        check::name(name).map_err(|violation| anyhow::anyhow!("{what}: {}", violation.message))?;
    }
    let minimum = shared::general_data::PASSWORD_MINIMUM_ADVISED;
    passwords::check_new(&new.admin_password, minimum, &new.admin_email, &new.name)
        .map_err(|violation| anyhow::anyhow!("password: {}", violation.message))?;
    parse_time_zone(&new.time_zone)?;
    Ok(())
}

fn insert_settings(conn: &mut TenantConn<'_>, new: &NewOrganization) -> Result<(), crate::ApiError> {
    let (id, now) = (conn.organization().0, conn.clock().now());
    diesel::insert_into(general_data::table)
        .values((
            general_data::id.eq(id),
            general_data::currency.eq(&new.currency),
            general_data::time_zone.eq(&new.time_zone),
            general_data::language.eq(new.language.code()),
            general_data::created_at.eq(now),
            general_data::updated_at.eq(now),
        ))
        .execute(conn.sql())?;
    let settings = json!({"currency": new.currency, "time_zone": new.time_zone, "language": new.language});
    conn.record(Recorded::created(Entity::GeneralData, id, &new.name, &settings));
    diesel::insert_into(sign_in_settings::table)
        .values((
            sign_in_settings::id.eq(id),
            sign_in_settings::created_at.eq(now),
            sign_in_settings::updated_at.eq(now),
        ))
        .execute(conn.sql())?;
    Ok(())
}

fn insert_admin(
    conn: &mut TenantConn<'_>,
    id: UserId,
    new: &NewOrganization,
    password_hash: &str,
) -> Result<(), crate::ApiError> {
    let now = conn.clock().now();
    diesel::insert_into(users::table)
        .values((
            users::id.eq(id.0),
            users::email.eq(normal_email(&new.admin_email)),
            users::first_name.eq(normal_name(&new.admin_first_name)),
            users::last_name.eq(normal_name(&new.admin_last_name)),
            users::language.eq(new.language.code()),
            users::company_admin.eq(true),
            users::password_hash.eq(password_hash),
            users::created_at.eq(now),
            users::updated_at.eq(now),
        ))
        .execute(conn.sql())?;
    let label = format!("{} {}", new.admin_first_name, new.admin_last_name);
    let admin = json!({"email": normal_email(&new.admin_email), "company_admin": true});
    conn.record(Recorded::created(Entity::User, id, &label, &admin));
    Ok(())
}

/// The organization with this slug.
pub fn find(db: &mut OperatorDb, slug: &str) -> Result<Option<OrganizationRow>> {
    Ok(organizations::table.filter(organizations::slug.eq(slug)).first(db.global()).optional()?)
}

/// All organizations, by number.
pub fn list(db: &mut OperatorDb) -> Result<Vec<OrganizationRow>> {
    Ok(organizations::table.order(organizations::number).load(db.global())?)
}

/// Gives an organization a domain of its own: it is served at that host, and no other organization is.
pub fn add_domain(db: &mut OperatorDb, slug: &str, host: &str) -> Result<()> {
    let host = host.trim().trim_end_matches('.').to_lowercase();
    let well_formed = host.contains('.')
        && host.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
        });
    if !well_formed {
        bail!("{host} is not a host name, such as projects.example.org");
    }
    let organization = find(db, slug)?.with_context(|| format!("there is no organization {slug}"))?;
    let taken: Option<Uuid> = organization_domains::table
        .filter(organization_domains::host.eq(&host))
        .select(organization_domains::organization_id)
        .first(db.global())
        .optional()?;
    match taken {
        Some(id) if id == organization.id => Ok(()),
        Some(_) => bail!("{host} belongs to another organization"),
        None => {
            db.insert_in_organization(OrganizationId(organization.id), |conn| {
                diesel::insert_into(organization_domains::table)
                    .values((
                        organization_domains::host.eq(&host),
                        organization_domains::organization_id.eq(organization.id),
                    ))
                    .execute(conn.sql())?;
                let (before, after) = (json!({"domain": null}), json!({"domain": host}));
                conn.record(changed(&organization, &before, &after));
                Ok(())
            })?;
            Ok(())
        }
    }
}

/// Suspends: within a second nobody of it can sign in or go on, on any server.
pub fn suspend(db: &mut OperatorDb, slug: &str) -> Result<()> {
    set_state(db, slug, "suspended")
}

/// Resumes: people go on where they were.
pub fn resume(db: &mut OperatorDb, slug: &str) -> Result<()> {
    set_state(db, slug, "active")
}

/// The same of one that is known by its id. One that is suspended stays so.
pub fn suspend_by_id(db: &mut OperatorDb, id: OrganizationId) -> Result<()> {
    let one = organizations::table.find(id.0).select(organizations::slug);
    let slug: Option<String> = one.first(db.global()).optional()?;
    suspend(db, &slug.with_context(|| format!("there is no organization {id}"))?)
}

fn set_state(db: &mut OperatorDb, slug: &str, state: &str) -> Result<()> {
    let organization = find(db, slug)?.with_context(|| format!("there is no organization {slug}"))?;
    let id = OrganizationId(organization.id);
    if state == "active" && is_being_erased(db, id)? {
        bail!("it is being erased, as its client has asked for: nobody is let in any more");
    }
    db.insert_in_organization(id, |conn| {
        // Held still, so that the history says what it was in truth.
        let row = organizations::table.filter(organizations::id.eq(id.0));
        let former: String = row.select(organizations::state).for_update().first(conn.sql())?;
        diesel::update(row).set(organizations::state.eq(state)).execute(conn.sql())?;
        conn.record(changed(&organization, &json!({"state": former}), &json!({"state": state})));
        Ok(())
    })?;
    db.notify(id)
}

fn is_being_erased(db: &mut OperatorDb, id: OrganizationId) -> Result<bool> {
    let under_way = client_requests::table
        .filter(client_requests::organization.eq(id.0).and(client_requests::kind.eq("erasure")))
        .filter(client_requests::state.eq("executing"));
    Ok(diesel::select(diesel::dsl::exists(under_way)).get_result(db.global())?)
}

/// An operator has changed something of the organization itself.
fn changed(organization: &OrganizationRow, before: &Value, after: &Value) -> Recorded {
    Recorded::updated(Entity::Organization, organization.id, &organization.name, before, after)
}

/// Eight of a-z and 0-9, to name the organization in opaque credentials.
fn short_id() -> String {
    const LETTERS: [char; 32] = [
        'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k', 'm', 'n', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w',
        'x', 'y', 'z', '2', '3', '4', '5', '6', '7', '8', '9', '0',
    ];
    let mut bytes = [0_u8; 8];
    clock::random(&mut bytes);
    bytes.iter().filter_map(|byte| LETTERS.get(usize::from(byte % 32))).collect()
}

/// Opens the operators' database of the configuration.
pub fn open() -> Result<OperatorDb> {
    OperatorDb::open(&crate::config::operator_database_url()?, Clock::system())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_ids_have_eight_letters() {
        for _ in 0..100 {
            let id = short_id();
            assert!(id.len() == 8 && id.chars().all(|letter| letter.is_ascii_alphanumeric()), "{id}");
        }
    }
}
