//! Keyset pages: a cursor says after which row the next page begins, so page 1,000 costs as much as page 1.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared::{
    FieldProblem, ViolationCode, check,
    page::{DEFAULT_LIMIT, MAXIMUM_LIMIT, Page, Sort, SortField},
};
use uuid::Uuid;

use crate::ApiError;

/// The place of a row in a sorted list: the value it is sorted by, and its id to tell equals apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place<V> {
    /// The value sorted by.
    pub value: V,
    /// The row.
    pub id: Uuid,
}

/// What a list is sorted by. A cursor is the client's to change, so its value is looked at before it is compared
/// with anything in the database.
pub trait SortKey: Serialize + DeserializeOwned {
    /// Whether a row could have this value.
    fn is_possible(&self) -> bool;
}

/// Sorted by the ids alone.
impl SortKey for () {
    fn is_possible(&self) -> bool {
        true
    }
}

/// Sorted by numbers.
impl SortKey for i64 {
    fn is_possible(&self) -> bool {
        true
    }
}

/// Whether a text of the database could be this one.
pub fn possible_text(text: &str) -> bool {
    !text.contains('\0')
}

/// Whether an instant of the database could be this one.
pub fn possible_instant(at: DateTime<Utc>) -> bool {
    check::date(at.date_naive()).is_ok()
}

#[derive(Serialize, Deserialize)]
struct Cursor<V> {
    sort: String,
    #[serde(flatten)]
    place: Place<V>,
}

/// The column and direction asked for; the default column where none is.
pub fn sort<F: SortField>(text: Option<&str>) -> Result<Sort<F>, ApiError> {
    let fallback = F::ALL.first().map_or("", |(_, name)| name);
    Sort::parse(text.unwrap_or(fallback)).ok_or_else(|| {
        let names: Vec<&str> = F::ALL.iter().map(|(_, name)| *name).collect();
        parameter("sort", format!("One of {} is needed, with - before it for descending.", names.join(", ")))
    })
}

/// The number of rows of a page.
pub fn limit(asked: Option<u16>) -> Result<i64, ApiError> {
    match asked.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAXIMUM_LIMIT => Ok(i64::from(limit)),
        _ => Err(parameter("limit", format!("A number from 1 to {MAXIMUM_LIMIT} is needed."))),
    }
}

/// The place after which the page begins; an empty cursor is the beginning, so that a loop may start with one. The cursor
/// of another sort is refused: it says nothing about this one.
pub fn after<V: SortKey, F: SortField>(
    cursor: Option<&str>,
    sort: Sort<F>,
) -> Result<Option<Place<V>>, ApiError> {
    let Some(cursor) = cursor.filter(|cursor| !cursor.is_empty()) else { return Ok(None) };
    let refused = || {
        parameter(
            "after",
            "This is not a cursor of this list and this sort. Begin at the first page.".to_owned(),
        )
    };
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refused())?;
    let parsed: Cursor<V> = serde_json::from_slice(&bytes).map_err(|_| refused())?;
    let fits = parsed.sort == sort.to_query() && parsed.place.value.is_possible();
    if fits { Ok(Some(parsed.place)) } else { Err(refused()) }
}

/// The page of these rows, of which one more than the limit was read to see whether another page follows.
pub fn page<R, T, V: SortKey, F: SortField>(
    mut rows: Vec<R>,
    limit: i64,
    sort: Sort<F>,
    place: impl Fn(&R) -> Place<V>,
    into: impl FnMut(R) -> T,
) -> Result<Page<T>, ApiError> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = match rows.last() {
        Some(last) if more => {
            let cursor = Cursor { sort: sort.to_query(), place: place(last) };
            Some(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor).map_err(ApiError::internal)?))
        }
        _ => None,
    };
    Ok(Page { items: rows.into_iter().map(into).collect(), next, total: None })
}

/// The problem of one parameter of the query string.
pub fn parameter(name: &str, message: String) -> ApiError {
    ApiError::InvalidFields(vec![FieldProblem {
        pointer: format!("?{name}"),
        code: ViolationCode::InvalidFormat,
        limit: None,
        message,
    }])
}
