//! The ports of one command.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::ports::{Accounts, Decisions, Events, KeyFiles, Keys, NotaryRemote, Registry, TrustStore, Warning, events::Event};
use trust::{model::gun::Gun, verify::pinning::TrustPinning};

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
    /// The private keys that can sign.
    pub keys: &'a dyn Keys,
    /// Those of them that are files, to be moved about.
    pub key_files: &'a dyn KeyFiles,
    /// Who hears what happens.
    pub events: &'a dyn Events,
    /// Who answers.
    pub decisions: &'a dyn Decisions,
    /// Which roots may be trusted.
    pub pins: &'a TrustPinning,
    /// Where nothing is answered without a file of `targets/releases`.
    pub unreleased: &'a RefuseUnreleased,
    /// The one time of the command: every expiry is judged by it (TUF 5.1).
    pub now: Timestamp,
}

impl Session<'_> {
    /// Tells a warning to who hears what happens.
    pub(crate) fn warn(&self, warning: Warning) {
        self.events.tell(Event::Warning(warning));
    }
}

/// What is done where `targets/releases` is delegated and the server has no file of it: a warning, and nothing is answered for the registries that
/// stand here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefuseUnreleased(BTreeSet<String>);

impl RefuseUnreleased {
    /// Refuses for these registries, as their names stand before the first `/` of a repository's.
    #[must_use]
    pub fn refused_for<'h>(registries: impl IntoIterator<Item = &'h str>) -> Self {
        Self(registries.into_iter().map(str::to_owned).collect())
    }

    /// Whether nothing is answered of a repository.
    #[must_use]
    pub fn refuses(&self, gun: &Gun) -> bool {
        self.0.contains(gun.host())
    }
}
