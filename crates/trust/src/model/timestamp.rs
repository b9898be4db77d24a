//! The timestamp role: which snapshot is the newest.

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

/// The payload of `timestamp.json` (Notary `data.Timestamp`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timestamp {
    /// Version and expiry.
    pub header: Header,
    /// The snapshot's file.
    pub snapshot: FileMeta,
}

impl Payload for Timestamp {
    const TYPE: &'static str = "Timestamp";

    fn read(_role: &RoleName, signed: &Json, _: Verification) -> Result<Self, FormatError> {
        let members = Members::of(signed, "timestamp")?;
        let header = Header::read(&members, Self::TYPE)?;
        let meta = members.object("meta")?;
        Ok(Self { header, snapshot: FileMeta::read(meta.required("snapshot")?, &meta.place_of("snapshot"))? })
    }

    fn to_json(&self) -> Json {
        let meta = Json::object([("snapshot", Json::Object(self.snapshot.members()))]);
        self.header.to_json(Self::TYPE, [("meta", meta)])
    }

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }
}
