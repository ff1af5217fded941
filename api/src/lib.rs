//! The server of Portico.
//!
//! Start with [`http::routes`] (every route there is), then a domain such as [`projects`]; [`access`] decides who
//! may do what and [`db`] is the only door to PostgreSQL.

pub mod access;
pub mod api_tokens;
pub mod audit;
pub mod bounded;
pub mod clock;
pub mod config;
pub mod console;
pub mod data_requests;
pub mod db;
pub mod demo;
pub mod doctor;
pub mod error;
pub mod explain;
pub mod exports;
pub mod files;
pub mod general_data;
pub mod http;
pub mod invitations;
pub mod jobs;
pub mod licences;
pub mod link_token;
pub mod mail;
pub mod ops;
pub mod organizations;
pub mod passwords;
pub mod pictures;
pub mod project_parameters;
pub mod projects;
pub mod recovery;
pub mod roles;
pub mod sessions;
pub mod sheets;
pub mod sign_in_settings;
pub mod simulate;
pub mod telemetry;
pub mod users;
pub mod work;

pub use error::ApiError;
