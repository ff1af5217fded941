//! Pictures: people's photos and the organization's logo, each in the two sizes in which screens show it.
//!
//! A picture never changes, so whoever has it need not ask again; another one has another id. [`take`] makes the files of
//! one from what somebody uploads and puts them into the store; in the transaction that changes the person or the
//! organization, [`store::replace`] gives it its row and takes that of the one before away.

mod handlers;
mod image;
mod store;
mod upload;

use std::sync::Arc;

use actix_web::web::Data;
use bytes::Bytes;

use crate::{
    ApiError,
    access::Caller,
    bounded::Bounded,
    db::Actor,
    files::{
        self,
        rows::{self, NewFile},
    },
    http::{route::Route, server::Site},
    routes,
};
use handlers::{
    __path_delete_logo, __path_delete_own_photo, __path_delete_user_photo, __path_get_picture,
    __path_get_sign_in_logo, __path_update_logo, __path_update_own_photo, __path_update_user_photo,
    delete_logo, delete_own_photo, delete_user_photo, get_picture, get_sign_in_logo, update_logo,
    update_own_photo, update_user_photo,
};
pub use image::Kind;
pub use store::logo;
pub use upload::{UPLOAD_LIMIT, Upload};

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![
        update_own_photo,
        delete_own_photo,
        update_user_photo,
        delete_user_photo,
        update_logo,
        delete_logo,
        get_picture,
        get_sign_in_logo
    ]
}

/// How many images are worked on at once, each of which may take tens of megabytes, and how many may wait.
const RUNNING: usize = 1;
const WAITING: usize = 8;

/// The threads that read images.
#[derive(Debug, Clone)]
pub struct Studio(Bounded);

impl Studio {
    /// The pool.
    pub fn start() -> std::io::Result<Self> {
        Bounded::start("images", RUNNING, WAITING).map(Self)
    }
}

/// A picture whose files stand in the store.
#[derive(Debug, Clone)]
pub struct NewPicture {
    small: NewFile,
    large: NewFile,
}

/// Makes a picture of what was uploaded: read, cut and written anew, then put into the store where it is not there yet.
pub async fn take(
    site: &Data<Site>,
    caller: &Caller,
    kind: Kind,
    upload: Upload,
) -> Result<NewPicture, ApiError> {
    let rendered = site.studio.0.run(move || image::render(kind, &upload.0)).await??;
    let rendered = Arc::new(rendered);
    let (seen, organization) = (Arc::clone(&rendered), caller.organization.id);
    let looked = site.db.note(organization, Actor::of(caller), move |conn| {
        let key = rows::key(conn)?;
        let look = |conn: &mut crate::db::TenantConn<'_>, bytes: &Bytes| {
            let file =
                NewFile::new(conn.clock().new_id(), files::hash(&key, bytes), bytes.len(), seen.media_type);
            Ok::<_, ApiError>((rows::is_there(conn, file.hash())?, file))
        };
        Ok((look(conn, &seen.small)?, look(conn, &seen.large)?))
    });
    let ((small_there, mut small), (large_there, mut large)) = looked.await?;
    if !small_there {
        small.put(&site.files, organization, rendered.small.clone()).await?;
    }
    if !large_there {
        large.put(&site.files, organization, rendered.large.clone()).await?;
    }
    Ok(NewPicture { small, large })
}
