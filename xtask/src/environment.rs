//! The only place that reads environment variables.

/// The variable's value, when it is set and not empty.
#[expect(clippy::disallowed_methods, reason = "this is the configuration of the commands themselves")]
pub fn find(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
