//! The console: operators and their sign-in.

mod backups;
mod enrolment;
mod operators;
mod process;
mod requests;
mod sign_in;
