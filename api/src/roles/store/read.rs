//! Reading roles: a constant number of statements, however many there are.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{dsl::count_star, prelude::*};
use shared::{
    Menu, Operations,
    ids::RoleId,
    licence::Function,
    role::{Grants, Role, RoleChoice},
};
use uuid::Uuid;

use crate::{
    ApiError,
    access::{person::Validity, store::licence_validity},
    db::{
        TenantConn,
        schema::{role_grants, roles, user_roles},
    },
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = roles)]
struct RoleRow {
    id: Uuid,
    version: i32,
    name: String,
    description: String,
    licence_type: String,
    functions: Vec<String>,
    default_for_new_users: bool,
    updated_at: DateTime<Utc>,
}

/// All roles, by name.
pub fn list(conn: &mut TenantConn<'_>, today: NaiveDate) -> Result<Vec<Role>, ApiError> {
    let rows = roles::table.order((roles::name, roles::id)).select(RoleRow::as_select()).load(conn.sql())?;
    with_grants(conn, rows, today)
}

/// One role.
pub fn get(conn: &mut TenantConn<'_>, id: RoleId, today: NaiveDate) -> Result<Role, ApiError> {
    let row = roles::table.filter(roles::id.eq(id.0)).select(RoleRow::as_select()).first(conn.sql())?;
    with_grants(conn, vec![row], today)?.pop().ok_or(ApiError::NotFound)
}

/// All roles by name, as those who manage people choose them.
pub fn choices(conn: &mut TenantConn<'_>, today: NaiveDate) -> Result<Vec<RoleChoice>, ApiError> {
    let rows: Vec<(Uuid, String, String, bool)> = roles::table
        .order((roles::name, roles::id))
        .select((roles::id, roles::name, roles::licence_type, roles::default_for_new_users))
        .load(conn.sql())?;
    let validity = licence_validity(conn)?;
    let choice = |(id, name, licence_type, default_for_new_users): (Uuid, String, String, bool)| RoleChoice {
        id: RoleId(id),
        name,
        licence_valid: is_valid(&validity, &licence_type, today),
        licence_type,
        default_for_new_users,
    };
    Ok(rows.into_iter().map(choice).collect())
}

/// Whether a licence of this type is valid on this day.
fn is_valid(validity: &HashMap<String, Vec<Validity>>, licence_type: &str, today: NaiveDate) -> bool {
    validity.get(licence_type).is_some_and(|spans| spans.iter().any(|span| span.contains(today)))
}

fn with_grants(
    conn: &mut TenantConn<'_>,
    rows: Vec<RoleRow>,
    today: NaiveDate,
) -> Result<Vec<Role>, ApiError> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut grants = grants(conn, &ids)?;
    let holders: HashMap<Uuid, i64> = user_roles::table
        .filter(user_roles::role_id.eq_any(&ids))
        .group_by(user_roles::role_id)
        .select((user_roles::role_id, count_star()))
        .load(conn.sql())?
        .into_iter()
        .collect();
    let validity = licence_validity(conn)?;
    Ok(rows
        .into_iter()
        .map(|row| Role {
            id: RoleId(row.id),
            version: row.version,
            name: row.name,
            description: row.description,
            licence_valid: is_valid(&validity, &row.licence_type, today),
            licence_type: row.licence_type,
            functions: row.functions.iter().filter_map(|key| Function::from_key(key)).collect(),
            default_for_new_users: row.default_for_new_users,
            grants: grants.remove(&row.id).unwrap_or_default(),
            holders: holders.get(&row.id).copied().unwrap_or(0),
            updated_at: row.updated_at,
        })
        .collect())
}

fn grants(conn: &mut TenantConn<'_>, roles: &[Uuid]) -> Result<HashMap<Uuid, Grants>, ApiError> {
    let rows: Vec<(Uuid, String, bool, bool, bool, bool)> = role_grants::table
        .filter(role_grants::role_id.eq_any(roles))
        .select((
            role_grants::role_id,
            role_grants::menu,
            role_grants::can_insert,
            role_grants::can_update,
            role_grants::can_delete,
            role_grants::can_view,
        ))
        .load(conn.sql())?;
    let mut grants: HashMap<Uuid, Grants> = HashMap::new();
    for (role, menu, insert, update, delete, view) in rows {
        // A menu that a later version has taken away is shown no more.
        if let Some(menu) = Menu::from_key(&menu) {
            grants.entry(role).or_default().insert(menu, Operations { insert, update, delete, view });
        }
    }
    Ok(grants)
}
