//! The console: operators and their sign-in.

mod enrolment;
mod operators;
mod sign_in;
