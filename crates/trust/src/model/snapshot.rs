//! The snapshot role: which files make one state of the repository.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    hashes::FileMeta,
    payload::{Header, Payload},
    role::RoleName,
    verification::Verification,
};
use crate::json::{
    members::{FormatError, Members},
    value::Json,
};

/// The payload of `snapshot.json` (Notary `data.Snapshot`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Version and expiry.
    pub header: Header,
    /// The file of root, targets and each delegation.
    pub meta: BTreeMap<RoleName, FileMeta>,
    /// Delegations that are named without a usable SHA-256.
    pub unusable: BTreeSet<RoleName>,
}

impl Payload for Snapshot {
    const TYPE: &'static str = "Snapshot";

    fn read(_role: &RoleName, signed: &Json, _: Verification) -> Result<Self, FormatError> {
        let members = Members::of(signed, "snapshot")?;
        let header = Header::read(&members, Self::TYPE)?;
        let place = members.place_of("meta");
        let (mut meta, mut unusable) = (BTreeMap::new(), BTreeSet::new());
        for (name, json) in members.entries("meta")? {
            // a name that is no role's can never be asked for
            let Ok(role) = RoleName::parse(name) else { continue };
            match FileMeta::read(json, &format!("{place}.{name}")) {
                Ok(file) => drop(meta.insert(role, file)),
                Err(_) if role.is_delegation() => drop(unusable.insert(role)),
                Err(error) => return Err(error),
            }
        }
        // Notary `data.isValidSnapshotStructure`
        for role in [RoleName::root(), RoleName::targets()] {
            if !meta.contains_key(&role) {
                return Err(members.error("meta", &format!("{role} is missing")));
            }
        }
        Ok(Self { header, meta, unusable })
    }

    fn to_json(&self) -> Json {
        let meta = self.meta.iter().map(|(role, file)| (role.to_string(), Json::Object(file.members()))).collect();
        self.header.to_json(Self::TYPE, [("meta", Json::Object(meta))])
    }

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }
}
