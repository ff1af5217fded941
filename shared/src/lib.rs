//! The wire contract of Portico: what the API and its clients say to each other.
//!
//! Everything here compiles to WebAssembly and knows neither database nor HTTP server nor screen. A type is either
//! what the API answers (`Project`), what it takes (`NewProject`, `ProjectPatch`, `ProjectFilter`), or a word both
//! sides use ([`Menu`], [`Operation`], [`ProblemCode`]). Input types implement [`Check`], so that a form and the
//! server judge by the same rule.

pub mod access;
pub mod api_token;
pub mod audit;
pub mod change;
pub mod check;
pub mod console;
pub mod data_request;
pub mod event;
pub mod general_data;
pub mod ids;
pub mod invitation;
pub mod language;
pub mod licence;
pub mod menu;
mod object;
pub mod operation;
pub mod page;
pub mod patch;
pub mod picture;
pub mod position;
pub mod problem;
pub mod project;
pub mod project_parameter;
pub mod recovery;
pub mod role;
pub mod session;
pub mod sign_in_settings;
pub mod user;

pub use check::{Check, Violation, ViolationCode};
pub use language::Language;
pub use menu::Menu;
pub use operation::{Operation, Operations};
pub use page::Page;
pub use position::Position;
pub use problem::{FieldProblem, Problem, ProblemCode};
