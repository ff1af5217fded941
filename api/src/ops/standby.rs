//! Another environment takes the place of production: the contingency plan as five timed steps, done once it has to be
//! ([`take_over`] with [`Kind::Activation`]) or tried against a target that is thrown away ([`Kind::Drill`]).
//!
//! [`mirror`] keeps what the stream has put off-site near, sealed as it is; [`check`] lets somebody sign in and work in what was
//! brought back; [`proxy`] leads addresses elsewhere. Invariants: nothing is readable here before somebody activates it; an
//! activation says in the stores that a later epoch has begun before it brings anything back, so that production takes no
//! changes that would be lost; a drill changes nothing but what it throws away.

pub mod check;
pub mod mirror;
pub mod program;
pub mod proxy;
pub mod steps;
pub mod take_over;

pub use self::take_over::{Kind, Plan, take_over};
