//! Lists, page by page.

use serde::{Deserialize, Serialize};

/// The number of rows of a page when the caller does not say.
pub const DEFAULT_LIMIT: u16 = 50;
/// The highest number of rows of a page.
pub const MAXIMUM_LIMIT: u16 = 500;

/// One page of a list. The next one begins after `next`; where that is absent, this was the last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The rows, in the order asked for.
    pub items: Vec<T>,
    /// The cursor to send as `after` for the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// How many rows the filter matches in all; only when asked for with `total=true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
}

/// Ascending or descending.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Direction {
    /// Smallest first.
    #[default]
    Ascending,
    /// Largest first.
    Descending,
}

/// A column to sort by with its direction, written `name` or `-name` in the query string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort<F> {
    /// The column.
    pub field: F,
    /// The direction.
    pub direction: Direction,
}

/// A column that a list can be sorted by.
pub trait SortField: Copy + PartialEq + Sized + 'static {
    /// All columns with the word for each in the query string; the first one is the default.
    const ALL: &'static [(Self, &'static str)];
}

impl<F: SortField> Sort<F> {
    /// Reads `name` or `-name`. Absent when no column has that name.
    pub fn parse(text: &str) -> Option<Self> {
        let (direction, name) =
            text.strip_prefix('-').map_or((Direction::Ascending, text), |name| (Direction::Descending, name));
        F::ALL.iter().find(|(_, key)| *key == name).map(|(field, _)| Self { field: *field, direction })
    }

    /// The form that [`Sort::parse`] reads.
    pub fn to_query(self) -> String {
        let name = F::ALL.iter().find(|(field, _)| *field == self.field).map_or("", |(_, key)| *key);
        match self.direction {
            Direction::Ascending => name.to_owned(),
            Direction::Descending => format!("-{name}"),
        }
    }
}
