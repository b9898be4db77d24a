//! What happens along the way, as facts; the face finds the words.

use crate::tuf::gun::Gun;

/// Something that a person is told before a command ends.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Something is not as it should be; the command goes on.
    Warning(String),
    /// A repository is being initialised.
    Initializing {
        /// The repository.
        gun: &'a Gun,
    },
    /// A repository was initialised.
    Initialized {
        /// The repository.
        gun: &'a Gun,
    },
}
