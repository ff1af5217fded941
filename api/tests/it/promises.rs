//! The promises: tests that list everything of a kind, so that nothing can be forgotten.
