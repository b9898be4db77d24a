//! The folder of a sandbox: a temporary one, or one that a person names, which must be a sandbox's or become one.

use std::{
    fs::{self, File, Permissions, TryLockError},
    io,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use super::{
    error::{StartError, at},
    home::private_folder,
};

/// Marks a folder as a sandbox's, of this layout; locked while one runs in it.
const MARK: &str = "sandbox-1";

/// A folder that is in use; dropped, a temporary one goes.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    /// Where state is kept for the next time.
    pub(super) state: Option<PathBuf>,
    _lock: Option<File>,
    _temporary: Option<tempfile::TempDir>,
}

/// A new one, for this time alone.
pub(super) fn temporary() -> Result<Folder, StartError> {
    let base = std::env::temp_dir();
    let ours = Permissions::from_mode(0o700);
    let temporary = tempfile::Builder::new().prefix("dct-sandbox-").permissions(ours).tempdir_in(&base).map_err(at(&base))?;
    let path = named(temporary.path())?;
    Ok(Folder { path, state: None, _lock: None, _temporary: Some(temporary) })
}

/// The one that a person names. What is in a folder that is no sandbox's is not ours to write over.
pub(super) fn keep(folder: &Path) -> Result<Folder, StartError> {
    let path = named(&std::path::absolute(folder).map_err(at(folder))?)?;
    let refuse = |reason| StartError::Folder { folder: path.display().to_string(), reason };
    if path.exists() && !path.is_dir() {
        return Err(refuse("it is no folder"));
    }
    private_folder(&path)?;
    let facts = fs::metadata(&path).map_err(at(&path))?;
    if facts.uid() != rustix::process::geteuid().as_raw() || facts.mode() & 0o022 != 0 {
        return Err(refuse("others may write there; programs are run from it"));
    }
    let mark = path.join(MARK);
    let new = fs::read_dir(&path).map_err(at(&path))?.next().is_none();
    if !new && !mark.is_file() {
        return Err(refuse("it has other files, and is no sandbox's"));
    }
    let lock = File::options().create(true).append(true).mode(0o600).open(&mark).map_err(at(&mark))?;
    match lock.try_lock() {
        Err(TryLockError::WouldBlock) => return Err(refuse("a sandbox is running in it")),
        Err(TryLockError::Error(error)) => return Err(at(&mark)(error)),
        Ok(()) => {}
    }
    Ok(Folder { state: Some(path.join("state")), path, _lock: Some(lock), _temporary: None })
}

/// A path that stands in variables and on the program path as it is.
fn named(path: &Path) -> Result<PathBuf, StartError> {
    let fits = path.to_str().is_some_and(|path| !path.contains([':', '\n']));
    let cause = "the name of a sandbox's folder is UTF-8 without colons and line ends";
    if fits { Ok(path.to_owned()) } else { Err(at(path)(io::Error::new(io::ErrorKind::InvalidInput, cause))) }
}
