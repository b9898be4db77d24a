//! What the four kinds of metadata have in common.

use super::{expiry::Expires, role::RoleName, verification::Verification, version::Version};
use crate::json::{
    members::{FormatError, Members},
    value::Json,
};

/// The signed part of one kind of metadata.
pub trait Payload: Sized {
    /// Its `_type`; exactly this, in this case.
    const TYPE: &'static str;

    /// Reads the members of a role's `signed` object. Unknown members are left out; they were verified with the rest.
    fn read(role: &RoleName, signed: &Json, by: Verification) -> Result<Self, FormatError>;

    /// The `signed` object with just the members that Notary's types have.
    fn to_json(&self) -> Json;

    /// Version and expiry.
    fn header(&self) -> &Header;

    /// Version and expiry, to be set before signing.
    fn header_mut(&mut self) -> &mut Header;
}

/// The members that all kinds have beside `_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The file's version.
    pub version: Version,
    /// When it ends.
    pub expires: Expires,
}

impl Header {
    pub(crate) fn read(signed: &Members<'_>, kind: &'static str) -> Result<Self, FormatError> {
        let found = signed.string("_type")?;
        if found != kind {
            return Err(signed.error("_type", &format!("expected type {kind}, not {found}")));
        }
        let version = Version::new(signed.unsigned("version")?).ok_or_else(|| signed.error("version", "must be 1 or more"))?;
        let expires = Expires::parse(signed.string("expires")?).ok_or_else(|| signed.error("expires", "not an RFC 3339 time"))?;
        Ok(Self { version, expires })
    }

    /// The members in a `signed` object of this kind, with the kind's own.
    pub(crate) fn to_json<const N: usize>(self, kind: &'static str, members: [(&str, Json); N]) -> Json {
        let version = Json::Integer(i64::try_from(self.version.get()).unwrap_or(i64::MAX));
        let common = [("_type", Json::string(kind)), ("expires", Json::string(self.expires.to_rfc3339())), ("version", version)];
        Json::Object(common.into_iter().chain(members).map(|(name, value)| (name.to_owned(), value)).collect())
    }
}
