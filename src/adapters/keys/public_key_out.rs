//! The file beside a new key that holds its public half (docker `trust key generate`).

use std::{
    fs::{self, Permissions},
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

/// A public key that was written while its private half is not stored yet. Dropped, it is gone.
pub struct PublicKeyOut {
    written: Option<PathBuf>,
}

/// Whether something has this name: a symlink that leads nowhere too, since writing must not follow it.
#[must_use]
pub fn is_taken(target: &Path) -> bool {
    fs::symlink_metadata(target).is_ok()
}

impl PublicKeyOut {
    /// Writes a key for its owner alone, under its name, unless something has that: of several at once, one gets it.
    pub fn write(target: &Path, pem: &str) -> io::Result<Self> {
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut temporary = tempfile::Builder::new()
            .prefix(".pub-")
            .suffix(".tmp")
            .permissions(Permissions::from_mode(0o600))
            .tempfile_in(folder)?;
        temporary.write_all(pem.as_bytes())?;
        temporary.as_file().sync_all()?;
        temporary.persist_noclobber(target).map_err(|error| error.error)?;
        Ok(Self { written: Some(target.to_owned()) })
    }

    /// Keeps the file: the private half is stored.
    pub fn keep(mut self) {
        self.written = None;
    }
}

impl Drop for PublicKeyOut {
    fn drop(&mut self) {
        if let Some(written) = &self.written {
            // what cannot be removed is a public key without a private one, which harms nobody
            let _ = fs::remove_file(written);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_gets_the_name_and_nothing_is_left_of_what_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("jeff.pub");
        drop(PublicKeyOut::write(&target, "x").unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let out = PublicKeyOut::write(&target, "x").unwrap();
        assert!(is_taken(&target));
        let other = PublicKeyOut::write(&target, "y").err().unwrap();
        assert_eq!(other.kind(), io::ErrorKind::AlreadyExists);
        out.keep();
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
        let refused = PublicKeyOut::write(&target, "x").err().unwrap();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert!(!folder.path().join("elsewhere").exists());
    }

    #[test]
    fn a_place_that_takes_no_file_is_known_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let long = folder.path().join(format!("{}.pub", "x".repeat(252)));
        assert!(PublicKeyOut::write(&long, "x").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        for place in ["/nonexistent/jeff.pub", "/proc/jeff.pub"] {
            assert!(PublicKeyOut::write(Path::new(place), "x").is_err(), "{place}");
        }
    }
}
