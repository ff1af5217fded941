//! Files in the database: the key under which they are hashed, and one row for each content.

use diesel::prelude::*;
use shared::ids::OrganizationId;
use uuid::Uuid;

use super::{FileHash, FileKey, Files, ObjectName};
use crate::{
    ApiError,
    clock::random,
    db::{
        TenantConn,
        schema::{file_keys, files},
    },
};

/// A file that stands in the store and waits for its row.
#[derive(Debug, Clone)]
pub struct NewFile {
    id: Uuid,
    hash: FileHash,
    size: i64,
    media_type: &'static str,
    /// Whether this upload has put it, or found that it was there.
    is_put: bool,
}

impl NewFile {
    /// A file of which it is not known yet whether it is there.
    pub fn new(id: Uuid, hash: FileHash, size: usize, media_type: &'static str) -> Self {
        Self { id, hash, size: i64::try_from(size).unwrap_or(i64::MAX), media_type, is_put: false }
    }

    /// Puts it, unless it is known to be there.
    pub async fn put(
        &mut self,
        store: &Files,
        organization: OrganizationId,
        bytes: bytes::Bytes,
    ) -> Result<(), ApiError> {
        let name = ObjectName { organization, hash: self.hash, id: self.id };
        store.put(&name, bytes).await?;
        self.is_put = true;
        Ok(())
    }

    /// The hash.
    pub fn hash(&self) -> &FileHash {
        &self.hash
    }
}

/// The organization's key, where it has one already.
pub fn find_key(conn: &mut TenantConn<'_>) -> Result<Option<FileKey>, ApiError> {
    let key: Option<Vec<u8>> = file_keys::table.select(file_keys::key).first(conn.sql()).optional()?;
    let wrong = |_| ApiError::internal(anyhow::anyhow!("a file key of another length"));
    key.map(|key| key.try_into().map_err(wrong)).transpose()
}

/// The organization's key, made where it has none yet.
pub fn key(conn: &mut TenantConn<'_>) -> Result<FileKey, ApiError> {
    if let Some(key) = find_key(conn)? {
        return Ok(key);
    }
    let mut new = FileKey::default();
    random(&mut new);
    let (id, now) = (conn.clock().new_id(), conn.clock().now());
    diesel::insert_into(file_keys::table)
        .values((file_keys::id.eq(id), file_keys::key.eq(new.as_slice()), file_keys::created_at.eq(now)))
        // Somebody else has made it at the same moment.
        .on_conflict_do_nothing()
        .execute(conn.sql())?;
    find_key(conn)?.ok_or(ApiError::Busy)
}

/// Whether this content has a row, and so stands in the store.
pub fn is_there(conn: &mut TenantConn<'_>, hash: &FileHash) -> Result<bool, ApiError> {
    let there = files::table.filter(files::hash.eq(hash.as_slice()));
    Ok(diesel::select(diesel::dsl::exists(there)).get_result(conn.sql())?)
}

/// The row of a file that stands in the store: a new one, or that which its content has already.
pub fn add(conn: &mut TenantConn<'_>, file: &NewFile) -> Result<Uuid, ApiError> {
    let now = conn.clock().now();
    if file.is_put {
        diesel::insert_into(files::table)
            .values((
                files::id.eq(file.id),
                files::hash.eq(file.hash.as_slice()),
                files::size.eq(file.size),
                files::media_type.eq(file.media_type),
                files::created_at.eq(now),
                files::used_at.eq(now),
            ))
            .on_conflict_do_nothing()
            .execute(conn.sql())?;
    }
    // The row is held until the end of the transaction, and not swept afterwards for a while.
    let used = diesel::update(files::table.filter(files::hash.eq(file.hash.as_slice())))
        .set(files::used_at.eq(now))
        .returning(files::id);
    // It was there and was swept meanwhile: the next try puts it anew.
    used.get_result(conn.sql()).optional()?.ok_or(ApiError::Busy)
}

/// The object of a row, with its media type.
pub fn object(conn: &mut TenantConn<'_>, id: Uuid) -> Result<(ObjectName, String), ApiError> {
    let (hash, media_type): (Vec<u8>, String) =
        files::table.filter(files::id.eq(id)).select((files::hash, files::media_type)).first(conn.sql())?;
    let wrong = |_| ApiError::internal(anyhow::anyhow!("a hash of another length"));
    Ok((
        ObjectName { organization: conn.organization(), hash: hash.try_into().map_err(wrong)?, id },
        media_type,
    ))
}
