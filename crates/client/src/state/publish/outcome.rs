//! What became of an update that nothing went wrong with.

use crate::{error::OpsError, outcome::PublishedVersions, ports::Warning, session::Session, state::error::StateError};
use trust::model::gun::Gun;

/// What became of an update.
#[must_use]
pub(crate) enum PublishOutcome<S> {
    /// It was found in this state of the server's.
    Published {
        /// The state.
        state: S,
        /// What was sent.
        versions: PublishedVersions,
    },
    /// All of it was so already.
    SoAlready,
    /// The server took a new repository, and does not show it yet. It takes nothing away, and no other update can stand where it should.
    NotShown {
        /// What was sent.
        versions: PublishedVersions,
    },
}

impl<S> PublishOutcome<S> {
    /// The versions of the files that were sent; empty where all of it was so already.
    pub(crate) fn versions(&self) -> PublishedVersions {
        match self {
            Self::Published { versions, .. } | Self::NotShown { versions } => versions.clone(),
            Self::SoAlready => PublishedVersions::new(),
        }
    }

    /// The state in which it was found; none where all of it was so already. An error where it is not shown, for what people rely on next.
    pub(crate) fn shown(self, gun: &Gun) -> Result<Option<S>, OpsError> {
        match self {
            Self::Published { state, .. } => Ok(Some(state)),
            Self::SoAlready => Ok(None),
            Self::NotShown { .. } => Err(OpsError::State(StateError::Unconfirmed { gun: gun.clone(), reason: None })),
        }
    }

    /// The versions of what was sent, once it is shown, as above.
    pub(crate) fn versions_shown(self, gun: &Gun) -> Result<PublishedVersions, OpsError> {
        let versions = self.versions();
        self.shown(gun).map(|_| versions)
    }

    /// Warns where it is not shown.
    pub(crate) fn or_warn(&self, session: &Session<'_>, gun: &Gun) {
        if matches!(self, Self::NotShown { .. }) {
            session.warn(Warning::NotShownYet { gun: gun.clone() });
        }
    }
}
