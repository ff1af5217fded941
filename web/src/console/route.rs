//! The addresses of the console.

/// A screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    Backups,
    Standby,
    Restore,
    ClientCopies,
    Erasure,
    Book,
    Operators,
    Account,
    /// Where a new operator chooses a password. What they enrol with stands behind `#`, which no server is told.
    Enrol,
}

impl Route {
    const ALL: [Self; 9] = [
        Self::Backups,
        Self::Standby,
        Self::Restore,
        Self::ClientCopies,
        Self::Erasure,
        Self::Book,
        Self::Operators,
        Self::Account,
        Self::Enrol,
    ];

    /// Its address.
    pub(super) const fn href(self) -> &'static str {
        match self {
            Self::Backups => "/backups",
            Self::Standby => "/standby",
            Self::Restore => "/restore",
            Self::ClientCopies => "/client-copies",
            Self::Erasure => "/erasure",
            Self::Book => "/operations-book",
            Self::Operators => "/operators",
            Self::Account => "/account",
            Self::Enrol => "/enrol",
        }
    }

    /// The screen of an address. The console begins with what matters most.
    pub(super) fn parse(path: &str) -> Option<Self> {
        match path.trim_end_matches('/') {
            "" => Some(Self::Backups),
            path => Self::ALL.into_iter().find(|route| route.href() == path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_back() {
        for route in Route::ALL {
            assert_eq!(Route::parse(route.href()), Some(route));
            assert_eq!(Route::parse(&format!("{}/", route.href())), Some(route));
        }
        assert_eq!(Route::parse("/"), Some(Route::Backups));
        assert_eq!(Route::parse("/backups/x"), None);
    }
}
