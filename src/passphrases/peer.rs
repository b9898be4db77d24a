//! What a peer has of its own where a passphrase is wanted: the variables that answer, and how a prompt shows a role.

use crate::term::peer::Peer;

impl Peer {
    /// The variable that answers for a role.
    #[must_use]
    pub(super) fn variable(self, role: &str) -> Option<&'static str> {
        match (self, role) {
            (Self::Docker, "root") => Some("DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE"),
            (Self::Docker, _) => Some("DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE"),
            (Self::Notary, "root") => Some("NOTARY_ROOT_PASSPHRASE"),
            (Self::Notary, "targets") => Some("NOTARY_TARGETS_PASSPHRASE"),
            (Self::Notary, "snapshot") => Some("NOTARY_SNAPSHOT_PASSPHRASE"),
            // the server's key is never here
            (Self::Notary, "timestamp") => None,
            (Self::Notary, _) => Some("NOTARY_DELEGATION_PASSPHRASE"),
        }
    }

    /// A role as a prompt shows it.
    #[must_use]
    pub(super) fn shown(self, role: &str) -> &str {
        match (self, role) {
            (Self::Docker, "snapshot" | "targets" | "default") => "repository",
            (_, role) => role,
        }
    }
}
