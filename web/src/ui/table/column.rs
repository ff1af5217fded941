//! What a column shows, and how it is sorted, filtered and hidden.

use std::sync::Arc;

use leptos::prelude::*;

/// To which side a column's values stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Align {
    /// Words.
    #[default]
    Start,
    /// Numbers, with figures of one width.
    End,
}

impl Align {
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Start => "",
            Self::End => "cell-end numeric",
        }
    }
}

/// One column of a table.
#[derive(Clone)]
pub struct Column<R: 'static> {
    /// The word for it in the URL.
    pub(super) key: &'static str,
    pub(super) label: String,
    pub(super) sort: Option<&'static str>,
    pub(super) align: Align,
    /// Whether it is in sight unless chosen otherwise.
    pub(super) usual: bool,
    pub(super) filter: Option<ViewFn>,
    cell: Arc<dyn Fn(R) -> AnyView + Send + Sync>,
}

impl<R> std::fmt::Debug for Column<R> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Column").field("key", &self.key).finish_non_exhaustive()
    }
}

impl<R> Column<R> {
    /// A column with the word for it in the URL, its label, and what it shows of a row.
    pub fn new<V: IntoView + 'static>(
        key: &'static str,
        label: impl Into<String>,
        cell: impl Fn(R) -> V + Send + Sync + 'static,
    ) -> Self {
        Self {
            key,
            label: label.into(),
            sort: None,
            align: Align::Start,
            usual: true,
            filter: None,
            cell: Arc::new(move |row| cell(row).into_any()),
        }
    }

    /// Can be sorted by this field of the API.
    #[must_use]
    pub fn sorted_by(self, field: &'static str) -> Self {
        Self { sort: Some(field), ..self }
    }

    /// Holds numbers.
    #[must_use]
    pub fn numeric(self) -> Self {
        Self { align: Align::End, ..self }
    }

    /// Is out of sight until somebody asks for it.
    #[must_use]
    pub fn unusual(self) -> Self {
        Self { usual: false, ..self }
    }

    /// Has this control in the filter row.
    #[must_use]
    pub fn filtered_by(self, control: impl Into<ViewFn>) -> Self {
        Self { filter: Some(control.into()), ..self }
    }

    pub(super) fn cell_of(&self, row: &R) -> AnyView
    where
        R: Clone,
    {
        (self.cell)(row.clone())
    }
}

/// Whether a column is in sight: as chosen (`email,roles`), otherwise as usual. The first column has an empty
/// choice to itself: it names the row and always stays.
pub(super) fn is_shown<R>(column: &Column<R>, chosen: Option<&str>) -> bool {
    match chosen {
        Some(chosen) => chosen.split(',').any(|key| key == column.key),
        None => column.usual,
    }
}

/// The choice after switching one column, absent when it is the usual one again.
pub(super) fn toggled<R>(columns: &[Column<R>], chosen: Option<&str>, key: &str) -> Option<String> {
    let shown = |column: &Column<R>| is_shown(column, chosen) != (column.key == key);
    if columns.iter().all(|column| shown(column) == column.usual) {
        return None;
    }
    let keys: Vec<&str> = columns.iter().filter(|column| shown(column)).map(|column| column.key).collect();
    Some(keys.join(","))
}

/// For `aria-sort`: how the list is sorted by this field.
pub(super) fn sort_of(sort: Option<&str>, field: &str) -> Option<&'static str> {
    match sort? {
        ascending if ascending == field => Some("ascending"),
        other if other.strip_prefix('-') == Some(field) => Some("descending"),
        _ => None,
    }
}

/// The sorting after a press on a column's head: ascending, descending, none.
pub(super) fn next_sort(sort: Option<&str>, field: &str) -> Option<String> {
    match sort_of(sort, field) {
        None => Some(field.to_owned()),
        Some("ascending") => Some(format!("-{field}")),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column<()>> {
        vec![
            Column::new("name", "Name", |()| ()),
            Column::new("email", "E-mail", |()| ()),
            Column::new("created", "Created", |()| ()).unusual(),
        ]
    }

    #[test]
    fn columns_go_in_and_out_of_sight_and_back_to_the_usual() {
        let columns = columns();
        let with_created = toggled(&columns, None, "created");
        assert_eq!(with_created.as_deref(), Some("name,email,created"));
        let without_email = toggled(&columns, with_created.as_deref(), "email");
        assert_eq!(without_email.as_deref(), Some("name,created"));
        let back =
            toggled(&columns, toggled(&columns, without_email.as_deref(), "email").as_deref(), "created");
        assert_eq!(back, None);
    }

    #[test]
    fn a_head_goes_through_ascending_descending_and_none() {
        assert_eq!(next_sort(None, "name").as_deref(), Some("name"));
        assert_eq!(next_sort(Some("name"), "name").as_deref(), Some("-name"));
        assert_eq!(next_sort(Some("-name"), "name"), None);
        assert_eq!(next_sort(Some("-email"), "name").as_deref(), Some("name"));
    }
}
