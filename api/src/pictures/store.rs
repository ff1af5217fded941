//! Pictures in the database, and the rows that show one.

use diesel::prelude::*;
use serde_json::json;
use shared::{general_data::GeneralData, ids::PictureId, session::CurrentSession, user::User};
use uuid::Uuid;

use super::{NewPicture, handlers::Size};
use crate::{
    ApiError,
    access::Caller,
    db::{
        AccessScope, Entity, TenantConn,
        record::Recorded,
        schema::{general_data, pictures, users},
    },
    files::{FileKey, ObjectName, rows},
    general_data as organization,
    sessions::current_session,
    users as people,
};

/// Gives a picture its row.
fn add(conn: &mut TenantConn<'_>, picture: &NewPicture) -> Result<Uuid, ApiError> {
    // In one order, whoever does it: two that use the same files wait for each other and not in a circle.
    let (small, large) = if picture.small.hash() <= picture.large.hash() {
        let small = rows::add(conn, &picture.small)?;
        (small, rows::add(conn, &picture.large)?)
    } else {
        let large = rows::add(conn, &picture.large)?;
        (rows::add(conn, &picture.small)?, large)
    };
    let (id, now, user) = (conn.clock().new_id(), conn.clock().now(), conn.actor().user());
    diesel::insert_into(pictures::table)
        .values((
            pictures::id.eq(id),
            pictures::small_id.eq(small),
            pictures::large_id.eq(large),
            pictures::created_at.eq(now),
            pictures::created_by.eq(user),
        ))
        .execute(conn.sql())?;
    Ok(id)
}

/// The row of the next picture, where there is one: 404 where nothing is there and nothing comes.
fn next(
    conn: &mut TenantConn<'_>,
    before: Option<PictureId>,
    picture: Option<&NewPicture>,
) -> Result<Option<Uuid>, ApiError> {
    match (before, picture) {
        (None, None) => Err(ApiError::NotFound),
        (_, picture) => picture.map(|picture| add(conn, picture)).transpose(),
    }
}

/// Takes the row of a picture away that nothing shows any more. Its files are swept.
fn remove(conn: &mut TenantConn<'_>, picture: Option<PictureId>) -> Result<(), ApiError> {
    if let Some(picture) = picture {
        diesel::delete(pictures::table.filter(pictures::id.eq(picture.0))).execute(conn.sql())?;
    }
    Ok(())
}

/// Gives a person another photo, or none.
pub fn set_photo(
    conn: &mut TenantConn<'_>,
    user: shared::ids::UserId,
    version: i32,
    picture: Option<&NewPicture>,
) -> Result<User, ApiError> {
    let before = people::get_locked(conn, user, version)?;
    if before.erased {
        return Err(ApiError::NotFound);
    }
    show_photo(conn, &before, picture)?;
    people::get(conn, user)
}

/// Gives the caller another photo, or none.
pub fn set_own_photo(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    version: i32,
    picture: Option<&NewPicture>,
) -> Result<CurrentSession, ApiError> {
    match people::get_locked(conn, caller.user(), version) {
        Ok(before) => show_photo(conn, &before, picture)?,
        Err(ApiError::Stale(_)) => return Err(ApiError::stale(&current_session(conn, caller)?)),
        Err(error) => return Err(error),
    }
    current_session(conn, caller)
}

fn show_photo(
    conn: &mut TenantConn<'_>,
    before: &User,
    picture: Option<&NewPicture>,
) -> Result<(), ApiError> {
    let next = next(conn, before.photo, picture)?;
    let (now, by) = (conn.clock().now(), conn.actor().user());
    diesel::update(users::table.filter(users::id.eq(before.id.0)))
        .set((
            users::photo_id.eq(next),
            users::version.eq(users::version + 1),
            users::updated_at.eq(now),
            users::updated_by.eq(by),
        ))
        .execute(conn.sql())?;
    remove(conn, before.photo)?;
    let label = format!("{} {}", before.first_name, before.last_name);
    let photo = |photo: Option<Uuid>| json!({ "photo": photo });
    let recorded = Recorded::updated(
        Entity::User,
        before.id,
        &label,
        &photo(before.photo.map(Uuid::from)),
        &photo(next),
    );
    conn.record(recorded);
    conn.access_changed(AccessScope::User(before.id));
    Ok(())
}

/// Gives the organization another logo, or none.
pub fn set_logo(
    conn: &mut TenantConn<'_>,
    version: i32,
    picture: Option<&NewPicture>,
) -> Result<GeneralData, ApiError> {
    organization::lock_organization(conn)?;
    let before = organization::get(conn)?;
    if before.version != version {
        return Err(ApiError::stale(&before));
    }
    let next = next(conn, before.logo, picture)?;
    let (now, by) = (conn.clock().now(), conn.actor().user());
    diesel::update(general_data::table)
        .set((
            general_data::logo_id.eq(next),
            general_data::version.eq(general_data::version + 1),
            general_data::updated_at.eq(now),
            general_data::updated_by.eq(by),
        ))
        .execute(conn.sql())?;
    remove(conn, before.logo)?;
    let logo = |logo: Option<Uuid>| json!({ "logo": logo });
    let (id, old) = (conn.organization().0, logo(before.logo.map(Uuid::from)));
    conn.record(Recorded::updated(Entity::GeneralData, id, &before.name, &old, &logo(next)));
    organization::get(conn)
}

/// The logo, where there is one.
pub fn logo(conn: &mut TenantConn<'_>) -> Result<Option<PictureId>, ApiError> {
    let logo: Option<Uuid> = general_data::table.select(general_data::logo_id).first(conn.sql())?;
    Ok(logo.map(PictureId))
}

/// Where a picture stands in the store, with its media type and the key to check it by.
pub fn find(
    conn: &mut TenantConn<'_>,
    picture: PictureId,
    size: Size,
) -> Result<(ObjectName, String, FileKey), ApiError> {
    let (small, large): (Uuid, Uuid) = pictures::table
        .filter(pictures::id.eq(picture.0))
        .select((pictures::small_id, pictures::large_id))
        .first(conn.sql())?;
    let file = match size {
        Size::Small => small,
        Size::Large => large,
    };
    let (object, media_type) = rows::object(conn, file)?;
    let key =
        rows::find_key(conn)?.ok_or_else(|| ApiError::internal(anyhow::anyhow!("files without a key")))?;
    Ok((object, media_type, key))
}
