//! The code of a failure: a stable name of its kind, for programs. A code never changes its meaning; new kinds get new ones.

use super::facts::Facts;

/// A failure that a program can tell from others.
pub trait Coded: std::error::Error {
    /// The stable name of its kind, in lower case with hyphens.
    fn code(&self) -> &'static str;

    /// What is known of it. A name that is not there is not known, or has no meaning for the kind.
    fn facts(&self) -> Facts {
        Facts::new()
    }
}
