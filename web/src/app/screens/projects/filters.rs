//! What a list of projects is narrowed to; all of it stands in the address.

use shared::project::ProjectFilter;

use crate::ui::{UrlValue, url_value};

/// The filters of a list. A handle: copies are the same filters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filters {
    pub q: UrlValue,
    pub status: UrlValue,
    pub approval_status: UrlValue,
    pub project_type: UrlValue,
    pub priority: UrlValue,
    pub manager: UrlValue,
    pub starts_from: UrlValue,
    pub ends_until: UrlValue,
}

impl Filters {
    pub fn new() -> Self {
        Self {
            q: url_value("q"),
            status: url_value("status"),
            approval_status: url_value("approval_status"),
            project_type: url_value("type"),
            priority: url_value("priority"),
            manager: url_value("manager"),
            starts_from: url_value("starts_from"),
            ends_until: url_value("ends_until"),
        }
    }

    /// For the API, tracked. What a hand-made address holds that cannot be read counts as absent.
    pub fn get(self) -> ProjectFilter {
        ProjectFilter {
            q: self.q.get(),
            status: self.status.parse(),
            approval_status: self.approval_status.parse(),
            project_type: self.project_type.parse(),
            priority: self.priority.parse(),
            manager: self.manager.parse(),
            starts_from: self.starts_from.parse(),
            ends_until: self.ends_until.parse(),
            ..ProjectFilter::default()
        }
    }

    /// Whether any is set, tracked.
    pub fn are_set(self) -> bool {
        self.get() != ProjectFilter::default()
    }

    /// Takes all of them away.
    pub fn clear(self) {
        for value in [
            self.q,
            self.status,
            self.approval_status,
            self.project_type,
            self.priority,
            self.manager,
            self.starts_from,
            self.ends_until,
        ] {
            value.set(None);
        }
    }
}
