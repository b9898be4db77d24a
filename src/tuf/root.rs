//! The root role: which keys speak for the other roles.

use std::{collections::BTreeMap, num::NonZeroU64};

use super::{
    json::Json,
    key::Key,
    key_id::TufKeyId,
    members::{FormatError, Members},
    payload::{Header, Payload},
    role::RoleName,
    role_keys::RoleKeys,
};

/// The payload of `root.json` (Notary `data.Root`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// Version and expiry.
    pub header: Header,
    /// `consistent_snapshot`, kept as it was found; new roots say `false`.
    pub consistent_snapshot: bool,
    /// Every key that a role names, and the certificates of earlier root keys.
    pub keys: BTreeMap<String, Key>,
    /// The four base roles.
    pub roles: BTreeMap<RoleName, RoleSpec>,
}

/// Which keys sign for a role, and how many of them must.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleSpec {
    /// IDs of keys.
    pub keyids: Vec<String>,
    /// How many distinct keys must have signed.
    pub threshold: NonZeroU64,
}

impl Root {
    /// The keys of a base role with its threshold.
    #[must_use]
    pub fn role_keys(&self, role: &RoleName) -> RoleKeys {
        match self.roles.get(role) {
            Some(spec) => RoleKeys::new(role.clone(), spec, &self.keys),
            None => RoleKeys::nobody(role.clone()),
        }
    }
}

impl RoleSpec {
    /// One signature of one of these keys.
    #[must_use]
    pub fn any_of(keyids: impl IntoIterator<Item = TufKeyId>) -> Self {
        Self { keyids: keyids.into_iter().map(|id| id.to_string()).collect(), threshold: NonZeroU64::MIN }
    }

    pub(super) fn read(members: &Members<'_>) -> Result<Self, FormatError> {
        let threshold = members.unsigned("threshold")?;
        let threshold = NonZeroU64::new(threshold).ok_or_else(|| members.error("threshold", "must be 1 or more"))?;
        Ok(Self { keyids: members.strings("keyids")?, threshold })
    }

    pub(super) fn members(&self) -> [(&'static str, Json); 2] {
        let threshold = i64::try_from(self.threshold.get()).unwrap_or(i64::MAX);
        [("keyids", Json::Array(self.keyids.iter().map(Json::string).collect())), ("threshold", Json::Integer(threshold))]
    }
}

pub(super) fn read_keys(members: &Members<'_>) -> Result<BTreeMap<String, Key>, FormatError> {
    let place = members.place_of("keys");
    members.entries("keys")?.map(|(id, key)| Ok((id.clone(), Key::read(key, &format!("{place}.{id}"))?))).collect()
}

pub(super) fn keys_to_json(keys: &BTreeMap<String, Key>) -> Json {
    Json::Object(keys.iter().map(|(id, key)| (id.clone(), key.to_json())).collect())
}

impl Payload for Root {
    const TYPE: &'static str = "Root";

    fn read(_role: &RoleName, signed: &Json) -> Result<Self, FormatError> {
        let members = Members::of(signed, "root")?;
        let header = Header::read(&members, Self::TYPE)?;
        let keys = read_keys(&members)?;
        let specs = members.object("roles")?;
        let mut roles = BTreeMap::new();
        for role in [RoleName::root(), RoleName::snapshot(), RoleName::targets(), RoleName::timestamp()] {
            let spec = RoleSpec::read(&specs.object(role.as_str())?)?;
            // Notary `data.isValidRootStructure`: each key that a role names is there
            if let Some(missing) = spec.keyids.iter().find(|id| !keys.contains_key(*id)) {
                return Err(specs.error(role.as_str(), &format!("names key {missing}, which is not in keys")));
            }
            roles.insert(role, spec);
        }
        let consistent_snapshot = members.optional("consistent_snapshot") == Some(&Json::Bool(true));
        Ok(Self { header, consistent_snapshot, keys, roles })
    }

    fn to_json(&self) -> Json {
        let roles = self.roles.iter().map(|(role, spec)| (role.to_string(), Json::object(spec.members()))).collect();
        self.header.to_json(
            Self::TYPE,
            [
                ("consistent_snapshot", Json::Bool(self.consistent_snapshot)),
                ("keys", keys_to_json(&self.keys)),
                ("roles", Json::Object(roles)),
            ],
        )
    }

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }
}
