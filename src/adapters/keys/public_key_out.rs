//! The file beside a new key that holds its public half (docker `trust key generate`).

use std::{
    fs::{self, Permissions},
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

/// A public key that is written and does not have its name yet. Dropped, it is gone.
pub struct PublicKeyOut {
    temporary: NamedTempFile,
    target: PathBuf,
}

/// Whether something has this name: a symlink that leads nowhere too, since writing must not follow it.
#[must_use]
pub fn is_taken(target: &Path) -> bool {
    fs::symlink_metadata(target).is_ok()
}

impl PublicKeyOut {
    /// Writes a key beside its place, for its owner alone, so that a place that cannot be written to is known before the key is stored.
    pub fn write(target: &Path, pem: &str) -> io::Result<Self> {
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut temporary = tempfile::Builder::new()
            .prefix(".pub-")
            .suffix(".tmp")
            .permissions(Permissions::from_mode(0o600))
            .tempfile_in(folder)?;
        temporary.write_all(pem.as_bytes())?;
        temporary.as_file().sync_all()?;
        Ok(Self { temporary, target: target.to_owned() })
    }

    /// Gives the file its name, unless something has taken that since.
    pub fn commit(self) -> io::Result<()> {
        self.temporary.persist_noclobber(&self.target).map(drop).map_err(|error| error.error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_the_name_before_the_commit_and_nothing_is_left_without_one() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("jeff.pub");
        drop(PublicKeyOut::write(&target, "x").unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let out = PublicKeyOut::write(&target, "x").unwrap();
        assert!(!is_taken(&target));
        out.commit().unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "x");
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_link_is_not_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("jeff.pub");
        std::os::unix::fs::symlink(folder.path().join("elsewhere"), &target).unwrap();
        assert!(is_taken(&target));
        let refused = PublicKeyOut::write(&target, "x").unwrap().commit().unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert!(!folder.path().join("elsewhere").exists());
    }

    #[test]
    fn a_folder_that_takes_no_file_is_known_at_once() {
        for place in ["/nonexistent/jeff.pub", "/proc/jeff.pub"] {
            assert!(PublicKeyOut::write(Path::new(place), "x").is_err(), "{place}");
        }
    }
}
