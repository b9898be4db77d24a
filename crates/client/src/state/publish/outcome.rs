//! What became of an update that nothing went wrong with.

use crate::{error::OpsError, ports::events::Event, session::Session};
use trust::model::gun::Gun;

/// What became of an update.
#[must_use]
pub(crate) enum PublishOutcome<S> {
    /// It was found in this state of the server's.
    Published(S),
    /// All of it was so already.
    SoAlready,
    /// The server took a new repository, and does not show it yet. It takes nothing away, and no other update can stand where it should.
    NotShown,
}

impl<S> PublishOutcome<S> {
    /// The state in which it was found; none where all of it was so already. An error where it is not shown, for what people rely on next.
    pub(crate) fn shown(self, gun: &Gun) -> Result<Option<S>, OpsError> {
        match self {
            Self::Published(state) => Ok(Some(state)),
            Self::SoAlready => Ok(None),
            Self::NotShown => Err(OpsError::Unconfirmed { gun: gun.clone(), reason: None }),
        }
    }

    /// Warns where it is not shown.
    pub(crate) fn or_warn(self, session: &Session<'_>, gun: &Gun) {
        if matches!(self, Self::NotShown) {
            let warning =
                format!("the server took {gun}, and does not show it yet; look at it with `dct inspect` before you rely on it");
            session.events.tell(Event::Warning(warning));
        }
    }
}
