//! The file beside a new key that holds its public half (docker `trust key generate`).

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use rustix::fs::OFlags;
use tempfile::NamedTempFile;

/// A public key whose private half is not stored yet. Its name is taken by an empty file, so that it is certain to get it; dropped, it is gone, and killed,
/// it leaves no public key without a private one.
pub struct PublicKeyOut {
    target: PathBuf,
    /// Locked while it lives: an empty file that nobody holds was left over.
    place: File,
    /// None once it has its name.
    content: Option<NamedTempFile>,
}

/// Whether something has this name: a symlink that leads nowhere too, since writing must not follow it. An empty file that was left over does not count.
#[must_use]
pub fn is_taken(target: &Path) -> bool {
    fs::symlink_metadata(target).is_ok_and(|it| !it.is_file() || it.len() > 0)
}

impl PublicKeyOut {
    /// Takes the name for a key, for its owner alone, unless something has that: of several at once, one gets it.
    pub fn write(target: &Path, pem: &str) -> io::Result<Self> {
        let taken = || io::Error::from(ErrorKind::AlreadyExists);
        if is_taken(target) {
            return Err(taken());
        }
        let only_here = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let flags = i32::try_from(only_here.bits()).unwrap_or_default();
        let place = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).custom_flags(flags).open(target)?;
        place.try_lock().map_err(|_| taken())?;
        let mut out = Self { target: target.to_owned(), place, content: None };
        // whoever held the lock before may have given it its key, or have taken it away
        if !out.has_the_name()? {
            return Err(taken());
        }
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let private = Permissions::from_mode(0o600);
        let mut content = tempfile::Builder::new().prefix(".pub-").suffix(".tmp").permissions(private).tempfile_in(folder)?;
        content.write_all(pem.as_bytes())?;
        content.as_file().sync_all()?;
        out.content = Some(content);
        Ok(out)
    }

    /// Gives the file its content: the private half is stored.
    pub fn keep(mut self) -> io::Result<()> {
        match self.content.take() {
            Some(content) => content.persist(&self.target).map(drop).map_err(|error| error.error),
            None => Ok(()),
        }
    }

    /// Whether the file under the name is the empty one that is held.
    fn has_the_name(&self) -> io::Result<bool> {
        let held = self.place.metadata()?;
        Ok(fs::symlink_metadata(&self.target).is_ok_and(|it| (it.dev(), it.ino(), it.len()) == (held.dev(), held.ino(), 0)))
    }
}

impl Drop for PublicKeyOut {
    fn drop(&mut self) {
        if self.has_the_name().unwrap_or(false) {
            // an empty file that cannot be removed is in nobody's way
            let _ = fs::remove_file(&self.target);
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
        let other = PublicKeyOut::write(&target, "y").err().unwrap();
        assert_eq!(other.kind(), ErrorKind::AlreadyExists);
        out.keep().unwrap();
        assert!(is_taken(&target));
        assert_eq!(fs::read_to_string(&target).unwrap(), "x");
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_empty_file_of_a_killed_run_is_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("jeff.pub");
        fs::write(&target, "").unwrap();
        PublicKeyOut::write(&target, "x").unwrap().keep().unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "x");
    }

    #[test]
    fn a_link_is_not_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("jeff.pub");
        std::os::unix::fs::symlink(folder.path().join("elsewhere"), &target).unwrap();
        assert!(is_taken(&target));
        let refused = PublicKeyOut::write(&target, "x").err().unwrap();
        assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
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
