//! The targets role and its delegations: which names stand for which content.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    hashes::FileMeta,
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

/// The payload of `targets.json` and of each delegation's file (Notary `data.Targets`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Targets {
    /// Version and expiry.
    pub header: Header,
    /// What is signed, by name.
    pub targets: BTreeMap<String, Target>,
    /// Entries that name no usable content, such as one without SHA-256: never looked up, written back as they are.
    pub unusable: BTreeMap<String, Json>,
    /// The keys of the delegated roles.
    pub keys: BTreeMap<String, Key>,
    /// The delegated roles, in order.
    pub roles: Vec<Delegation>,
}

/// One signed name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Length and hashes of the content.
    pub meta: FileMeta,
    /// The `custom` member.
    pub custom: Option<Json>,
}

/// A delegated role as its parent describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegation {
    /// The role's full name.
    pub name: RoleName,
    /// Who signs.
    pub spec: RoleSpec,
    /// Prefixes of the names that the role may sign; the empty one is a prefix of everything.
    pub paths: Vec<String>,
}

impl Targets {
    /// A file that signs nothing and delegates nothing.
    #[must_use]
    pub fn empty(header: Header) -> Self {
        Self { header, targets: BTreeMap::new(), unusable: BTreeMap::new(), keys: BTreeMap::new(), roles: Vec::new() }
    }

    /// Whether another file says the same, whatever their versions and ends.
    #[must_use]
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        let Self { header: _, targets, unusable, keys, roles } = self;
        *targets == other.targets && *unusable == other.unusable && *keys == other.keys && *roles == other.roles
    }

    /// The keys of a delegated role.
    #[must_use]
    pub fn role_keys(&self, delegation: &Delegation) -> RoleKeys {
        RoleKeys::new(delegation.name.clone(), &delegation.spec, &self.keys)
    }

    /// Drops keys that no delegated role names, as Notary does when it edits delegations.
    pub fn prune_keys(&mut self) {
        let roles = &self.roles;
        self.keys.retain(|id, _| roles.iter().any(|role| role.spec.keyids.contains(id)));
    }
}

impl Payload for Targets {
    const TYPE: &'static str = "Targets";

    fn read(role: &RoleName, signed: &Json, _: Verification) -> Result<Self, FormatError> {
        let members = Members::of(signed, role.as_str())?;
        let mut targets = Self::empty(Header::read(&members, Self::TYPE)?);
        let place = members.place_of("targets");
        for (name, json) in members.entries("targets")? {
            match Target::read(json, &format!("{place}.{name}")) {
                Ok(target) => drop(targets.targets.insert(name.clone(), target)),
                Err(_) => drop(targets.unusable.insert(name.clone(), json.clone())),
            }
        }
        let delegations = members.object("delegations")?;
        targets.keys = read_keys(&delegations)?;
        let mut names = BTreeSet::new();
        for (index, json) in delegations.list("roles")?.iter().enumerate() {
            let delegation = Delegation::read(json, &format!("{}.{index}", delegations.place_of("roles")))?;
            // Notary `data.isValidTargetsStructure`: a role delegates to its direct children alone
            if delegation.name.parent().as_ref() != Some(role) {
                return Err(delegations.error("roles", &format!("{} is not a child of {role}", delegation.name)));
            }
            if !names.insert(delegation.name.clone()) {
                return Err(delegations.error("roles", &format!("{} stands twice", delegation.name)));
            }
            targets.roles.push(delegation);
        }
        Ok(targets)
    }

    fn to_json(&self) -> Json {
        let usable = self.targets.iter().map(|(name, target)| (name.clone(), target.to_json()));
        let entries = usable.chain(self.unusable.iter().map(|(name, json)| (name.clone(), json.clone()))).collect();
        let delegations = Json::object([
            ("keys", keys_to_json(&self.keys)),
            ("roles", Json::Array(self.roles.iter().map(Delegation::to_json).collect())),
        ]);
        self.header.to_json(Self::TYPE, [("delegations", delegations), ("targets", Json::Object(entries))])
    }

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }
}

impl Target {
    fn read(json: &Json, place: &str) -> Result<Self, FormatError> {
        let meta = FileMeta::read(json, place)?;
        Ok(Self { meta, custom: Members::of(json, place)?.optional("custom").cloned() })
    }

    fn to_json(&self) -> Json {
        let mut members = self.meta.members();
        if let Some(custom) = &self.custom {
            members.insert("custom".to_owned(), custom.clone());
        }
        Json::Object(members)
    }
}

impl Delegation {
    fn read(json: &Json, place: &str) -> Result<Self, FormatError> {
        let members = Members::of(json, place)?;
        let name = members.string("name")?;
        let name = RoleName::parse(name).ok().filter(RoleName::is_delegation);
        let name = name.ok_or_else(|| members.error("name", "not a delegation's name"))?;
        Ok(Self { name, spec: RoleSpec::read(&members)?, paths: members.strings("paths")? })
    }

    fn to_json(&self) -> Json {
        let [keyids, threshold] = self.spec.members();
        let name = ("name", Json::string(self.name.as_str()));
        if self.paths.is_empty() {
            // Go's `omitempty`
            return Json::object([keyids, name, threshold]);
        }
        Json::object([keyids, name, ("paths", Json::Array(self.paths.iter().map(Json::string).collect())), threshold])
    }
}
