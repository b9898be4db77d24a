//! What a person is told of a failure, made from its facts: the words of docker and notary where these have some, else its own.

pub(crate) mod of_client;
pub(crate) mod of_trust;

use std::fmt::Display;

/// A failure that the peers may have words for.
pub(crate) trait Worded: Display {
    /// The peer's words, or its own.
    fn worded(&self) -> String;
}
