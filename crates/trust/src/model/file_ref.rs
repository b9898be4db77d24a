//! Names of files on a server.

use super::{digest::Sha256, role::RoleName, version::Version};

/// A file on the server (Notary `server/handlers/routes`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileRef {
    /// `<role>.json`: the newest file of a delegation, which no snapshot need name any more. Nothing of it is trusted.
    CurrentDelegation(RoleName),
    /// `root.json`: the newest root.
    CurrentRoot,
    /// `<version>.root.json`
    RootVersion(Version),
    /// `timestamp.json`
    Timestamp,
    /// `<version>.timestamp.json`: one that was current at some time.
    TimestampVersion(Version),
    /// `<version>.<role>.json`: a file of targets or of a delegation, which no snapshot need name. Nothing of it is trusted.
    TargetsVersion(RoleName, Version),
    /// `<role>.<sha256>.json`, of a length that a verified parent gives.
    Hashed {
        /// The role.
        role: RoleName,
        /// The file's hash.
        sha256: Sha256,
        /// The file's length in bytes; more is never read.
        length: u64,
    },
}
