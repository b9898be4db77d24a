//! The peer whose variables answer for passphrases, and whose words ask for them.

/// Whose variables and words count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// `docker trust`: two variables; a pipe is read like a terminal.
    Docker,
    /// `notary`: four variables; nobody is asked but at a terminal.
    Notary,
}

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
