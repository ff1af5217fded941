//! What the database refuses, told as a problem of the request: a value that another row has, an id that is gone.

use diesel::result::{DatabaseErrorKind, Error};
use shared::{ProblemCode, ViolationCode};

use crate::ApiError;

/// For `map_err` of an insertion or update: 422 at the pointer that stands beside the violated constraint.
///
/// Asking before writing would not do: two requests at one moment would both find the value free.
pub fn not_unique(pointers: &'static [(&'static str, &'static str)]) -> impl Fn(Error) -> ApiError {
    move |error| {
        let Error::DatabaseError(DatabaseErrorKind::UniqueViolation, details) = &error else {
            return error.into();
        };
        let pointer = pointers.iter().find(|(name, _)| details.constraint_name() == Some(name));
        match pointer {
            Some((_, pointer)) => {
                ApiError::invalid(pointer, ViolationCode::NotUnique, "Another one has this already.")
            }
            None => error.into(),
        }
    }
}

/// For `map_err` of a write whose references were found a moment ago: 409 where one was removed since.
pub fn reference_gone(error: Error) -> ApiError {
    match error {
        Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => ApiError::Conflict(
            ProblemCode::Conflict,
            "Something that this refers to was removed a moment ago. Read the choices again.".to_owned(),
        ),
        other => other.into(),
    }
}
