//! After a restore the book ends before heads that stand off-site. Whoever has the book's key says so, in the book: nobody
//! else can, and whoever verifies is shown it.

use serde_json::json;

use super::{Action, Book, BookKeys, Doer, Entry, chain, keys, store, verify::SetBack};
use crate::{
    ApiError,
    audit::lines::{Bytes, HeadLine},
    db::console::ConsoleConn,
};

/// Says in the book that it went further before. Nothing where no head off-site contradicts it.
pub fn resume(
    conn: &mut ConsoleConn<'_>,
    signing: &BookKeys,
    heads: &[HeadLine],
    because: &str,
) -> Result<Option<SetBack>, ApiError> {
    let (last, previous) = store::end_to_write_behind(conn)?;
    let mut said = Vec::new();
    for (place, details) in store::said_of_set_backs(conn)? {
        let behind = store::hash_at(conn, place - 1)?.unwrap_or_else(chain::beginning);
        said.extend(SetBack::find(place, &behind, Action::ResumeBook.key(), &details, signing.public()));
    }
    let mut contradicting = Vec::new();
    for head in heads.iter().filter(|head| keys::have_signed(signing.public(), head)) {
        let is_explained = said.iter().any(|set_back| set_back.explains(head));
        if !is_explained && store::hash_at(conn, head.sequence)? != Some(head.hash.0) {
            contradicting.push(head);
        }
    }
    contradicting.sort_by_key(|head| head.sequence);
    let (Some(first), Some(furthest)) = (contradicting.first(), contradicting.last()) else {
        return Ok(None);
    };
    let clock = conn.clock().clone();
    let mut set_back = SetBack {
        from: first.sequence,
        to: furthest.sequence,
        hash: furthest.hash,
        because: because.to_owned(),
        at: clock.now(),
        signature: Bytes([0; 64]),
    };
    set_back.signature = signing.sign_message(&set_back.message(last + 1, &previous));
    let subject = format!("rows {} to {}", set_back.from, set_back.to);
    let entry = Entry::new(&clock, Doer::shell(), Action::ResumeBook, subject).with(&json!(set_back));
    Book::new(Some(signing.clone())).write(conn, &entry)?;
    Ok(Some(set_back))
}
