//! The challenge of each server, kept from one process to the next: it saves the question, and never holds a credential.

use std::{
    fs::{DirBuilder, File, Metadata},
    io::Write,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};

use super::{api::Api, challenge::Challenge};
use crate::bounded::read_bounded;

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
    /// What a server asked for when it was last asked. A file that another could have written is not believed.
    pub(super) fn recall(&self, api: &Api) -> Option<Challenge> {
        let mut bytes = Vec::new();
        let file = File::open(self.path(api)?).ok()?;
        file.metadata().ok().filter(is_ours_alone)?;
        read_bounded(file, MAX_FILE, &mut bytes).ok()?;
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
        DirBuilder::new().recursive(true).mode(0o700).create(folder).ok()?;
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

/// Whether nobody else may write to a file.
fn is_ours_alone(file: &Metadata) -> bool {
    file.uid() == rustix::process::geteuid().as_raw() && file.mode() & 0o022 == 0
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, Permissions},
        os::unix::fs::PermissionsExt as _,
    };

    use super::*;
    use crate::http::auth::realm::Realm;

    #[test]
    fn a_challenge_is_kept_for_its_server_alone() {
        let dir = tempfile::tempdir().unwrap();
        let remembered = Remembered { folder: Some(dir.path().to_owned()) };
        let api = Api::parse("https://dtr.example.com:5000").unwrap();
        assert_eq!(remembered.recall(&api), None);
        let challenge = Challenge::Bearer { realm: Realm::parse("https://dtr.example.com/auth").unwrap(), service: None };
        for challenge in [Challenge::None, Challenge::Basic, challenge] {
            remembered.keep(&api, &challenge);
            assert_eq!(remembered.recall(&api), Some(challenge));
        }
        assert_eq!(remembered.recall(&Api::parse("https://dtr.example.com/5000").unwrap()), None);
        let file = dir.path().join("challenges/dtr.example.com_5000.json");
        let mode = |path: &std::path::Path| fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
        for corrupt in ["", "{", "[]", r#"{"server":"https://dtr.example.com:5000","challenge":{"scheme":"x"}}"#] {
            fs::write(&file, corrupt).unwrap();
            assert_eq!(remembered.recall(&api), None);
        }
        Remembered { folder: None }.keep(&api, &Challenge::Basic);
    }

    #[test]
    fn a_file_that_is_too_long_is_passed_over_and_written_anew() {
        let dir = tempfile::tempdir().unwrap();
        let remembered = Remembered { folder: Some(dir.path().to_owned()) };
        let api = Api::parse("https://dtr.example.com").unwrap();
        remembered.keep(&api, &Challenge::Basic);
        let file = dir.path().join("challenges/dtr.example.com.json");
        // what would be cut is blank: the entry before it is whole
        let entry = fs::read_to_string(&file).unwrap();
        let longest = usize::try_from(MAX_FILE).unwrap();
        for (length, challenge) in [(longest, Some(Challenge::Basic)), (longest + 1, None)] {
            fs::write(&file, format!("{entry:length$}")).unwrap();
            assert_eq!(remembered.recall(&api), challenge, "{length}");
        }
        remembered.keep(&api, &Challenge::None);
        assert_eq!(remembered.recall(&api), Some(Challenge::None));
    }

    #[test]
    fn what_another_could_have_written_is_not_believed() {
        let dir = tempfile::tempdir().unwrap();
        let remembered = Remembered { folder: Some(dir.path().to_owned()) };
        let api = Api::parse("https://dtr.example.com").unwrap();
        remembered.keep(&api, &Challenge::Basic);
        let file = dir.path().join("challenges/dtr.example.com.json");
        for (mode, challenge) in [(0o620, None), (0o602, None), (0o644, Some(Challenge::Basic))] {
            fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
            assert_eq!(remembered.recall(&api), challenge, "{mode:o}");
        }
    }

    #[test]
    fn a_challenge_that_was_put_there_is_read_as_strictly_as_a_server_s() {
        let dir = tempfile::tempdir().unwrap();
        let remembered = Remembered { folder: Some(dir.path().to_owned()) };
        let api = Api::parse("https://dtr.example.com").unwrap();
        remembered.keep(&api, &Challenge::Basic);
        let write = |realm: &str| {
            let challenge = serde_json::json!({"scheme": "bearer", "realm": realm, "service": "dtr"});
            let entry = serde_json::json!({"server": "https://dtr.example.com", "challenge": challenge});
            fs::write(dir.path().join("challenges/dtr.example.com.json"), entry.to_string()).unwrap();
            remembered.recall(&api).is_some()
        };
        assert!(write("https://dtr.example.com/token"));
        for realm in
            ["http://dtr.example.com/token", "https://dtr.example.com/token?scope=repository:victim/app:*", "https://u:p@x/"]
        {
            assert!(!write(realm), "{realm}");
        }
    }
}
