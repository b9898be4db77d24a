//! A file as it comes: a `signed` object with its signatures.

use std::{marker::PhantomData, sync::Arc};

use base64ct::{Base64, Encoding as _};

use crate::{
    json::{
        members::{FormatError, Members},
        value::{Json, JsonError, MAX_VALUES},
    },
    model::{payload::Payload, role::RoleName},
};

/// Bytes that claim to be a role's file. There is no way to read a payload out of it: that takes the room `verify`.
pub struct Unverified<T> {
    pub(crate) role: RoleName,
    pub(crate) signed: Json,
    pub(crate) signatures: Vec<Signature>,
    pub(crate) bytes: Arc<[u8]>,
    kind: PhantomData<T>,
}

/// One signature of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The ID of the key that claims to have made it.
    pub keyid: String,
    /// The scheme's name.
    pub method: String,
    /// The signature itself.
    pub sig: Vec<u8>,
}

/// Bytes that are no metadata file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Valid JSON of another shape.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// No JSON that can be read in one way only.
    #[error("not valid JSON: {0}")]
    Json(#[from] JsonError),
}

impl<T: Payload> Unverified<T> {
    /// Parses a file strictly.
    pub fn parse(role: &RoleName, bytes: Arc<[u8]>) -> Result<Self, EnvelopeError> {
        Self::parse_within(role, bytes, &mut MAX_VALUES.clone())
    }

    /// The same for a file that may have so many values, and takes from these what it has.
    pub(crate) fn parse_within(role: &RoleName, bytes: Arc<[u8]>, values: &mut u64) -> Result<Self, EnvelopeError> {
        let mut json = Json::parse_within(&bytes, values)?;
        let members = Members::of(&json, role.as_str())?;
        if members.required("signed")?.as_object().is_none() {
            return Err(members.error("signed", "not an object").into());
        }
        let place = members.place_of("signatures");
        let signatures = members.list("signatures")?.iter().map(|json| Signature::read(json, &place)).collect::<Result<_, _>>()?;
        // a second tree of a large file would take as much memory again
        let signed = match &mut json {
            Json::Object(members) => members.remove("signed"),
            _ => None,
        };
        Ok(Self { role: role.clone(), signed: signed.unwrap_or(Json::Null), signatures, bytes, kind: PhantomData })
    }

    /// The version that the file claims: a bound for the walk over roots, which proves each step, and nothing else.
    pub(crate) fn claimed_version(&self) -> Option<u64> {
        self.signed.as_object()?.get("version")?.as_u64()
    }
}

impl Signature {
    fn read(json: &Json, place: &str) -> Result<Self, FormatError> {
        let members = Members::of(json, place)?;
        Ok(Self {
            keyid: members.string("keyid")?.to_owned(),
            method: members.string("method")?.to_owned(),
            sig: members.base64("sig")?,
        })
    }

    fn to_json(&self) -> Json {
        Json::object([
            ("keyid", Json::string(&self.keyid)),
            ("method", Json::string(&self.method)),
            ("sig", Json::string(Base64::encode_string(&self.sig))),
        ])
    }
}

/// The bytes of a file as Go would write them, which Notary's server does with what it takes in: `signed` before `signatures`, no
/// white space, no newline at the end. A byte of difference, and every client refuses the server's snapshot.
#[must_use]
pub fn write(signed: &Json, signatures: &[Signature]) -> Arc<[u8]> {
    let mut bytes = br#"{"signed":"#.to_vec();
    bytes.extend(signed.in_file());
    bytes.extend(br#","signatures":["#);
    for (i, signature) in signatures.iter().enumerate() {
        if i > 0 {
            bytes.push(b',');
        }
        bytes.extend(signature.to_json().in_file());
    }
    bytes.extend(b"]}");
    bytes.into()
}
