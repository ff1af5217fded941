//! The icon set: one path each on a grid of 16, drawn with the text's colour.

use leptos::prelude::*;

macro_rules! icons {
    ($($name:ident $path:literal;)*) => {
        /// One icon of the set.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Icon {
            $(#[doc = concat!("`", stringify!($name), "`")] $name,)*
        }

        impl Icon {
            /// All of them, for the gallery.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            const fn path(self) -> &'static str {
                match self { $(Self::$name => $path),* }
            }
        }
    };
}

icons! {
    Alert "M8 2.2 14.2 13H1.8zM8 6.5v3M8 11.2v.1";
    ArrowDown "M8 3v10M4 9l4 4 4-4";
    ArrowUp "M8 13V3M4 7l4-4 4 4";
    Book "M3 3.2h3.5A1.5 1.5 0 0 1 8 4.7V13a1.5 1.5 0 0 0-1.5-1.3H3zM13 3.2H9.5A1.5 1.5 0 0 0 8 4.7V13a1.5 1.5 0 0 1 1.5-1.3H13z";
    Briefcase "M2.5 5.5h11v7.5h-11zM5.5 5.5V3.2h5v2.3M2.5 9h11";
    Building "M3.5 13.5v-11h6v11M9.5 6h3v7.5M2 13.5h12M5.5 5.2h2M5.5 7.8h2M5.5 10.4h2";
    Calendar "M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2.3V5M10.5 2.3V5";
    Chart "M2.5 13.5h11M4.5 11V7.5M8 11V3M11.5 11V5.5";
    Check "m3 8.5 3.3 3.3L13 4.8";
    ChevronDown "m4 6 4 4 4-4";
    ChevronLeft "m10 4-4 4 4 4";
    ChevronRight "m6 4 4 4-4 4";
    ChevronsUpDown "m5 6 3-3 3 3M5 10l3 3 3-3";
    Clock "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM8 5v3.2l2.2 1.3";
    Close "m4 4 8 8M12 4l-8 8";
    Columns "M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10";
    Copy "M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1";
    Density "M2.5 3.5h11M2.5 6.5h11M2.5 9.5h11M2.5 12.5h11";
    Device "M2 3.5h12v7.5H2zM5.5 13.5h5M8 11v2.5";
    Dots "M2.9 8a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0zM7.5 8a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0zM12.1 8a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0z";
    Edit "M3 13l.6-2.8 7-7a1 1 0 0 1 1.4 0l.8.8a1 1 0 0 1 0 1.4l-7 7zM9.5 4.3l2.2 2.2";
    Eye "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z";
    EyeOff "M3 3l10 10M6.2 3.8A6 6 0 0 1 8 3.5c4 0 6.5 4.5 6.5 4.5a11 11 0 0 1-1.8 2.3M10.2 12a5.8 5.8 0 0 1-2.2.5C4 12.5 1.5 8 1.5 8a11 11 0 0 1 2.3-2.8";
    Filter "M2.5 3.5h11L9.5 8.4v4.1l-3-1.5V8.4z";
    Flag "M3.5 14V2.8M3.5 3.2h8.5L10.2 6l1.8 2.8H3.5";
    Folder "M2 4.2a1 1 0 0 1 1-1h3l1.5 1.8H13a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1z";
    Globe "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM2.2 8h11.6M8 2.2c3.3 3.3 3.3 8.3 0 11.6M8 2.2c-3.3 3.3-3.3 8.3 0 11.6";
    Grid "M2.5 2.5h4.5v4.5H2.5zM9 2.5h4.5v4.5H9zM2.5 9h4.5v4.5H2.5zM9 9h4.5v4.5H9z";
    History "M2.5 8a5.5 5.5 0 1 0 1.8-4L2.5 5.5M2.5 2.5v3h3M8 5v3.2l2 1.3";
    Home "M2.5 7.2 8 2.7l5.5 4.5v6.3h-3.7V9.8H6.2v3.7H2.5z";
    Inbox "M2 9l2-5.5h8L14 9v4H2zM2 9h3.5l1 1.8h3l1-1.8H14";
    Key "M10.3 2.5a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4zM8 8l-5.2 5.2M5.2 10.8l1.6 1.6";
    Layers "m8 2.5 5.8 3L8 8.5l-5.8-3zM2.5 8.3 8 11.2l5.5-2.9M2.5 11 8 13.9l5.5-2.9";
    Lock "M3.5 7.2h9v6.3h-9zM5.5 7.2V5a2.5 2.5 0 0 1 5 0v2.2";
    Mail "M2 3.8h12v8.4H2zM2 4.5l6 4.5 6-4.5";
    Menu "M2.5 4.5h11M2.5 8h11M2.5 11.5h11";
    Minus "M3.5 8h9";
    Monitor "M2 3h12v8H2zM5.5 13.5h5M8 11v2.5";
    Moon "M13.3 9.6A5.6 5.6 0 0 1 6.4 2.7a5.6 5.6 0 1 0 6.9 6.9z";
    Plus "M8 3.5v9M3.5 8h9";
    Redo "M13.5 8a5.5 5.5 0 1 1-1.8-4l1.8 1.5M13.5 2.5v3h-3";
    Search "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3l3.2 3.2";
    Shield "M8 2 13 3.8v4c0 3-2.1 5.2-5 6.2-2.9-1-5-3.2-5-6.2v-4zM5.8 8l1.6 1.6 2.9-3";
    SignOut "M6.5 13.5h-4v-11h4M10.5 11l3-3-3-3M13.5 8H6.5";
    Sliders "M2.5 4.5h5M10.5 4.5h3M9 3v3M2.5 11.5h3M8.5 11.5h5M7 10v3";
    Sun "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.8.8M11.8 11.8l.8.8M12.6 3.4l-.8.8M4.2 11.8l-.8.8";
    Team "M6 3a2.3 2.3 0 1 0 0 4.6A2.3 2.3 0 0 0 6 3zM2 13c0-2.2 1.7-3.7 4-3.7s4 1.5 4 3.7M10.5 3.2a2.2 2.2 0 0 1 0 4.2M11.5 9.5c1.5.4 2.5 1.7 2.5 3.5";
    Ticket "M2 4.5h12v2.3a1.3 1.3 0 0 0 0 2.4v2.3H2V9.2a1.3 1.3 0 0 0 0-2.4zM9.5 4.8v1M9.5 7.5v1M9.5 10.2v1";
    Trash "M2.8 4.5h10.4M6 4.5V2.8h4v1.7M4 4.5l.6 9h6.8l.6-9M6.7 7v4M9.3 7v4";
    Undo "M2.5 6h7a3.5 3.5 0 0 1 0 7H6M5.5 3l-3 3 3 3";
    User "M8 2.5a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM2.8 13.7c.3-2.7 2.4-4.3 5.2-4.3s4.9 1.6 5.2 4.3";
    Info "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM8 7.3V11M8 5v.1";
}

/// An icon beside a text that names the thing; hidden from assistive technology, since the text says it.
#[component]
pub fn IconView(
    /// Which one.
    icon: Icon,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path d=icon.path()></path>
        </svg>
    }
}

/// The mark of Portico.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <rect width="32" height="32" rx="8"></rect>
            <path d="M7 12 16 6.5 25 12M9.5 15v8M16 15v8M22.5 15v8M7 25.5h18"></path>
        </svg>
    }
}
