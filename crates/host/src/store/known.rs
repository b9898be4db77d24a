//! Names that a shell may offer while a command is typed: a repository's tags and signers, as the files on this machine say.
//!
//! Nothing is verified here, so nothing but names leaves this file, and no command takes one from it: the person chooses what is typed, and
//! the command checks it. No lock is taken and nothing is written; what cannot be read is passed over.

use std::{collections::BTreeSet, path::Path};

use super::{TrustFolder, files, view};
use trust::model::{gun::Gun, role::RoleName, tag::Tag};

/// What a repository's files name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownNames {
    /// The tags that are signed.
    pub tags: BTreeSet<String>,
    /// The signers.
    pub signers: BTreeSet<String>,
}

impl TrustFolder {
    /// The tags and signers of a repository.
    #[must_use]
    pub fn known_names(&self, gun: &Gun) -> KnownNames {
        let mut names = KnownNames::default();
        for (role, path) in view::live(&self.repository(gun)).unwrap_or_default() {
            if let Some(signer) = role.signer_name() {
                names.signers.insert(signer.to_owned());
            }
            if role == RoleName::targets() || role == RoleName::releases() {
                names.read(&path);
            }
        }
        names.signers.remove("releases");
        names
    }
}

impl KnownNames {
    fn read(&mut self, path: &Path) {
        let Ok(Some(bytes)) = files::read(path) else { return };
        let Ok(file) = serde_json::from_slice::<serde_json::Value>(&bytes) else { return };
        let tags = file.pointer("/signed/targets").and_then(|targets| targets.as_object());
        self.tags.extend(tags.into_iter().flat_map(|tags| tags.keys()).filter(|tag| Tag::parse(tag).is_some()).cloned());
        let roles = file.pointer("/signed/delegations/roles").and_then(|roles| roles.as_array());
        for role in roles.into_iter().flatten().filter_map(|role| role.get("name")?.as_str()) {
            let role = RoleName::parse(role).ok();
            self.signers.extend(role.as_ref().and_then(RoleName::signer_name).map(str::to_owned));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{super::tests::folder_with, *};

    #[test]
    fn tags_and_signers_are_those_of_the_files() {
        let (dir, store) = folder_with(&["host/a"]);
        let metadata = dir.path().join("tuf/host/a/metadata");
        fs::create_dir(metadata.join("targets")).unwrap();
        let releases =
            r#"{"signed":{"targets":{"v1":{},"v2":{},"$(reboot)":{},"a b":{},"\u001b[31m":{}},"delegations":{"roles":[3]}}}"#;
        fs::write(metadata.join("targets/releases.json"), releases).unwrap();
        fs::write(metadata.join("targets/zoe.json"), "not read").unwrap();
        let names = store.known_names(&Gun::parse("host/a").unwrap());
        assert!(names.tags.contains("v1") && names.tags.contains("v2"), "{names:?}");
        assert!(names.tags.iter().all(|tag| Tag::parse(tag).is_some()), "{names:?}");
        assert!(names.signers.contains("zoe") && names.signers.contains("alice"), "{names:?}");
        assert!(!names.signers.contains("releases"), "{names:?}");
    }

    #[test]
    fn looking_writes_nothing_and_minds_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let store = TrustFolder::new(dir.path().join("absent"));
        assert_eq!(store.known_names(&Gun::parse("host/a").unwrap()), KnownNames::default());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        let (dir, store) = folder_with(&["host/a"]);
        fs::write(dir.path().join("tuf/host/a/metadata/targets.json"), b"\xff{").unwrap();
        assert_eq!(store.known_names(&Gun::parse("host/a").unwrap()), KnownNames::default());
        assert!(!dir.path().join("tuf/host/a/.dct").exists());
    }
}
