//! The keys that may sign for a role.

use std::{collections::BTreeMap, num::NonZeroU64};

use super::{
    key::Key,
    key_id::{CanonicalKeyId, TufKeyId},
    role::RoleName,
};
use crate::json::{
    members::{FormatError, Members},
    value::Json,
};

/// Which keys sign for a role, and how many of them must.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleSpec {
    /// IDs of keys.
    pub keyids: Vec<String>,
    /// How many distinct keys must have signed.
    pub threshold: NonZeroU64,
}

/// A role with its keys and its threshold, as its parent names them.
#[derive(Clone, Debug)]
pub struct RoleKeys {
    role: RoleName,
    threshold: NonZeroU64,
    keys: BTreeMap<String, Key>,
}

impl RoleKeys {
    /// The keys that a specification names, of those that its file has.
    #[must_use]
    pub(crate) fn new(role: RoleName, spec: &RoleSpec, keys: &BTreeMap<String, Key>) -> Self {
        let keys = spec.keyids.iter().filter_map(|id| Some((id.clone(), keys.get(id)?.clone()))).collect();
        Self { role, threshold: spec.threshold, keys }
    }

    /// A role that nobody can sign.
    pub(crate) fn nobody(role: RoleName) -> Self {
        Self { role, threshold: NonZeroU64::MIN, keys: BTreeMap::new() }
    }

    /// The same without these keys, in whatever certificates.
    pub(crate) fn without(self, keys: &[CanonicalKeyId]) -> Self {
        self.only(|_, key| !key.canonical_id().is_ok_and(|id| keys.contains(&id)))
    }

    /// The same with those keys alone that stay, by the ID that the parent has for a key and the key. The threshold is the same.
    pub(crate) fn only(mut self, stays: impl Fn(&str, &Key) -> bool) -> Self {
        self.keys.retain(|id, key| stays(id, key));
        self
    }

    /// The role.
    #[must_use]
    pub fn role(&self) -> &RoleName {
        &self.role
    }

    /// How many distinct keys must have signed.
    #[must_use]
    pub fn threshold(&self) -> NonZeroU64 {
        self.threshold
    }

    /// The key of this ID, where it may sign.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Key> {
        self.keys.get(id)
    }

    /// Each key with the ID that the parent names it by, in the order of the IDs.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Key)> {
        self.keys.iter().map(|(id, key)| (id.as_str(), key))
    }

    /// The canonical ID of each key that can be read, in the same order.
    pub fn canonical_ids(&self) -> impl Iterator<Item = CanonicalKeyId> {
        self.keys.values().filter_map(|key| key.canonical_id().ok())
    }
}

impl RoleSpec {
    /// One signature of one of these keys.
    #[must_use]
    pub fn any_of(keyids: impl IntoIterator<Item = TufKeyId>) -> Self {
        Self { keyids: keyids.into_iter().map(|id| id.to_string()).collect(), threshold: NonZeroU64::MIN }
    }

    pub(crate) fn read(members: &Members<'_>) -> Result<Self, FormatError> {
        let threshold = members.unsigned("threshold")?;
        let threshold = NonZeroU64::new(threshold).ok_or_else(|| members.error("threshold", "must be 1 or more"))?;
        Ok(Self { keyids: members.strings("keyids")?, threshold })
    }

    pub(crate) fn members(&self) -> [(&'static str, Json); 2] {
        let threshold = i64::try_from(self.threshold.get()).unwrap_or(i64::MAX);
        [("keyids", Json::Array(self.keyids.iter().map(Json::string).collect())), ("threshold", Json::Integer(threshold))]
    }
}
