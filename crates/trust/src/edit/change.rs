//! Changes: the only way to edit metadata.

use crate::{
    json::value::Json,
    model::{key::Key, key_id::CanonicalKeyId, role::RoleName, targets::Target},
};

/// One wish of a person, independent of the state that it is applied to: after a version conflict the same changes are applied to
/// what is there then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A role signs an entry that no look-up can use, as one without SHA-256: for those who look into the metadata themselves
    /// (`notary addhash --sha512`).
    AddEntry {
        /// Who signs: `targets` or a delegation.
        role: RoleName,
        /// The name.
        name: String,
        /// The entry as it stands in the file.
        entry: Json,
    },
    /// A role signs a name for a content; another content under that name goes.
    AddTarget {
        /// Who signs: `targets` or a delegation.
        role: RoleName,
        /// The name.
        name: String,
        /// The content.
        target: Target,
    },
    /// A role may begin anew, where it has a file that cannot be verified and nothing is known of what it signs: all of that goes with the next change.
    BeginAnew {
        /// The role.
        role: RoleName,
    },
    /// A delegation loses all its paths: it may sign no name any more.
    ClearPaths {
        /// The delegated role.
        role: RoleName,
    },
    /// A delegation is made, with a threshold of 1, or gains keys and paths. One that is made needs keys.
    Delegate {
        /// The delegated role.
        role: RoleName,
        /// Keys that it gains.
        keys: Vec<Key>,
        /// Prefixes of names that it gains.
        paths: Vec<String>,
    },
    /// Every delegation below a role loses keys, in whatever certificates. A file that nobody here can sign stays as it is, with a notice
    /// (Notary `PurgeDelegationKeys`).
    PurgeKeys {
        /// The role whose delegations, and theirs, lose the keys: `targets` for all.
        below: RoleName,
        /// The keys.
        keys: Vec<CanonicalKeyId>,
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
    /// A delegation loses paths; those that it does not have are passed over.
    RemovePaths {
        /// The delegated role.
        role: RoleName,
        /// Prefixes of names.
        paths: Vec<String>,
    },
    /// A signer goes: the delegation is taken back, with what lies below it, and `targets/releases` loses those of its keys that no other signer has
    /// (docker `trust signer remove`). Whatever keys it has in the state that this is applied to go. Where there is none, nothing changes.
    RemoveSigner {
        /// The signer's role, below `targets`.
        role: RoleName,
    },
    /// A delegation is taken back, and what lies below it with it. Where there is none, nothing changes.
    Undelegate {
        /// The delegated role.
        role: RoleName,
    },
    /// A role is signed anew as it is, with a new version and expiry. One that was set aside, as expired or because its signatures do not
    /// suffice, comes back with its content: who witnesses it vouches for that (Notary `witnessTargets`).
    Witness {
        /// `targets` or a delegation.
        role: RoleName,
    },
}
