//! A target as a row of a table, for `dct list` and `notary list`.

use client::image::list_targets::SignedTarget;

/// A target's row: name, digest, size and role.
pub(crate) fn row(target: &SignedTarget) -> [String; 4] {
    [target.name.clone(), target.meta.sha256.to_hex(), target.meta.length.to_string(), target.role.to_string()]
}
