//! Which source answers for a key when nobody is asked: flags, our own variables by key, by role or for all, and those of the peer.
//!
//! The most specific one counts: a variable for the key's ID, one for its role or name, a flag, the peer's variables, and at last the variable
//! for any key. A new root key is protected only by what names the root key, so that none is made by the way. docs/passphrases.md has
//! the table.

use super::{
    named_key::NamedKey,
    source::PassphraseSource,
    variables::{Environment, PassphraseVariables, STEM},
};
use crate::term::peer::Peer;

/// Everything that may answer in a person's stead.
pub(crate) struct PassphraseSources {
    variables: PassphraseVariables,
    flag: Option<PassphraseSource>,
    new: Option<PassphraseSource>,
}

impl PassphraseSources {
    /// The variables that a peer's program finds in an environment.
    #[must_use]
    pub(crate) fn new(peer: Peer, environment: Environment) -> Self {
        Self { variables: PassphraseVariables::new(peer, environment), flag: None, new: None }
    }

    /// A flag that answers for all keys, and one that has the new passphrase of a key that exists.
    #[must_use]
    pub(crate) fn with_flags(self, flag: Option<PassphraseSource>, new: Option<PassphraseSource>) -> Self {
        Self { flag, new, ..self }
    }

    /// Whose variables and words count.
    #[must_use]
    pub(super) fn peer(&self) -> Peer {
        self.variables.peer()
    }

    /// What answers for a key, which may be `new`. An error where what should answer cannot, or two things would.
    pub(super) fn find(&self, key: NamedKey<'_>, new: bool) -> Result<Option<PassphraseSource>, String> {
        if let Some(source) = self.variables.for_key(key)? {
            return Ok(Some(source));
        }
        let new_root = new && key.role == "root";
        if let Some(flag) = self.flag.as_ref().filter(|_| !new_root) {
            return Ok(Some(flag.clone()));
        }
        if let Some(source) = self.variables.of_peer(key.role, new)? {
            return Ok(Some(source));
        }
        if new_root { Ok(None) } else { self.variables.for_any_key() }
    }

    /// What holds the new passphrase of a key that exists: a flag alone. Whatever opens the key would change nothing.
    #[must_use]
    pub(super) fn for_replacing(&self) -> Option<PassphraseSource> {
        self.new.clone()
    }

    /// What a person can do where nothing answers for a key, with why that which is there does not.
    #[must_use]
    pub(super) fn advice(&self, key: NamedKey<'_>, new: bool) -> String {
        let Some(of_peer) = self.peer().variable(key.role) else { return "give --passphrase-file".to_owned() };
        if new && key.role == "root" {
            let all = self.flag.clone().or_else(|| self.variables.for_any_key().ok().flatten());
            let passed_over = all.map(|source| format!("{} makes no root key; ", source.name)).unwrap_or_default();
            return format!("{passed_over}set {of_peer}, {STEM}_ROOT or {STEM}_ROOT_FILE");
        }
        if self.variables.is_set_but_empty(of_peer) {
            return format!("{of_peer} is set but empty; give it a value");
        }
        format!("set {of_peer}")
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, ffi::OsString};

    use super::*;
    use crate::passphrases::source::Place;

    const ID: &str = "5cb9c4e0aa11bb22cc33dd44ee55ff66778899aabbccddeeff00112233445566";

    fn sources_of(peer: Peer, set: &[(&str, &str)]) -> PassphraseSources {
        let set: BTreeMap<String, OsString> = set.iter().map(|(name, value)| ((*name).to_owned(), value.into())).collect();
        PassphraseSources::new(peer, Box::new(move |name| set.get(name).cloned()))
    }

    fn sources(set: &[(&str, &str)]) -> PassphraseSources {
        sources_of(Peer::Docker, set)
    }

    /// The place that answers.
    fn answer(sources: &PassphraseSources, role: &str, id: &str, new: bool) -> Result<Option<String>, String> {
        let source = sources.find(NamedKey { role, id }, new)?;
        Ok(source.map(|source| match source.place {
            Place::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
            Place::File(path) => format!("file {}", path.display()),
            Place::Command(line) => format!("command {line}"),
        }))
    }

    fn of(set: &[(&str, &str)], role: &str) -> Result<Option<String>, String> {
        answer(&sources(set), role, ID, false)
    }

    #[test]
    fn the_most_specific_one_counts() {
        let mut set = vec![
            ("DCT_PASSPHRASE_5cb9c4e0aa", "long"),
            ("DCT_PASSPHRASE_5CB9C4E", "short"),
            ("DCT_PASSPHRASE_JEFF", "name"),
            ("DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE", "docker"),
            ("DCT_PASSPHRASE", "any"),
        ];
        for expected in ["long", "short", "name", "docker", "any"] {
            assert_eq!(of(&set, "jeff"), Ok(Some(expected.to_owned())));
            set.remove(0);
        }
        assert_eq!(of(&set, "jeff"), Ok(None));
    }

    #[test]
    fn a_flag_stands_before_docker_s_variables() {
        let set = [("DCT_PASSPHRASE_IAN", "name"), ("DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE", "docker")];
        let flag = PassphraseSource::new("--passphrase-file", Place::File("/x".into()));
        let sources = sources(&set).with_flags(Some(flag), None);
        assert_eq!(answer(&sources, "jeff", ID, false), Ok(Some("file /x".to_owned())));
        assert_eq!(answer(&sources, "ian", ID, true), Ok(Some("name".to_owned())));
    }

    #[test]
    fn a_new_root_key_takes_only_what_names_it() {
        let flag = || Some(PassphraseSource::new("--passphrase-file", Place::File("/x".into())));
        let any = sources(&[("DCT_PASSPHRASE", "any")]).with_flags(flag(), None);
        assert_eq!(answer(&any, "root", ID, true), Ok(None));
        assert_eq!(answer(&any, "root", ID, false), Ok(Some("file /x".to_owned())));
        assert_eq!(answer(&any, "targets", ID, true), Ok(Some("file /x".to_owned())));
        let advice = |sources: &PassphraseSources| sources.advice(NamedKey { role: "root", id: ID }, true);
        let set = "set DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE, DCT_PASSPHRASE_ROOT or DCT_PASSPHRASE_ROOT_FILE";
        assert_eq!(advice(&any), format!("--passphrase-file makes no root key; {set}"));
        assert_eq!(advice(&sources(&[("DCT_PASSPHRASE_FILE", "/f")])), format!("DCT_PASSPHRASE_FILE makes no root key; {set}"));
        assert_eq!(advice(&sources(&[])), set);
        for name in ["DCT_PASSPHRASE_ROOT", "DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE"] {
            let named = sources(&[(name, "r")]).with_flags(flag(), None);
            assert_eq!(answer(&named, "root", ID, true), Ok(Some("r".to_owned())), "{name}");
        }
    }

    #[test]
    fn notary_s_variables_are_four_and_docker_s_are_none_of_them() {
        let set = [
            ("NOTARY_ROOT_PASSPHRASE", "r"),
            ("NOTARY_TARGETS_PASSPHRASE", "t"),
            ("NOTARY_SNAPSHOT_PASSPHRASE", ""),
            ("NOTARY_DELEGATION_PASSPHRASE", "d"),
            ("DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE", "docker"),
            ("DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE", "docker"),
        ];
        let notary = sources_of(Peer::Notary, &set);
        for (role, value) in [
            ("root", Some("r")),
            ("targets", Some("t")),
            ("snapshot", None),
            ("timestamp", None),
            ("jeff", Some("d")),
            ("", Some("d")),
        ] {
            for new in [true, false] {
                assert_eq!(answer(&notary, role, ID, new), Ok(value.map(str::to_owned)), "{role}");
            }
        }
    }

    #[test]
    fn each_has_three_forms_and_one_at_a_time() {
        assert_eq!(of(&[("DCT_PASSPHRASE_JEFF_FILE", "/f")], "jeff"), Ok(Some("file /f".to_owned())));
        assert_eq!(of(&[("DCT_PASSPHRASE_JEFF_COMMAND", "pass")], "jeff"), Ok(Some("command pass".to_owned())));
        assert_eq!(of(&[("DCT_PASSPHRASE_FILE", "/f")], "jeff"), Ok(Some("file /f".to_owned())));
        assert_eq!(of(&[("DCT_PASSPHRASE_TARGETS_RELEASES", "t")], "targets/releases"), Ok(Some("t".to_owned())));
        let both = [("DCT_PASSPHRASE_JEFF_FILE", "/f"), ("DCT_PASSPHRASE_JEFF", "x")];
        assert_eq!(of(&both, "jeff"), Err("DCT_PASSPHRASE_JEFF and DCT_PASSPHRASE_JEFF_FILE are both set".to_owned()));
        // the file for any key is no signer's passphrase
        assert_eq!(of(&[("DCT_PASSPHRASE_FILE", "/f")], "file"), Ok(Some("file /f".to_owned())));
        assert_eq!(of(&[("DCT_PASSPHRASE_JEFF_FILE", "/f")], "jeff_file"), Ok(None));
    }

    #[test]
    fn one_that_is_set_but_empty_is_named() {
        for name in ["DCT_PASSPHRASE_JEFF", "DCT_PASSPHRASE_5cb9c4e_FILE", "DCT_PASSPHRASE", "DCT_PASSPHRASE_COMMAND"] {
            assert_eq!(of(&[(name, "")], "jeff"), Err(format!("{name} is set but empty")));
        }
        let docker = sources(&[("DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE", "")]);
        let error = "DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE is set but empty: a new key needs a passphrase";
        assert_eq!(answer(&docker, "root", ID, true), Err(error.to_owned()));
        // a key that exists is asked for, as docker does
        assert_eq!(answer(&docker, "root", ID, false), Ok(None));
        let advice = docker.advice(NamedKey { role: "root", id: ID }, false);
        assert_eq!(advice, "DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE is set but empty; give it a value");
    }

    #[test]
    fn odd_ids_and_names_are_no_variables() {
        for (role, key) in [("", ""), ("é\u{1b}", "日本語日本語日本語"), ("x".repeat(3000).as_str(), "5cb9c4")] {
            assert_eq!(answer(&sources(&[]), role, key, false), Ok(None));
        }
    }
}
