//! Where notary says that a key lies.

use client::ports::KeyInfo;

/// The folder of all keys: notary names its store, not the file.
pub(super) fn folder_of(info: &KeyInfo) -> String {
    let private = info.path.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == "private"));
    private.or_else(|| info.path.parent()).map(|folder| folder.display().to_string()).unwrap_or_default()
}
