//! Keys as a person names them to notary's commands, and as these show them.

use crate::term::error::CliError;
use client::ports::KeyInfo;
use trust::model::key_id::CanonicalKeyId;

/// How many digits an ID has.
const DIGITS: usize = 64;

/// Reads the ID of a key on this machine; none where no key can have it.
pub(super) fn own_key(typed: &str) -> Result<Option<CanonicalKeyId>, CliError> {
    if typed.len() != DIGITS {
        return Err(invalid(typed));
    }
    Ok(CanonicalKeyId::from_hex(typed))
}

/// Reads the ID of a key that is to be removed, whoever has it. Whatever cannot be one would remove nothing, without a word.
pub(super) fn any_key(typed: &str) -> Result<CanonicalKeyId, CliError> {
    CanonicalKeyId::from_hex(&typed.to_ascii_lowercase()).ok_or_else(|| invalid(typed).hinted("an ID has 64 hexadecimal digits"))
}

fn invalid(typed: &str) -> CliError {
    CliError::new(format!("invalid key ID provided: {typed}"))
}

/// The folder of all keys: notary names its store, not the file.
pub(super) fn folder_of(info: &KeyInfo) -> String {
    let private = info.path.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == "private"));
    private.or_else(|| info.path.parent()).map(|folder| folder.display().to_string()).unwrap_or_default()
}
