//! Light, dark, or as the system has it. theme.js sets the same attribute before the first paint.

use leptos::prelude::*;

use crate::{browser, locales::frame};

const STORAGE_KEY: &str = "portico.theme";

/// What the person chose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// All of them, in the order in which a person chooses.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::System => frame::theme_system(),
            Self::Light => frame::theme_light(),
            Self::Dark => frame::theme_dark(),
        }
    }

    const fn key(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }
}

/// The theme as a signal.
#[derive(Debug, Clone, Copy)]
pub struct ThemeChoice(RwSignal<Theme>);

impl ThemeChoice {
    /// Begins with what the person chose in this browser.
    pub fn provide() {
        let stored = browser::stored(STORAGE_KEY);
        let theme = Theme::ALL.into_iter().find(|theme| theme.key() == stored.as_deref()).unwrap_or_default();
        provide_context(Self(RwSignal::new(theme)));
    }

    /// The theme, tracked.
    pub fn get(self) -> Theme {
        self.0.get()
    }

    /// Changes the theme and remembers it in this browser.
    pub fn set(self, theme: Theme) {
        match theme.key() {
            Some(key) => browser::store(STORAGE_KEY, key),
            None => browser::forget(STORAGE_KEY),
        }
        browser::set_root_attribute("data-theme", theme.key());
        self.0.set(theme);
    }
}
