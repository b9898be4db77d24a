//! Writes a key that leaves the store into a file of its own (`dct key export`).

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::durable::{Pending, WriteFailure};

/// A key was not written. Nothing of it is left.
#[derive(Debug, thiserror::Error)]
pub enum KeyOutError {
    /// Something has that name, a symlink among them.
    #[error("{0} exists already")]
    Taken(PathBuf),
    /// The folder is not there.
    #[error("{0} is not a folder")]
    NoFolder(PathBuf),
    /// What was read back is something else.
    #[error("{0}: what was written could not be read back")]
    Unproved(PathBuf),
    /// The operating system refused.
    #[error("{action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Its answer.
        source: io::Error,
    },
}

/// Writes a file for its owner alone, and reads it back before it gets its name. A file that is there is never replaced.
pub fn write_new(target: &Path, text: &str) -> Result<(), KeyOutError> {
    let target = place(target)?;
    if fs::symlink_metadata(&target).is_ok() {
        return Err(KeyOutError::Taken(target));
    }
    let pending = proved(&target, text)?;
    pending.commit_new().map_err(|failure| match failure.source.kind() {
        io::ErrorKind::AlreadyExists => KeyOutError::Taken(failure.path),
        _ => failure.into(),
    })
}

/// The same in place of a regular file that is there, which stays until the new one is proved (notary `key export --output`).
pub fn write_over(target: &Path, text: &str) -> Result<(), KeyOutError> {
    let target = place(target)?;
    if fs::symlink_metadata(&target).is_ok_and(|found| !found.is_file()) {
        return Err(KeyOutError::Taken(target));
    }
    Ok(proved(&target, text)?.commit()?)
}

fn place(target: &Path) -> Result<PathBuf, KeyOutError> {
    let target =
        std::path::absolute(target).map_err(|source| KeyOutError::Io { action: "find", path: target.to_owned(), source })?;
    match target.parent().filter(|folder| !folder.is_dir()) {
        Some(folder) => Err(KeyOutError::NoFolder(folder.to_owned())),
        None => Ok(target),
    }
}

fn proved(target: &Path, text: &str) -> Result<Pending, KeyOutError> {
    let pending = Pending::write(target, text.as_bytes())?;
    let again = fs::read(pending.path()).map(zeroize::Zeroizing::new);
    if !again.is_ok_and(|again| again.as_slice() == text.as_bytes()) {
        return Err(KeyOutError::Unproved(target.to_owned()));
    }
    Ok(pending)
}

impl From<WriteFailure> for KeyOutError {
    fn from(WriteFailure { action, path, source }: WriteFailure) -> Self {
        Self::Io { action, path, source }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_file_is_its_owner_s_alone_and_nothing_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("jeff.pem");
        write_new(&target, "secret").unwrap();
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(matches!(write_new(&target, "other"), Err(KeyOutError::Taken(_))));
        assert_eq!(fs::read_to_string(&target).unwrap(), "secret");
        let link = folder.path().join("link");
        symlink(folder.path().join("elsewhere"), &link).unwrap();
        assert!(matches!(write_new(&link, "secret"), Err(KeyOutError::Taken(_))));
        write_over(&target, "other").unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "other");
        assert!(matches!(write_over(&link, "secret"), Err(KeyOutError::Taken(_))));
        let absent = folder.path().join("absent/jeff.pem");
        assert!(matches!(write_new(&absent, "secret"), Err(KeyOutError::NoFolder(_))));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
