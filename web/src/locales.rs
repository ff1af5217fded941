//! The texts of the app in English and Spanish, one file for each screen.
//!
//! Both languages of a text stand in one line, so a text that lacks one does not compile; a placeholder that its
//! arguments do not fill does not compile either. A text is called as a function: `users::title()`.

/// Texts as functions, in both languages.
///
/// - `title: "Users", "Usuarios";` becomes `title() -> &'static str`
/// - `greeting(name: &str): "Hello {name}", "Hola {name}";` becomes `greeting(name) -> String`
/// - `rows[n]: "{n} row" | "{n} rows", "{n} fila" | "{n} filas";` becomes `rows(n: i64) -> String`, where the first
///   form is for exactly one; arguments may follow: `rows[n](of: &str): …`.
macro_rules! texts {
    ($(
        $name:ident $([$count:ident])? $(($($argument:ident: $type:ty),+ $(,)?))?:
        $($english:literal)|+, $($spanish:literal)|+;
    )*) => {$(
        $crate::locales::texts!(@one $name $([$count])? $(($($argument: $type),+))?: $($english)|+, $($spanish)|+);
    )*};
    (@one $name:ident: $english:literal, $spanish:literal) => {
        #[doc = $english]
        pub fn $name() -> &'static str {
            $crate::locale::pick($english, $spanish)
        }
    };
    (@one $name:ident ($($argument:ident: $type:ty),+): $english:literal, $spanish:literal) => {
        #[doc = $english]
        pub fn $name($($argument: $type),+) -> String {
            match $crate::locale::current() {
                shared::Language::En => format!($english),
                shared::Language::Es => format!($spanish),
            }
        }
    };
    (@one $name:ident [$count:ident] $(($($argument:ident: $type:ty),+))?:
        $one:literal | $many:literal, $uno:literal | $muchos:literal) => {
        #[doc = $many]
        pub fn $name($count: i64 $(, $($argument: $type),+)?) -> String {
            let single = $count == 1;
            let $count = $crate::locale::number($count);
            // A text may say "one" and "many" without the figure.
            let _ = &$count;
            match ($crate::locale::current(), single) {
                (shared::Language::En, true) => format!($one),
                (shared::Language::En, false) => format!($many),
                (shared::Language::Es, true) => format!($uno),
                (shared::Language::Es, false) => format!($muchos),
            }
        }
    };
}

pub(crate) use texts;

pub mod accept_invitation;
pub mod api_tokens;
pub mod audit_fields;
pub mod audit_log;
pub mod common;
pub mod console;
pub mod console_backups;
pub mod console_book;
pub mod console_operators;
pub mod console_requests;
pub mod console_restore;
pub mod console_standby;
pub mod console_under_way;
pub mod data_requests;
pub mod entrance;
pub mod explain;
pub mod frame;
pub mod gallery;
pub mod general_data;
pub mod hand_over;
pub mod home;
pub mod invitations;
pub mod licence_consumption;
pub mod many_users;
pub mod organization_export;
pub mod palette;
pub mod pictures;
pub mod problems;
pub mod profile;
pub mod project;
pub mod project_parameters;
pub mod projects;
pub mod recovery;
pub mod request_states;
pub mod role_definition;
pub mod sign_in;
pub mod sign_in_settings;
pub mod simulation;
pub mod users;
