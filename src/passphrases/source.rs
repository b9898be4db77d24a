//! Where a passphrase comes from when nobody is asked: flags, our own variables by key, by role or for all, and those of the peer.
//!
//! The most specific one counts: a variable for the key's ID, one for its role or name, a flag, the peer's variables, and at last the variable
//! for any key. A new root key is protected only by what names the root key, so that none is made by the way. docs/passphrases.md has
//! the table.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use zeroize::Zeroizing;

use trust::model::{key_id::CanonicalKeyId, key_name::KeyName};

/// How the names of our variables begin.
const STEM: &str = "DCT_PASSPHRASE";
/// The fewest digits of a key's ID that name it.
const MIN_DIGITS: usize = 7;

/// Reads a variable of the environment.
pub(crate) type Variables = Box<dyn Fn(&str) -> Option<OsString> + Send + Sync>;

/// Reads what a place holds for a key of this name and ID.
pub(crate) type Reader = Box<dyn Fn(&Place, &KeyName, Option<CanonicalKeyId>) -> Result<SourcedPassphrase, String> + Send + Sync>;

/// Where a passphrase is kept.
#[derive(Clone)]
pub enum Place {
    /// It is this.
    Text(Zeroizing<String>),
    /// A file or a named pipe.
    File(PathBuf),
    /// What a command prints.
    Command(String),
}

/// What a place held.
pub struct SourcedPassphrase {
    /// The passphrase.
    pub text: Zeroizing<String>,
    /// What a person should know of the place.
    pub warning: Option<String>,
}

/// One place with the name by which a person knows it.
#[derive(Clone)]
pub struct PassphraseSource {
    name: String,
    place: Place,
}

/// What a passphrase is wanted for.
#[derive(Clone, Copy)]
pub struct PassphraseNeed<'a> {
    /// What the key is kept under.
    pub name: &'a KeyName,
    /// The key's ID; none where it cannot be known yet.
    pub key: Option<CanonicalKeyId>,
    /// Whether the key is made now.
    pub new: bool,
}

/// Whose variables and words count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Peer {
    /// `docker trust`: two variables; a pipe is read like a terminal.
    #[default]
    Docker,
    /// `notary`: four variables; nobody is asked but at a terminal.
    Notary,
}

impl Peer {
    /// The variable that answers for a key of this name.
    #[must_use]
    pub fn variable(self, name: &KeyName) -> Option<&'static str> {
        match (self, name.as_str()) {
            (Self::Docker, "root") => Some("DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE"),
            (Self::Docker, _) => Some("DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE"),
            (Self::Notary, "root") => Some("NOTARY_ROOT_PASSPHRASE"),
            (Self::Notary, "targets") => Some("NOTARY_TARGETS_PASSPHRASE"),
            (Self::Notary, "snapshot") => Some("NOTARY_SNAPSHOT_PASSPHRASE"),
            // the server's key is never here
            (Self::Notary, "timestamp") => None,
            (Self::Notary, _) => Some("NOTARY_DELEGATION_PASSPHRASE"),
        }
    }

    /// A name as a prompt shows it.
    #[must_use]
    pub fn shown(self, name: &KeyName) -> &str {
        match (self, name.as_str()) {
            (Self::Docker, "snapshot" | "targets" | "default") => "repository",
            (_, name) => name,
        }
    }
}

/// Everything that may answer in a person's stead.
pub struct PassphraseSources {
    peer: Peer,
    flag: Option<PassphraseSource>,
    new: Option<PassphraseSource>,
    variables: Variables,
    reader: Reader,
    /// What files held, or why they cannot be used: a pipe can be read once, and a file need not be read again.
    files: Mutex<BTreeMap<PathBuf, Result<Zeroizing<String>, String>>>,
}

impl PassphraseSource {
    /// A place that a flag or a variable of this name tells of.
    #[must_use]
    pub fn new(name: impl Into<String>, place: Place) -> Self {
        Self { name: name.into(), place }
    }

    /// How it is told of behind `the passphrase`.
    #[must_use]
    pub fn described(&self) -> String {
        match &self.place {
            Place::Text(_) => format!("in {}", self.name),
            Place::File(path) => format!("in {} ({})", path.display(), self.name),
            Place::Command(_) => format!("of the command in {}", self.name),
        }
    }

    /// Whether it can be read without running a program, which might ask a person.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        !matches!(self.place, Place::Command(_))
    }
}

impl PassphraseSources {
    /// Variables, and what reads the places that they name.
    #[must_use]
    pub fn new(variables: Variables, reader: Reader) -> Self {
        Self { peer: Peer::Docker, flag: None, new: None, variables, reader, files: Mutex::default() }
    }

    /// With the variables and the words of a peer.
    #[must_use]
    pub fn in_the_words_of(self, peer: Peer) -> Self {
        Self { peer, ..self }
    }

    /// Whose variables and words count.
    #[must_use]
    pub fn peer(&self) -> Peer {
        self.peer
    }

    /// A flag that answers for all keys, and one that has the new passphrase of a key that exists.
    #[must_use]
    pub fn with_flags(self, flag: Option<PassphraseSource>, new: Option<PassphraseSource>) -> Self {
        Self { flag, new, ..self }
    }

    /// What answers for a key. An error where what should answer cannot, or two things would.
    pub fn find(&self, wanted: PassphraseNeed<'_>) -> Result<Option<PassphraseSource>, String> {
        for stem in stems_of_key(wanted.key).chain(stem_of_name(wanted.name)) {
            if let Some(source) = self.ours(&stem)? {
                return Ok(Some(source));
            }
        }
        let new_root = wanted.new && wanted.name.is_root();
        if let Some(flag) = self.flag.as_ref().filter(|_| !new_root) {
            return Ok(Some(flag.clone()));
        }
        if let Some(source) = self.peer_s(wanted)? {
            return Ok(Some(source));
        }
        if new_root { Ok(None) } else { self.ours(STEM) }
    }

    /// What holds the new passphrase of a key that exists: a flag alone. Whatever opens the key would change nothing.
    #[must_use]
    pub fn for_replacing(&self) -> Option<PassphraseSource> {
        self.new.clone()
    }

    /// What a person can do where nothing answers for a key, with why that which is there does not.
    #[must_use]
    pub fn advice(&self, wanted: PassphraseNeed<'_>) -> String {
        let Some(peer_s) = self.peer.variable(wanted.name) else { return "give --passphrase-file".to_owned() };
        if wanted.new && wanted.name.is_root() {
            let all = self.flag.clone().or_else(|| self.ours(STEM).ok().flatten());
            let passed_over = all.map(|source| format!("{} makes no root key; ", source.name)).unwrap_or_default();
            return format!("{passed_over}set {peer_s}, {STEM}_ROOT or {STEM}_ROOT_FILE");
        }
        match self.text(peer_s) {
            Ok(Some(empty)) if empty.is_empty() => format!("{peer_s} is set but empty; give it a value"),
            _ => format!("set {peer_s}"),
        }
    }

    /// Reads a place.
    pub fn read(
        &self,
        source: &PassphraseSource,
        name: &KeyName,
        key: Option<CanonicalKeyId>,
    ) -> Result<SourcedPassphrase, String> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        match &source.place {
            Place::Text(text) => return Ok(SourcedPassphrase { text: text.clone(), warning: None }),
            Place::File(path) => {
                if let Some(text) = files.get(path) {
                    return Ok(SourcedPassphrase { text: text.clone()?, warning: None });
                }
            }
            Place::Command(_) => {}
        }
        let answer = (self.reader)(&source.place, name, key)
            .map_err(|reason| format!("the passphrase {} cannot be used: {reason}", source.described()));
        if let Place::File(path) = &source.place {
            files.insert(path.clone(), answer.as_ref().map(|answer| answer.text.clone()).map_err(Clone::clone));
        }
        answer
    }

    /// One of our variables, in one of its three forms.
    fn ours(&self, stem: &str) -> Result<Option<PassphraseSource>, String> {
        let plain = if is_taken_by_a_form(stem) { None } else { self.variable(stem)? };
        let forms = [
            (stem.to_owned(), plain.map(|value| Place::Text(Zeroizing::new(value)))),
            (format!("{stem}_FILE"), self.variable(&format!("{stem}_FILE"))?.map(|value| Place::File(value.into()))),
            (format!("{stem}_COMMAND"), self.variable(&format!("{stem}_COMMAND"))?.map(Place::Command)),
        ];
        let mut set = forms.into_iter().filter_map(|(name, place)| Some(PassphraseSource::new(name, place?)));
        match (set.next(), set.next()) {
            (Some(one), Some(other)) => Err(format!("{} and {} are both set", one.name, other.name)),
            (one, _) => Ok(one),
        }
    }

    /// The peer's variable. An empty one does not answer for a key that exists, as with the peers; with notary it counts as not set.
    fn peer_s(&self, wanted: PassphraseNeed<'_>) -> Result<Option<PassphraseSource>, String> {
        let Some(name) = self.peer.variable(wanted.name) else { return Ok(None) };
        let value = self.text(name)?.filter(|value| self.peer == Peer::Docker || !value.is_empty());
        if value.as_ref().is_some_and(String::is_empty) && wanted.new {
            return Err(format!("{name} is set but empty: a new key needs a passphrase"));
        }
        let value = value.filter(|value| !value.is_empty());
        Ok(value.map(|value| PassphraseSource::new(name, Place::Text(Zeroizing::new(value)))))
    }

    fn variable(&self, name: &str) -> Result<Option<String>, String> {
        match self.text(name)? {
            Some(value) if value.is_empty() => Err(format!("{name} is set but empty")),
            value => Ok(value),
        }
    }

    fn text(&self, name: &str) -> Result<Option<String>, String> {
        let value = (self.variables)(name).map(OsString::into_string).transpose();
        value.map_err(|_| format!("the value of {name} is not UTF-8 text"))
    }
}

/// The names by which a key's ID, or its beginning, is meant: the longest first.
fn stems_of_key(key: Option<CanonicalKeyId>) -> impl Iterator<Item = String> {
    let id = key.map(|key| key.to_string()).unwrap_or_default();
    let beginnings = (MIN_DIGITS..=id.len()).rev().filter_map(move |len| id.get(..len).map(str::to_owned));
    beginnings.flat_map(|digits| [digits.clone(), digits.to_uppercase()]).map(|digits| format!("{STEM}_{digits}"))
}

/// `JEFF` of `jeff`, `TARGETS_RELEASES` of `targets/releases`.
fn stem_of_name(name: &KeyName) -> Option<String> {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    (*name != KeyName::Nameless).then(|| format!("{STEM}_{}", name.as_str().chars().map(letter).collect::<String>()))
}

/// Whether a name is the file or the command of a shorter one: a signer named `file` has no variable of its own, but for its key's ID.
fn is_taken_by_a_form(stem: &str) -> bool {
    stem.ends_with("_FILE") || stem.ends_with("_COMMAND")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "5cb9c4e0aa11bb22cc33dd44ee55ff66778899aabbccddeeff00112233445566";

    fn id() -> Option<CanonicalKeyId> {
        CanonicalKeyId::from_hex(ID)
    }

    fn sources(set: &[(&str, &str)]) -> PassphraseSources {
        let set: BTreeMap<String, OsString> = set.iter().map(|(name, value)| ((*name).to_owned(), value.into())).collect();
        let reader = |place: &Place, name: &KeyName, key: Option<CanonicalKeyId>| match place {
            Place::File(path) if path.ends_with("none") => Err("no such file".to_owned()),
            Place::File(path) => {
                Ok(SourcedPassphrase { text: Zeroizing::new(format!("file {}", path.display())), warning: Some("w".into()) })
            }
            Place::Command(line) => {
                Ok(SourcedPassphrase { text: Zeroizing::new(format!("{line} {name} {}", key.unwrap())), warning: None })
            }
            Place::Text(_) => panic!("a text is not read"),
        };
        PassphraseSources::new(Box::new(move |name| set.get(name).cloned()), Box::new(reader))
    }

    fn answer(sources: &PassphraseSources, name: &str, new: bool) -> Result<Option<String>, String> {
        let (name, key) = (&KeyName::of(name), id());
        let Some(source) = sources.find(PassphraseNeed { name, key, new })? else { return Ok(None) };
        sources.read(&source, name, key).map(|answer| Some(answer.text.to_string()))
    }

    fn of(set: &[(&str, &str)], role: &str) -> Result<Option<String>, String> {
        answer(&sources(set), role, false)
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
        assert_eq!(answer(&sources, "jeff", false), Ok(Some("file /x".to_owned())));
        assert_eq!(answer(&sources, "ian", true), Ok(Some("name".to_owned())));
    }

    #[test]
    fn a_new_root_key_takes_only_what_names_it() {
        let flag = || Some(PassphraseSource::new("--passphrase-file", Place::File("/x".into())));
        let any = sources(&[("DCT_PASSPHRASE", "any")]).with_flags(flag(), None);
        assert_eq!(answer(&any, "root", true), Ok(None));
        assert_eq!(answer(&any, "root", false), Ok(Some("file /x".to_owned())));
        assert_eq!(answer(&any, "targets", true), Ok(Some("file /x".to_owned())));
        let advice =
            |sources: &PassphraseSources| sources.advice(PassphraseNeed { name: &KeyName::of("root"), key: id(), new: true });
        let set = "set DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE, DCT_PASSPHRASE_ROOT or DCT_PASSPHRASE_ROOT_FILE";
        assert_eq!(advice(&any), format!("--passphrase-file makes no root key; {set}"));
        assert_eq!(advice(&sources(&[("DCT_PASSPHRASE_FILE", "/f")])), format!("DCT_PASSPHRASE_FILE makes no root key; {set}"));
        assert_eq!(advice(&sources(&[])), set);
        for name in ["DCT_PASSPHRASE_ROOT", "DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE"] {
            let named = sources(&[(name, "r")]).with_flags(flag(), None);
            assert_eq!(answer(&named, "root", true), Ok(Some("r".to_owned())), "{name}");
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
        let notary = sources(&set).in_the_words_of(Peer::Notary);
        for (role, value) in [
            ("root", Some("r")),
            ("targets", Some("t")),
            ("snapshot", None),
            ("timestamp", None),
            ("jeff", Some("d")),
            ("", Some("d")),
        ] {
            for new in [true, false] {
                assert_eq!(answer(&notary, role, new), Ok(value.map(str::to_owned)), "{role}");
            }
        }
    }

    #[test]
    fn each_has_three_forms_and_one_at_a_time() {
        assert_eq!(of(&[("DCT_PASSPHRASE_JEFF_FILE", "/f")], "jeff"), Ok(Some("file /f".to_owned())));
        assert_eq!(of(&[("DCT_PASSPHRASE_JEFF_COMMAND", "pass")], "jeff"), Ok(Some(format!("pass jeff {ID}"))));
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
        assert_eq!(answer(&docker, "root", true), Err(error.to_owned()));
        // a key that exists is asked for, as docker does
        assert_eq!(answer(&docker, "root", false), Ok(None));
        let advice = docker.advice(PassphraseNeed { name: &KeyName::of("root"), key: id(), new: false });
        assert_eq!(advice, "DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE is set but empty; give it a value");
    }

    #[test]
    fn what_cannot_be_read_is_named_and_a_file_is_read_once() {
        let error = of(&[("DCT_PASSPHRASE_JEFF_FILE", "/none")], "jeff").unwrap_err();
        assert_eq!(error, "the passphrase in /none (DCT_PASSPHRASE_JEFF_FILE) cannot be used: no such file");
        let sources = sources(&[("DCT_PASSPHRASE_FILE", "/f")]);
        let source = sources.find(PassphraseNeed { name: &KeyName::of("jeff"), key: id(), new: false }).unwrap().unwrap();
        assert!(sources.read(&source, &KeyName::of("jeff"), id()).unwrap().warning.is_some());
        assert!(sources.read(&source, &KeyName::of("ian"), id()).unwrap().warning.is_none());
        // a pipe that held no passphrase says the same when it is asked again
        let (several, reads) = ("it holds more than one line", std::sync::atomic::AtomicU32::new(0));
        let once = move |_: &Place, _: &KeyName, _: Option<CanonicalKeyId>| match reads
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed)
        {
            0 => Err(several.to_owned()),
            _ => Err("it is empty".to_owned()),
        };
        let pipe = PassphraseSources::new(Box::new(|_| None), Box::new(once));
        let source = PassphraseSource::new("--passphrase-file", Place::File("/dev/fd/63".into()));
        for _ in 0..2 {
            let error = pipe.read(&source, &KeyName::of("jeff"), id()).err().unwrap();
            assert_eq!(error, format!("the passphrase in /dev/fd/63 (--passphrase-file) cannot be used: {several}"));
        }
    }

    #[test]
    fn odd_names_and_an_unknown_id_are_no_variables() {
        for name in ["", "é\u{1b}", "x".repeat(3000).as_str()] {
            for key in [None, id()] {
                assert!(sources(&[]).find(PassphraseNeed { name: &KeyName::of(name), key, new: false }).unwrap().is_none());
            }
        }
    }
}
