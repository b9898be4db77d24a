//! What is released under a tag: the content that a trusted pull takes.

use super::image::Tag;
use crate::tuf::{hashes::FileMeta, role::RoleName, trusted::TrustedRepo};

/// The content that is released under a tag: that of `targets/releases` where it has one, as for a pull, else that of `targets`. Where
/// the file of `targets/releases` cannot be used nothing is known to be released: an older entry of `targets` may lie under it.
pub(super) fn released(repo: &TrustedRepo, tag: &Tag) -> Option<FileMeta> {
    if repo.skipped().contains_key(&RoleName::releases()) {
        return None;
    }
    let entries = repo.entries(Some(tag.as_str()));
    let released = entries.iter().filter(|entry| is_released(entry.role));
    released.max_by_key(|entry| *entry.role == RoleName::releases()).map(|entry| entry.target.meta.clone())
}

/// Whether Docker trusts what a role signs.
pub(super) fn is_released(role: &RoleName) -> bool {
    *role == RoleName::targets() || *role == RoleName::releases()
}
