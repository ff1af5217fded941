//! What a call can end in other than its answer.

use serde_json::Value;
use shared::{FieldProblem, Problem, ProblemCode, access::Denial};
use wasm_split_helpers::SplitLoaderError;

use crate::{locale, locales::problems};

/// Why a call gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The API refused, and said why.
    Refused(Box<Problem>),
    /// The API was not reached.
    Unreachable,
    /// Something answered that is not the API as this app knows it: another version, or a proxy.
    Unreadable,
    /// The server gives another app by now, and no longer what this one asks for.
    Outdated,
}

impl Failure {
    /// The kind of problem, where the API named one.
    pub fn code(&self) -> Option<ProblemCode> {
        match self {
            Self::Refused(problem) => Some(problem.code),
            Self::Unreachable | Self::Unreadable | Self::Outdated => None,
        }
    }

    /// What happened, in a few words.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Refused(problem) => problems::title(problem.code),
            Self::Unreachable => problems::unreachable(),
            Self::Unreadable => problems::unreadable(),
            Self::Outdated => problems::outdated(),
        }
    }

    /// Why, and what to do now.
    pub fn advice(&self) -> String {
        match self {
            Self::Refused(problem) => refusal(problem),
            Self::Unreachable => problems::unreachable_advice().to_owned(),
            Self::Unreadable => problems::unreadable_advice().to_owned(),
            Self::Outdated => problems::outdated_advice().to_owned(),
        }
    }

    /// The id under which the server's log knows the request.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Refused(problem) => problem.request_id.as_deref(),
            Self::Unreachable | Self::Unreadable | Self::Outdated => None,
        }
    }

    /// Whether the same call may work a moment later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Refused(problem) => matches!(
                problem.code,
                ProblemCode::Busy
                    | ProblemCode::Fenced
                    | ProblemCode::FilesUnavailable
                    | ProblemCode::Internal
                    | ProblemCode::RateLimited
                    | ProblemCode::TooManyAttempts
            ),
            Self::Unreachable | Self::Unreadable | Self::Outdated => true,
        }
    }

    /// Whether what was asked for is over for good, such as a link that was used or taken back.
    pub fn is_over(&self) -> bool {
        self.code().is_some_and(|code| code.status() == 410)
    }

    /// What was denied, and why.
    pub fn denial(&self) -> Option<&Denial> {
        match self {
            Self::Refused(problem) => problem.denial.as_ref(),
            Self::Unreachable | Self::Unreadable | Self::Outdated => None,
        }
    }

    /// What is wrong with which field.
    pub fn errors(&self) -> &[FieldProblem] {
        match self {
            Self::Refused(problem) => &problem.errors,
            Self::Unreachable | Self::Unreadable | Self::Outdated => &[],
        }
    }

    /// The present state, when somebody else has saved another one meanwhile.
    pub fn stale(&self) -> Option<&Value> {
        match self {
            Self::Refused(problem) if problem.code == ProblemCode::StaleVersion => problem.current.as_ref(),
            _ => None,
        }
    }
}

/// A piece of the app that does not come.
impl From<SplitLoaderError> for Failure {
    fn from(_: SplitLoaderError) -> Self {
        Self::Unreachable
    }
}

fn refusal(problem: &Problem) -> String {
    if let Some(reason) = problem.reason(locale::current()) {
        return reason;
    }
    if let Some(seats) = &problem.seats {
        return problems::seats(seats);
    }
    if let Some(seconds) = problem.retry_after_seconds {
        if problem.code == ProblemCode::RateLimited {
            return problems::rate_limited(i64::from(seconds));
        }
        return problems::retry_after(i64::from(seconds));
    }
    match (locale::current(), &problem.detail) {
        // The server writes in English; other languages get the advice of the code.
        (shared::Language::En, Some(detail)) => detail.clone(),
        _ => problems::advice(problem.code).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_version_brings_the_present_state() {
        let current = serde_json::json!({ "name": "Apollo" });
        let problem = Problem { current: Some(current.clone()), ..Problem::new(ProblemCode::StaleVersion) };
        assert_eq!(Failure::Refused(Box::new(problem)).stale(), Some(&current));
        let problem = Problem::new(ProblemCode::NotFound);
        assert_eq!(Failure::Refused(Box::new(problem)).stale(), None);
    }

    #[test]
    fn every_code_says_what_happened_and_what_to_do() {
        for code in ProblemCode::ALL {
            let failure = Failure::Refused(Box::new(Problem::new(*code)));
            assert!(!failure.title().is_empty());
            assert!(!failure.advice().is_empty());
        }
    }
}
