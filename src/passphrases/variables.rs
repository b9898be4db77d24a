//! The variables of the environment that hold a passphrase or name its place: ours by key, by role or for any key, and those of the peer.

use std::{ffi::OsString, os::unix::ffi::OsStringExt as _};

use zeroize::Zeroizing;

use super::{
    named_key::NamedKey,
    source::{PassphraseSource, Place},
};
use crate::term::peer::Peer;

/// How the names of our variables begin, and the name of the one for any key.
pub(super) const STEM: &str = "DCT_PASSPHRASE";

/// The fewest digits of a key's ID that name it.
const MIN_DIGITS: usize = 7;

/// Reads a variable of the environment.
pub(crate) type Environment = Box<dyn Fn(&str) -> Option<OsString> + Send + Sync>;

/// The variables of one environment, as a peer's program knows them.
pub(super) struct PassphraseVariables {
    peer: Peer,
    environment: Environment,
}

impl PassphraseVariables {
    pub(super) fn new(peer: Peer, environment: Environment) -> Self {
        Self { peer, environment }
    }

    /// Whose variables these are.
    pub(super) fn peer(&self) -> Peer {
        self.peer
    }

    /// Ours for this very key: by its ID, the longest first, or by its role or name.
    pub(super) fn for_key(&self, key: NamedKey<'_>) -> Result<Option<PassphraseSource>, String> {
        for stem in stems_of_id(key.id).chain(stem_of_role(key.role)) {
            if let Some(source) = self.ours(&stem)? {
                return Ok(Some(source));
            }
        }
        Ok(None)
    }

    /// Ours for any key.
    pub(super) fn for_any_key(&self) -> Result<Option<PassphraseSource>, String> {
        self.ours(STEM)
    }

    /// The peer's variable. An empty one does not answer for a key that exists, as with the peers; with notary it counts as not set.
    pub(super) fn of_peer(&self, role: &str, new: bool) -> Result<Option<PassphraseSource>, String> {
        let Some(name) = self.peer.variable(role) else { return Ok(None) };
        let value = self.set(name).filter(|value| self.peer == Peer::Docker || !value.is_empty());
        if value.as_ref().is_some_and(|value| value.is_empty()) && new {
            return Err(format!("{name} is set but empty: a new key needs a passphrase"));
        }
        let value = value.filter(|value| !value.is_empty());
        Ok(value.map(|value| PassphraseSource::new(name, Place::Text(Zeroizing::new(value.into_vec())))))
    }

    /// The peer's variable as it is set, though it may be empty.
    pub(super) fn is_set_but_empty(&self, name: &str) -> bool {
        self.set(name).is_some_and(|value| value.is_empty())
    }

    /// One of our variables, in one of its three forms.
    fn ours(&self, stem: &str) -> Result<Option<PassphraseSource>, String> {
        let plain = if is_taken_by_a_form(stem) { None } else { self.value(stem)? };
        let (file, command) = (format!("{stem}_FILE"), format!("{stem}_COMMAND"));
        let line = self.value(&command)?.map(OsString::into_string).transpose();
        let line = line.map_err(|_| format!("the value of {command} is not UTF-8 text"))?;
        let forms = [
            (stem.to_owned(), plain.map(|value| Place::Text(Zeroizing::new(value.into_vec())))),
            (file.clone(), self.value(&file)?.map(|value| Place::File(value.into()))),
            (command, line.map(Place::Command)),
        ];
        let mut set = forms.into_iter().filter_map(|(name, place)| Some(PassphraseSource::new(name, place?)));
        match (set.next(), set.next()) {
            (Some(one), Some(other)) => Err(format!("{} and {} are both set", one.name, other.name)),
            (one, _) => Ok(one),
        }
    }

    /// A variable's bytes, which need be no text.
    fn value(&self, name: &str) -> Result<Option<OsString>, String> {
        match self.set(name) {
            Some(value) if value.is_empty() => Err(format!("{name} is set but empty")),
            value => Ok(value),
        }
    }

    fn set(&self, name: &str) -> Option<OsString> {
        (self.environment)(name)
    }
}

/// The names by which a key's ID, or its beginning, is meant: the longest first.
fn stems_of_id(id: &str) -> impl Iterator<Item = String> {
    let digits = (MIN_DIGITS..=id.len()).rev().filter_map(|len| id.get(..len));
    digits.flat_map(|digits| [digits.to_owned(), digits.to_uppercase()]).map(|digits| format!("{STEM}_{digits}"))
}

/// `JEFF` of `jeff`, `TARGETS_RELEASES` of `targets/releases`.
fn stem_of_role(role: &str) -> Option<String> {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    (!role.is_empty()).then(|| format!("{STEM}_{}", role.chars().map(letter).collect::<String>()))
}

/// Whether a name is the file or the command of a shorter one: a signer named `file` has no variable of its own, but for its key's ID.
fn is_taken_by_a_form(stem: &str) -> bool {
    stem.ends_with("_FILE") || stem.ends_with("_COMMAND")
}
