//! The key whose passphrase is wanted, by the names that a person knows.

use crate::term::peer::Peer;

/// How many digits of an ID a person is shown.
const SHOWN_DIGITS: usize = 7;

/// The names of a key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NamedKey<'a> {
    /// The role, or the signer's name, that the key is kept under.
    pub(crate) role: &'a str,
    /// The key's ID; empty where it cannot be known yet.
    pub(crate) id: &'a str,
}

impl NamedKey<'_> {
    /// The role as the peer shows it, and the first digits of the ID where it is known.
    pub(super) fn shown(self, peer: Peer) -> String {
        let role = peer.shown(self.role);
        let id: String = self.id.chars().take(SHOWN_DIGITS).collect();
        if id.is_empty() { format!("{role} key") } else { format!("{role} key with ID {id}") }
    }
}
