//! The facts of a failure, by name: what a program would else have to read out of a sentence.

use std::{collections::BTreeMap, fmt::Display};

use serde::Serialize;

use crate::moment::rfc3339;
use trust::model::digest::Sha256;

/// Facts by name, in `camelCase`.
pub type Facts = BTreeMap<&'static str, Fact>;

/// A fact. Digests are `sha256:…`, IDs hexadecimal digits, moments RFC 3339.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Fact {
    /// A count, a version or a status.
    Number(u64),
    /// A name, an ID, an address or the words of another program.
    Text(String),
    /// Several of those.
    Texts(Vec<String>),
}

impl Fact {
    /// Whether it is this text.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        matches!(self, Self::Text(fact) if fact == text)
    }
}

pub(crate) fn facts<const N: usize>(facts: [(&'static str, Fact); N]) -> Facts {
    facts.into()
}

pub(crate) fn with(mut facts: Facts, more: impl IntoIterator<Item = (&'static str, Fact)>) -> Facts {
    facts.extend(more);
    facts
}

pub(crate) fn text(fact: &(impl Display + ?Sized)) -> Fact {
    Fact::Text(fact.to_string())
}

pub(crate) fn moment(at: jiff::Timestamp) -> Fact {
    Fact::Text(rfc3339(at))
}

pub(crate) fn texts(facts: impl IntoIterator<Item = impl Display>) -> Fact {
    Fact::Texts(facts.into_iter().map(|fact| fact.to_string()).collect())
}

pub(crate) fn digest(digest: &Sha256) -> Fact {
    Fact::Text(format!("sha256:{digest}"))
}

pub(crate) fn count(count: usize) -> Fact {
    Fact::Number(u64::try_from(count).unwrap_or(u64::MAX))
}

pub(crate) fn number(number: impl Into<u64>) -> Fact {
    Fact::Number(number.into())
}
