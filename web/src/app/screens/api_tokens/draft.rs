//! What the form of a token holds, and how it meets a change made elsewhere.

use shared::{
    Menu,
    api_token::{ApiToken, ApiTokenPatch, Scopes},
};

use crate::{
    locales::{api_tokens as t, role_definition as roles},
    merge::{Draft, DraftField},
    screens::role_definition::operations_in_words,
};

/// Everything of a token that people decide on once it is made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TokenDraft {
    pub name: String,
    pub ranges: Vec<String>,
    pub scopes: Scopes,
}

impl TokenDraft {
    /// The request that makes the token in `base` this one.
    pub fn patch(&self, base: &Self) -> ApiTokenPatch {
        ApiTokenPatch {
            name: (self.name != base.name).then(|| self.name.clone()),
            scopes: (self.scopes != base.scopes).then(|| self.scopes.clone()),
            address_ranges: (self.ranges != base.ranges).then(|| self.ranges.clone()),
        }
    }
}

/// The address ranges of a text, one a line.
pub(super) fn ranges_of(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

impl Draft for TokenDraft {
    type Of = ApiToken;

    fn of(token: &ApiToken) -> Self {
        Self { name: token.name.clone(), ranges: token.address_ranges.clone(), scopes: token.scopes.clone() }
    }

    fn fields(&self) -> Vec<DraftField> {
        let ranges =
            if self.ranges.is_empty() { t::from_everywhere().to_owned() } else { self.ranges.join(", ") };
        let mut fields = vec![
            DraftField::new("name", t::name(), &self.name),
            DraftField::new("address_ranges", t::ranges(), ranges),
        ];
        fields.extend(Menu::screens().map(|menu| {
            let scopes = self.scopes.get(&menu).copied().unwrap_or_default();
            DraftField::new(menu.key(), roles::menu_name(menu), operations_in_words(scopes))
        }));
        fields
    }

    fn take(&mut self, key: &str, from: &Self) {
        match key {
            "name" => self.name.clone_from(&from.name),
            "address_ranges" => self.ranges.clone_from(&from.ranges),
            menu => {
                let Some(menu) = Menu::from_key(menu) else { return };
                match from.scopes.get(&menu) {
                    Some(scopes) => self.scopes.insert(menu, *scopes),
                    None => self.scopes.remove(&menu),
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::Operations;

    use super::*;

    fn base() -> TokenDraft {
        TokenDraft {
            name: "Reports".to_owned(),
            ranges: vec!["203.0.113.0/24".to_owned()],
            scopes: [(Menu::Users, Operations::VIEW), (Menu::Projects, Operations::ALL)].into(),
        }
    }

    #[test]
    fn a_patch_holds_what_was_changed_and_nothing_else() {
        assert_eq!(base().patch(&base()), ApiTokenPatch::default());
        let renamed = TokenDraft { name: "Sums".to_owned(), ..base() };
        let expected = ApiTokenPatch { name: Some("Sums".to_owned()), ..ApiTokenPatch::default() };
        assert_eq!(renamed.patch(&base()), expected);
        let everywhere = TokenDraft { ranges: ranges_of(" \n\n"), ..base() };
        let expected = ApiTokenPatch { address_ranges: Some(Vec::new()), ..ApiTokenPatch::default() };
        assert_eq!(everywhere.patch(&base()), expected);
    }

    #[test]
    fn every_field_can_be_taken_from_another_draft() {
        let other = TokenDraft {
            name: "Other".to_owned(),
            ranges: ranges_of(" 192.0.2.7 \n203.0.113.0/24"),
            scopes: [(Menu::Users, Operations::ALL), (Menu::Home, Operations::VIEW)].into(),
        };
        let mut draft = base();
        for field in base().fields() {
            draft.take(field.key, &other);
        }
        assert_eq!(draft, other);
    }
}
