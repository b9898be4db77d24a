//! What publishing needs to know of a state of the server.

use std::sync::Arc;

use crate::{ports::Bytes, state::refresh::WritableRepo};
use trust::{
    edit::{plan::Base, recovery::Recoverable},
    model::{digest::Sha256, role::RoleName, timestamp::Timestamp, version::Version},
    verify::threshold::Verified,
};

/// A state that can be published to.
pub(crate) trait ServerState {
    /// What an update is applied to.
    fn base(&self) -> Base<'_>;

    /// Its timestamp; none where the server has no such repository yet.
    fn timestamp(&self) -> Option<&Verified<Timestamp>>;

    /// The hash of the file that it lists for a role.
    fn listed(&self, role: &RoleName) -> Option<Sha256>;

    /// The version of the root, or of the verified file of targets or a delegation.
    fn version(&self, role: &RoleName) -> Option<Version> {
        if *role == RoleName::root() { Some(self.base().root().version()) } else { self.base().version(role) }
    }

    /// Its files, to be kept for the next read; none of a state that is not read from.
    fn files(&self) -> Vec<Bytes>;

    /// Notes a file of an earlier life of a delegation's name.
    fn note_left_over(&mut self, role: &RoleName, bytes: &Arc<[u8]>);

    /// Notes a newer file of a role than it lists.
    fn note_lost(&mut self, role: &RoleName, bytes: &Arc<[u8]>);
}

impl ServerState for WritableRepo {
    fn base(&self) -> Base<'_> {
        match self {
            Self::Published(repo) => Base::Trusted(repo),
            Self::Unpublished(local) => Base::Unpublished(local),
        }
    }

    fn timestamp(&self) -> Option<&Verified<Timestamp>> {
        match self {
            Self::Published(repo) => Some(repo.timestamp()),
            Self::Unpublished(_) => None,
        }
    }

    fn listed(&self, role: &RoleName) -> Option<Sha256> {
        match self {
            Self::Published(repo) => repo.listed(role),
            Self::Unpublished(_) => None,
        }
    }

    fn files(&self) -> Vec<Bytes> {
        match self {
            Self::Published(repo) => repo.all_files().into_values().collect(),
            Self::Unpublished(_) => Vec::new(),
        }
    }

    fn note_left_over(&mut self, role: &RoleName, bytes: &Arc<[u8]>) {
        if let Self::Published(repo) = self {
            repo.note_left_over(role, bytes);
        }
    }

    fn note_lost(&mut self, role: &RoleName, bytes: &Arc<[u8]>) {
        if let Self::Published(repo) = self {
            repo.note_lost(role, bytes);
        }
    }
}

impl ServerState for Recoverable {
    fn base(&self) -> Base<'_> {
        self.base()
    }

    fn timestamp(&self) -> Option<&Verified<Timestamp>> {
        Some(self.timestamp())
    }

    fn listed(&self, role: &RoleName) -> Option<Sha256> {
        self.listed(role)
    }

    fn files(&self) -> Vec<Bytes> {
        Vec::new()
    }

    fn note_left_over(&mut self, role: &RoleName, bytes: &Arc<[u8]>) {
        self.note_left_over(role, bytes);
    }

    fn note_lost(&mut self, role: &RoleName, bytes: &Arc<[u8]>) {
        self.note_lost(role, bytes);
    }
}
