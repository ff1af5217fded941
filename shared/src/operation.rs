//! What one may do on a menu: insert, update, delete, view.

use serde::{Deserialize, Serialize};

/// One of the four operations of a menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Operation {
    /// Add something new.
    Insert,
    /// Change what is there.
    Update,
    /// Remove it.
    Delete,
    /// See it.
    View,
}

impl Operation {
    /// All of them, in the order of the role screen's columns.
    pub const ALL: [Self; 4] = [Self::Insert, Self::Update, Self::Delete, Self::View];

    /// The word in the database, the API and the translations.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::View => "view",
        }
    }
}

/// A set of operations on one menu.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Operations {
    /// May add.
    #[serde(default)]
    pub insert: bool,
    /// May change.
    #[serde(default)]
    pub update: bool,
    /// May remove.
    #[serde(default)]
    pub delete: bool,
    /// May see.
    #[serde(default)]
    pub view: bool,
}

crate::object::only!(Operations);

impl Operations {
    /// No operation.
    pub const NONE: Self = Self { insert: false, update: false, delete: false, view: false };
    /// All four.
    pub const ALL: Self = Self { insert: true, update: true, delete: true, view: true };
    /// View alone.
    pub const VIEW: Self = Self { view: true, ..Self::NONE };

    /// The set of these operations, without what they imply.
    pub fn of(operations: &[Operation]) -> Self {
        operations.iter().fold(Self::NONE, |set, operation| set.with(*operation))
    }

    /// Whether the operation is in the set.
    pub const fn has(self, operation: Operation) -> bool {
        match operation {
            Operation::Insert => self.insert,
            Operation::Update => self.update,
            Operation::Delete => self.delete,
            Operation::View => self.view,
        }
    }

    /// The set and this operation.
    #[must_use]
    pub const fn with(mut self, operation: Operation) -> Self {
        match operation {
            Operation::Insert => self.insert = true,
            Operation::Update => self.update = true,
            Operation::Delete => self.delete = true,
            Operation::View => self.view = true,
        }
        self
    }

    /// The set without this operation. Taking View away takes all, since the others imply it.
    #[must_use]
    pub const fn without(mut self, operation: Operation) -> Self {
        match operation {
            Operation::Insert => self.insert = false,
            Operation::Update => self.update = false,
            Operation::Delete => self.delete = false,
            Operation::View => self = Self::NONE,
        }
        self
    }

    /// What is in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self {
            insert: self.insert || other.insert,
            update: self.update || other.update,
            delete: self.delete || other.delete,
            view: self.view || other.view,
        }
    }

    /// What is in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self {
            insert: self.insert && other.insert,
            update: self.update && other.update,
            delete: self.delete && other.delete,
            view: self.view && other.view,
        }
    }

    /// What is in the set and not in the other one.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self {
            insert: self.insert && !other.insert,
            update: self.update && !other.update,
            delete: self.delete && !other.delete,
            view: self.view && !other.view,
        }
    }

    /// The set with View where any other operation implies it.
    #[must_use]
    pub const fn closed(self) -> Self {
        Self { view: self.view || self.insert || self.update || self.delete, ..self }
    }

    /// Whether nothing is in the set.
    pub const fn is_empty(self) -> bool {
        !(self.insert || self.update || self.delete || self.view)
    }

    /// Whether all of the set is in the other one.
    pub fn is_within(self, other: Self) -> bool {
        self.intersection(other) == self
    }

    /// The operations of the set, in the order of the role screen's columns.
    pub fn iter(self) -> impl Iterator<Item = Operation> {
        Operation::ALL.into_iter().filter(move |operation| self.has(*operation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_set() -> impl Strategy<Value = Operations> {
        any::<[bool; 4]>().prop_map(|[insert, update, delete, view]| Operations {
            insert,
            update,
            delete,
            view,
        })
    }

    proptest! {
        #[test]
        fn closing_adds_view_and_nothing_else(set in any_set()) {
            let closed = set.closed();
            prop_assert!(set.is_within(closed));
            prop_assert_eq!(closed.is_empty(), set.is_empty());
            prop_assert!(closed.is_empty() || closed.view);
            prop_assert_eq!((closed.insert, closed.update, closed.delete), (set.insert, set.update, set.delete));
        }

        #[test]
        fn union_and_intersection_bound_their_sets(a in any_set(), b in any_set()) {
            prop_assert!(a.is_within(a.union(b)));
            prop_assert!(a.intersection(b).is_within(a));
        }

        #[test]
        fn an_operation_taken_away_is_gone(set in any_set(), index in 0..4_usize) {
            let operation = Operation::ALL[index];
            prop_assert!(!set.with(operation).without(operation).has(operation));
        }
    }
}
