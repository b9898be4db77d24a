//! Files that a person names: one that is to be signed, whatever its size, and small ones.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{ErrorKind, Read as _},
    path::Path,
};

use sha2::{Digest as _, Sha256, Sha512};
use zeroize::Zeroizing;

use crate::term::error::os_words;
use host::bounded::read_secret;
use trust::model::{digest, hashes::FileMeta};

/// The most that is read of a file with custom data, a key or a certificate, in bytes.
const MAX_SMALL: u64 = 1 << 20;

/// The length and the hashes of a file, which is read piece by piece. The error is in Go's words.
pub(super) fn measure(path: &Path) -> Result<FileMeta, String> {
    let mut file = open(path)?;
    let (mut sha256, mut sha512, mut length) = (Sha256::new(), Sha512::new(), 0);
    let mut piece = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut piece).map_err(|error| format!("read {}: {}", path.display(), os_words(&error)))?;
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        sha256.update(bytes);
        sha512.update(bytes);
        length += bytes.len() as u64;
    }
    let sha256 = digest::Sha256::from_slice(&sha256.finalize()).ok_or("no SHA-256")?;
    Ok(FileMeta { length, sha256, others: BTreeMap::from([("sha512".to_owned(), sha512.finalize().to_vec())]) })
}

/// The content of a small file, which may be a key. The error is in Go's words.
pub(super) fn read_small(path: &Path) -> Result<Zeroizing<Vec<u8>>, String> {
    read_secret(open(path)?, MAX_SMALL).map_err(|error| match error.kind() {
        ErrorKind::FileTooLarge => format!("read {}: it is larger than 1 MiB", path.display()),
        _ => format!("read {}: {}", path.display(), os_words(&error)),
    })
}

fn open(path: &Path) -> Result<File, String> {
    File::open(path).map_err(|error| format!("open {}: {}", path.display(), os_words(&error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_measured_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let content = vec![7; 200_000];
        std::fs::write(&file, &content).unwrap();
        assert_eq!(measure(&file).unwrap(), FileMeta::of(&content));
        assert_eq!(*read_small(&file).unwrap(), content);
        std::fs::write(&file, vec![7; (1 << 20) + 1]).unwrap();
        assert!(read_small(&file).unwrap_err().ends_with("larger than 1 MiB"));
    }

    #[test]
    fn what_cannot_be_read_is_told_in_go_s_words() {
        assert_eq!(measure(Path::new("/nonexistent")).unwrap_err(), "open /nonexistent: no such file or directory");
        assert_eq!(measure(Path::new("/")).unwrap_err(), "read /: is a directory");
    }
}
