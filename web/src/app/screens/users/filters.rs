//! What the list is narrowed to. All of it stands in the URL.

use shared::user::UserFilter;

use crate::ui::{UrlValue, url_value};

/// The values of the URL that decide what is in the list. A handle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filters {
    pub q: UrlValue,
    pub active: UrlValue,
    pub role: UrlValue,
    pub licence: UrlValue,
    pub no_login: UrlValue,
    pub company_admin: UrlValue,
    pub sort: UrlValue,
}

impl Filters {
    /// Must be called while a component is built.
    pub fn new() -> Self {
        Self {
            q: url_value("q"),
            active: url_value("active"),
            role: url_value("role"),
            licence: url_value("licence"),
            no_login: url_value("no_login"),
            company_admin: url_value("company_admin"),
            sort: url_value("sort"),
        }
    }

    const fn all(self) -> [UrlValue; 6] {
        [self.q, self.active, self.role, self.licence, self.no_login, self.company_admin]
    }

    /// Whether anything is narrowed, tracked.
    pub fn is_set(self) -> bool {
        // All are read, so that all are tracked.
        self.all().map(UrlValue::is_set).contains(&true)
    }

    /// Takes all of them away.
    pub fn clear(self) {
        for value in self.all() {
            value.set(None);
        }
    }

    /// The query of the API for the page after the cursor, tracked.
    pub fn to_query(self, after: Option<String>) -> UserFilter {
        UserFilter {
            q: self.q.get(),
            active: self.active.parse(),
            role: self.role.parse(),
            licence_used: self.licence.get(),
            no_login: self.no_login.parse(),
            company_admin: self.company_admin.parse(),
            sort: self.sort.get(),
            limit: None,
            total: after.is_none().then_some(true),
            after,
            ..UserFilter::default()
        }
    }
}

/// The choices of a yes or no.
pub(super) fn either(yes: &str, no: &str) -> Vec<(String, String)> {
    vec![("true".to_owned(), yes.to_owned()), ("false".to_owned(), no.to_owned())]
}
