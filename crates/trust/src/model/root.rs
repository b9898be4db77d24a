//! The root role: which keys speak for the other roles.

use std::collections::BTreeMap;

use super::{
    key::{Key, keys_to_json, read_keys},
    payload::{Header, Payload},
    role::RoleName,
    role_keys::{RoleKeys, RoleSpec},
    verification::Verification,
};
use crate::json::{
    members::{FormatError, Members},
    value::Json,
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

impl Payload for Root {
    const TYPE: &'static str = "Root";

    fn read(_role: &RoleName, signed: &Json, _: Verification) -> Result<Self, FormatError> {
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
