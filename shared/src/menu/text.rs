//! What people read of each menu, in every language.
//!
//! [`english`] and [`spanish`] are one table each: the name of every menu, and what each operation means on its
//! screen. They are the documentation of the menus and what the role screen shows. A menu that is missing from a
//! table does not compile; an operation that is missing means nothing on that screen.

mod english;
mod spanish;

use super::Menu;
use crate::Language;

/// What people read of a menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MenuText {
    /// The name.
    pub label: &'static str,
    /// What Insert lets one do.
    pub insert: Option<&'static str>,
    /// What Update lets one do.
    pub update: Option<&'static str>,
    /// What Delete lets one do.
    pub delete: Option<&'static str>,
    /// What View lets one do.
    pub view: Option<&'static str>,
}

impl MenuText {
    /// A name alone, as headings have it.
    const fn named(label: &'static str) -> Self {
        Self { label, insert: None, update: None, delete: None, view: None }
    }
}

impl Menu {
    /// What people read of this menu.
    pub const fn text(self, language: Language) -> MenuText {
        match language {
            Language::En => english::text(self),
            Language::Es => spanish::text(self),
        }
    }
}

/// Makes a language's table a function from the menu to its text.
macro_rules! texts {
    ($($menu:ident $label:literal $($operation:ident $meaning:literal)*;)*) => {
        /// What people read of this menu in this language.
        pub(super) const fn text(menu: $crate::Menu) -> super::MenuText {
            match menu {
                $($crate::Menu::$menu => super::MenuText {
                    $($operation: Some($meaning),)*
                    ..super::MenuText::named($label)
                },)*
            }
        }
    };
}
use texts;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Operation;

    #[test]
    fn a_meaning_is_one_short_sentence() {
        for language in Language::ALL {
            for menu in Menu::ALL {
                for meaning in Operation::ALL.into_iter().filter_map(|one| menu.meaning(one, language)) {
                    let place = format!("{} in {}: {meaning}", menu.key(), language.code());
                    assert!(meaning.starts_with(char::is_uppercase), "{place}");
                    assert!(meaning.ends_with('.') && meaning.matches('.').count() == 1, "{place}");
                    assert!(!meaning.contains("  ") && meaning.chars().count() <= 100, "{place}");
                }
            }
        }
    }

    #[test]
    fn operations_of_one_screen_mean_different_things() {
        for language in Language::ALL {
            for menu in Menu::ALL {
                let mut meanings: Vec<_> =
                    Operation::ALL.into_iter().filter_map(|one| menu.meaning(one, language)).collect();
                let count = meanings.len();
                meanings.sort_unstable();
                meanings.dedup();
                assert_eq!(meanings.len(), count, "{} in {}", menu.key(), language.code());
            }
        }
    }

    #[test]
    fn menus_that_stand_together_have_different_names() {
        for language in Language::ALL {
            for menu in Menu::ALL {
                let mut labels: Vec<_> = menu.children().map(|child| child.label(language)).collect();
                let count = labels.len();
                labels.sort_unstable();
                labels.dedup();
                assert_eq!(labels.len(), count, "{} in {}", menu.key(), language.code());
            }
        }
    }

    #[test]
    fn no_meaning_was_left_in_another_language() {
        for menu in Menu::ALL {
            for operation in Operation::ALL {
                let english = menu.meaning(operation, Language::En);
                let spanish = menu.meaning(operation, Language::Es);
                assert!(english.is_none() || english != spanish, "{} {}", menu.key(), operation.key());
            }
        }
    }
}
