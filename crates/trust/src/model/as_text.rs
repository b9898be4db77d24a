//! The names, IDs and digests of the model for a report: each serialises as the text that a person knows it by.

use serde::{Serialize, Serializer};

use super::{
    digest::Sha256,
    expiry::Expires,
    gun::Gun,
    key_id::{CanonicalKeyId, TufKeyId},
    role::RoleName,
    tag::Tag,
    version::Version,
};

macro_rules! as_displayed {
    ($($name:ty),+) => {
        $(impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        })+
    };
}

as_displayed!(Gun, RoleName, Tag, CanonicalKeyId, TufKeyId);

/// An OCI digest: `sha256:` and 64 hexadecimal digits.
impl Serialize for Sha256 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("sha256:{self}"))
    }
}

/// A number.
impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.get())
    }
}

/// RFC 3339, in UTC.
impl Serialize for Expires {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.moment())
    }
}
