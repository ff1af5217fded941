//! Reading people and the roles that they hold or are given.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use shared::{
    Language, Violation, ViolationCode,
    check::Violations,
    ids::{PictureId, RoleId, UserId},
    role::RoleName,
    user::User,
};
use uuid::Uuid;

use crate::{
    ApiError,
    db::{
        TenantConn,
        schema::{roles, user_roles, users},
    },
};

/// A person's row, without the roles.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct UserRow {
    pub id: Uuid,
    pub version: i32,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub language: String,
    pub no_login: bool,
    pub active: bool,
    #[diesel(select_expression = users::erased_at.is_not_null())]
    pub erased: bool,
    pub company_admin: bool,
    #[diesel(select_expression = users::password_hash.is_not_null())]
    pub has_password: bool,
    pub photo_id: Option<Uuid>,
    pub licence_used: Option<String>,
    pub last_sign_in_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl UserRow {
    /// The person with these roles.
    pub fn with_roles(self, roles: Vec<RoleName>) -> User {
        User {
            id: UserId(self.id),
            version: self.version,
            email: self.email,
            first_name: self.first_name,
            last_name: self.last_name,
            language: Language::from_code(&self.language).unwrap_or_default(),
            no_login: self.no_login,
            active: self.active,
            erased: self.erased,
            company_admin: self.company_admin,
            has_password: self.has_password,
            photo: self.photo_id.map(PictureId),
            roles,
            licence_used: self.licence_used,
            last_sign_in_at: self.last_sign_in_at,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// One person.
pub fn get(conn: &mut TenantConn<'_>, id: UserId) -> Result<User, ApiError> {
    let row = users::table.filter(users::id.eq(id.0)).select(UserRow::as_select()).first(conn.sql())?;
    let roles = roles_of(conn, &[id.0])?.remove(&id.0).unwrap_or_default();
    Ok(row.with_roles(roles))
}

/// The person, held still, where this is still the version.
pub fn get_locked(conn: &mut TenantConn<'_>, id: UserId, version: i32) -> Result<User, ApiError> {
    let _locked: Uuid =
        users::table.filter(users::id.eq(id.0)).select(users::id).for_no_key_update().first(conn.sql())?;
    let user = get(conn, id)?;
    if user.version == version {
        Ok(user)
    } else {
        Err(ApiError::Stale(serde_json::to_value(&user).map_err(ApiError::internal)?))
    }
}

/// The roles of these people, by name, in one statement.
pub fn roles_of(
    conn: &mut TenantConn<'_>,
    people: &[Uuid],
) -> Result<HashMap<Uuid, Vec<RoleName>>, ApiError> {
    let rows: Vec<(Uuid, Uuid, String)> = user_roles::table
        .inner_join(roles::table)
        .filter(user_roles::user_id.eq_any(people))
        .order((roles::name, roles::id))
        .select((user_roles::user_id, roles::id, roles::name))
        .load(conn.sql())?;
    let mut roles: HashMap<Uuid, Vec<RoleName>> = HashMap::new();
    for (user, id, name) in rows {
        roles.entry(user).or_default().push(RoleName { id: RoleId(id), name });
    }
    Ok(roles)
}

/// The roles with these ids, by name. They are held, so that nobody deletes one before it is given.
pub fn roles_given(conn: &mut TenantConn<'_>, ids: &[RoleId]) -> Result<Vec<RoleName>, ApiError> {
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let _held: Vec<Uuid> = roles::table
        .filter(roles::id.eq_any(wanted))
        .order(roles::id)
        .select(roles::id)
        .for_key_share()
        .load(conn.sql())?;
    roles_named(conn, ids)
}

/// The roles with these ids, by name, as they are now.
pub fn roles_named(conn: &mut TenantConn<'_>, ids: &[RoleId]) -> Result<Vec<RoleName>, ApiError> {
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<(Uuid, String)> = roles::table
        .filter(roles::id.eq_any(&wanted))
        .order((roles::name, roles::id))
        .select((roles::id, roles::name))
        .load(conn.sql())?;
    let found: HashSet<&Uuid> = rows.iter().map(|(id, _)| id).collect();
    let mut violations = Violations::default();
    for (index, id) in wanted.iter().enumerate().filter(|(_, id)| !found.contains(id)) {
        let message = format!("There is no role {id}.");
        violations.add(&format!("/roles/{index}"), Err(Violation::new(ViolationCode::NotFound, message)));
    }
    if !violations.is_empty() {
        return Err(ApiError::Invalid(violations));
    }
    Ok(rows.into_iter().map(|(id, name)| RoleName { id: RoleId(id), name }).collect())
}

/// The role that new users get.
pub fn default_roles(conn: &mut TenantConn<'_>) -> Result<Vec<RoleName>, ApiError> {
    let rows: Vec<(Uuid, String)> = roles::table
        .filter(roles::default_for_new_users)
        .select((roles::id, roles::name))
        .for_key_share()
        .load(conn.sql())?;
    Ok(rows.into_iter().map(|(id, name)| RoleName { id: RoleId(id), name }).collect())
}
