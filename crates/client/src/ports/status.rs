//! What else is known of an answer that is a status and no content.

use std::time::Duration;

/// The facts beside the status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusFacts {
    /// The server's words; none where it has none.
    pub said: Option<String>,
    /// How long the server wants to be left alone.
    pub retry_after: Option<Duration>,
    /// How much was sent to it, in bytes.
    pub sent: Option<u64>,
    /// Where it leads, as a URL without credentials and query.
    pub leads_to: Option<String>,
}
