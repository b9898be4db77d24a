//! What an update is to the one who publishes it.

use super::{files::Files, state::ServerState};
use crate::{
    error::OpsError,
    overtaken::Overtaken,
    ports::{DecidedNames, RemoteError, Sent},
    state::refresh::read_back::Look,
};
use trust::model::{role::RoleName, version::Version};

/// Something that a person wants of a repository, independent of the state that it is applied to.
pub(crate) trait Update {
    /// The kind of state that it is applied to.
    type State: ServerState;

    /// Signs what it comes to in a state; none where all of it is so already.
    fn sign(&mut self, state: &Self::State) -> Result<Option<Files>, OpsError>;

    /// The state as the server has it now.
    fn read(&mut self) -> Result<Self::State, OpsError>;

    /// The state that the server shows after it took the update; none while it shows none but `before`.
    fn read_back(&self, before: &Self::State, look: Look) -> Result<Option<Self::State>, OpsError>;

    /// Whether all of it is so in a state, though by later files than were sent.
    fn holds_in(&self, state: &Self::State) -> bool;

    /// Refuses to be applied to `now`, where someone else has decided since `before` about what this is about.
    fn check_may_follow(&mut self, before: &Self::State, now: &Self::State) -> Result<(), OpsError>;

    /// The server took a file of it, and lost it.
    fn note_loss(&mut self, _role: &RoleName, _version: Version) {}

    /// What a refusal for its content means: another state to go on from, or the end.
    fn after_refusal(&mut self, _state: &Self::State, error: RemoteError) -> Result<Self::State, OpsError> {
        Err(error.into())
    }

    /// Refuses to be applied to `now`, where someone else has published above what was sent, and taken it back: what stood there was not lost.
    fn check_not_taken_back(&self, _now: &Self::State, _sent: &Files) -> Result<(), OpsError> {
        Ok(())
    }

    /// What its files decide about names in a state.
    fn decides(&self, _state: &Self::State, _files: &Files) -> DecidedNames {
        DecidedNames::new()
    }

    /// What earlier commands have sent in vain and this one repeats, though someone else has decided about it since.
    fn overtaken_in(&self, _state: &Self::State, _earlier: &Sent) -> Vec<Overtaken> {
        Vec::new()
    }
}
