//! Pictures: fetched with the token, since `<img src>` sends none, and kept as long as the page.

use std::{cell::RefCell, collections::HashMap};

use shared::{ids::PictureId, picture::PictureSize};

use super::{Failure, client};
use crate::browser;

/// So many at most are kept; then it begins anew.
const KEPT: usize = 500;

thread_local! {
    /// A picture never changes, so what was fetched once is good.
    static FETCHED: RefCell<HashMap<(PictureId, &'static str), String>> = RefCell::default();
}

/// A picture as an address that an image takes, where it was fetched already.
pub fn known_picture(picture: PictureId, size: PictureSize) -> Option<String> {
    FETCHED.with_borrow(|fetched| fetched.get(&(picture, size.key())).cloned())
}

/// A picture as an address that an image takes.
pub async fn picture(picture: PictureId, size: PictureSize) -> Result<String, Failure> {
    if let Some(known) = known_picture(picture, size) {
        return Ok(known);
    }
    let (kind, bytes) = client::file(&format!("/pictures/{picture}?size={}", size.key())).await?;
    let address = browser::data_address(&kind, &bytes).ok_or(Failure::Unreadable)?;
    FETCHED.with_borrow_mut(|fetched| {
        if fetched.len() >= KEPT {
            fetched.clear();
        }
        fetched.insert((picture, size.key()), address.clone());
    });
    Ok(address)
}
