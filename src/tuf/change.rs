//! Changes: the only way to edit metadata.

use super::{key::Key, key_id::CanonicalKeyId, role::RoleName, targets::Target};

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
    /// A role signs a name no more. Where it does not, nothing changes.
    RemoveTarget {
        /// Who signed: `targets` or a delegation.
        role: RoleName,
        /// The name.
        name: String,
    },
    /// A delegation loses keys; its threshold stays, even where it cannot be reached any more (Notary `UpdateDelegationKeys`).
    RemoveKeys {
        /// The delegated role.
        role: RoleName,
        /// Keys that it loses, in whatever certificates; those that it does not have are passed over.
        keys: Vec<CanonicalKeyId>,
    },
    /// A delegation is taken back, and what lies below it with it. Where there is none, nothing changes.
    Undelegate {
        /// The delegated role.
        role: RoleName,
    },
}
