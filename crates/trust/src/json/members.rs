//! Typed reading of the members of a JSON object.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding as _};

use super::value::Json;

/// A document that is valid JSON and not what it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct FormatError {
    /// Where in the document.
    pub place: String,
    /// What is wrong there.
    pub problem: String,
}

impl FormatError {
    /// A problem at a place.
    pub fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into() }
    }
}

/// The members of one object, with the place that errors name.
pub(crate) struct Members<'a> {
    members: &'a BTreeMap<String, Json>,
    place: String,
}

impl<'a> Members<'a> {
    pub(crate) fn of(json: &'a Json, place: impl Into<String>) -> Result<Self, FormatError> {
        let place = place.into();
        match json.as_object() {
            Some(members) => Ok(Self { members, place }),
            None => Err(FormatError::new(place, "not an object")),
        }
    }

    /// A member; `null` counts as absent, as it does for Go.
    pub(crate) fn optional(&self, name: &str) -> Option<&'a Json> {
        self.members.get(name).filter(|value| **value != Json::Null)
    }

    pub(crate) fn required(&self, name: &str) -> Result<&'a Json, FormatError> {
        self.optional(name).ok_or_else(|| self.error(name, "missing"))
    }

    pub(crate) fn object(&self, name: &str) -> Result<Members<'a>, FormatError> {
        Members::of(self.required(name)?, self.place_of(name))
    }

    pub(crate) fn string(&self, name: &str) -> Result<&'a str, FormatError> {
        self.required(name)?.as_str().ok_or_else(|| self.error(name, "not a text"))
    }

    pub(crate) fn unsigned(&self, name: &str) -> Result<u64, FormatError> {
        self.required(name)?.as_u64().ok_or_else(|| self.error(name, "not an integer of 0 or more"))
    }

    pub(crate) fn base64(&self, name: &str) -> Result<Vec<u8>, FormatError> {
        Base64::decode_vec(self.string(name)?).map_err(|_| self.error(name, "not base64"))
    }

    /// A list; absent and `null` are the empty list, which Go writes as `null`.
    pub(crate) fn list(&self, name: &str) -> Result<&'a [Json], FormatError> {
        match self.optional(name) {
            None => Ok(&[]),
            Some(json) => json.as_array().ok_or_else(|| self.error(name, "not a list")),
        }
    }

    /// A list of texts.
    pub(crate) fn strings(&self, name: &str) -> Result<Vec<String>, FormatError> {
        let texts = self.list(name)?.iter().map(|item| item.as_str().map(str::to_owned));
        texts.collect::<Option<_>>().ok_or_else(|| self.error(name, "an item is not a text"))
    }

    /// A map; absent and `null` are the empty map.
    pub(crate) fn entries(&self, name: &str) -> Result<impl Iterator<Item = (&'a String, &'a Json)> + use<'a>, FormatError> {
        let entries = match self.optional(name) {
            None => None,
            Some(json) => Some(json.as_object().ok_or_else(|| self.error(name, "not an object"))?),
        };
        Ok(entries.into_iter().flatten())
    }

    pub(crate) fn place_of(&self, name: &str) -> String {
        format!("{}.{name}", self.place)
    }

    pub(crate) fn error(&self, name: &str, problem: &str) -> FormatError {
        FormatError::new(self.place_of(name), problem)
    }
}
