//! The ports of one command.

use jiff::Timestamp;

use super::ports::{Accounts, Decisions, Events, KeyStore, NotaryRemote, Registry, TrustStore};
use crate::tuf::pinning::TrustPinning;

/// Everything that a use case may touch, chosen and configured by the face that was called.
#[derive(Clone, Copy)]
pub struct Session<'a> {
    /// Trust data on this machine.
    pub store: &'a dyn TrustStore,
    /// The Notary servers.
    pub remote: &'a dyn NotaryRemote,
    /// The registries.
    pub registry: &'a dyn Registry,
    /// Whose credentials are used where.
    pub accounts: &'a dyn Accounts,
    /// Private keys.
    pub keys: &'a dyn KeyStore,
    /// Who hears what happens.
    pub events: &'a dyn Events,
    /// Who answers.
    pub decisions: &'a dyn Decisions,
    /// Which roots may be trusted.
    pub pins: &'a TrustPinning,
    /// The one time of the command: every expiry is judged by it (TUF 5.1).
    pub now: Timestamp,
}
