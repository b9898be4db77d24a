//! The challenge of each server, kept from one process to the next: it saves the question, and never holds a credential.

use std::{
    fs::{self, File},
    io::{Read, Write},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};

use super::{api::Api, challenge::Challenge};

/// Longest file that is read, in bytes.
const MAX_FILE: u64 = 16 << 10;

/// The files, one a server. What cannot be read or written costs a question more, and nothing else.
pub(super) struct Remembered {
    /// The folder of the files; none to remember nothing.
    pub(super) folder: Option<PathBuf>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    server: String,
    challenge: Challenge,
}

impl Remembered {
    /// What a server asked for when it was last asked.
    pub(super) fn recall(&self, api: &Api) -> Option<Challenge> {
        let mut bytes = Vec::new();
        File::open(self.path(api)?).ok()?.take(MAX_FILE).read_to_end(&mut bytes).ok()?;
        let entry: Entry = serde_json::from_slice(&bytes).ok()?;
        (entry.server == api.to_string()).then_some(entry.challenge)
    }

    /// Keeps what a server asks for.
    pub(super) fn keep(&self, api: &Api, challenge: &Challenge) {
        let _ = self.write(api, challenge);
    }

    fn write(&self, api: &Api, challenge: &Challenge) -> Option<()> {
        let path = self.path(api)?;
        let folder = path.parent()?;
        fs::create_dir_all(folder).ok()?;
        let entry = Entry { server: api.to_string(), challenge: challenge.clone() };
        let mut file = tempfile::NamedTempFile::new_in(folder).ok()?; // 0600
        file.write_all(&serde_json::to_vec(&entry).ok()?).ok()?;
        file.persist(path).ok().map(|_| ())
    }

    /// Names that differ only in what a file's name cannot hold share a file; the entry says whose it is.
    fn path(&self, api: &Api) -> Option<PathBuf> {
        let server = api.to_string();
        let server = server.strip_prefix("https://")?;
        let name: String =
            server.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' }).collect();
        Some(self.folder.as_ref()?.join("challenges").join(format!("{name}.json")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_kept_for_its_server_alone() {
        let dir = tempfile::tempdir().unwrap();
        let remembered = Remembered { folder: Some(dir.path().to_owned()) };
        let api = Api::parse("https://dtr.example.com:5000").unwrap();
        assert_eq!(remembered.recall(&api), None);
        let challenge = Challenge::Bearer { realm: "https://dtr.example.com/auth".to_owned(), service: None };
        for challenge in [Challenge::None, Challenge::Basic, challenge] {
            remembered.keep(&api, &challenge);
            assert_eq!(remembered.recall(&api), Some(challenge));
        }
        assert_eq!(remembered.recall(&Api::parse("https://dtr.example.com/5000").unwrap()), None);
        let file = dir.path().join("challenges/dtr.example.com_5000.json");
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::MetadataExt::mode(&fs::metadata(&file).unwrap()) & 0o777, 0o600);
        for corrupt in ["", "{", "[]", r#"{"server":"https://dtr.example.com:5000","challenge":{"scheme":"x"}}"#] {
            fs::write(&file, corrupt).unwrap();
            assert_eq!(remembered.recall(&api), None);
        }
        Remembered { folder: None }.keep(&api, &Challenge::Basic);
    }
}
