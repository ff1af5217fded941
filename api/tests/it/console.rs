//! The console: operators and their sign-in.

mod enrolment;
mod operators;
mod process;
mod sign_in;
