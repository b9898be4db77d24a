//! Changes: the only way to edit metadata.

use super::{key::Key, role::RoleName, targets::Target};

/// One wish of a person, independent of the state that it is applied to: after a version conflict the same changes are applied to
/// what is there then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A role signs a name for a content; another content under that name goes.
    AddTarget {
        /// Who signs: `targets` or a delegation.
        role: RoleName,
        /// The name.
        name: String,
        /// The content.
        target: Target,
    },
    /// A delegation is made, with a threshold of 1, or gains keys and paths.
    Delegate {
        /// The delegated role.
        role: RoleName,
        /// Keys that it gains.
        keys: Vec<Key>,
        /// Prefixes of names that it gains.
        paths: Vec<String>,
    },
}
