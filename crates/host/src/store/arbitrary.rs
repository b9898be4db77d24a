//! Whatever a record of the store may hold, for the tests of the records.

use proptest::prelude::*;
use trust::{
    json::value::MAX_EXACT_INTEGER,
    model::{digest::Sha256, role::RoleName, version::Version},
};

pub(super) fn role() -> impl Strategy<Value = RoleName> {
    "root|snapshot|timestamp|targets(/[a-z0-9_-]{1,8}){0,3}".prop_map(|name| RoleName::parse(&name).unwrap())
}

pub(super) fn version() -> impl Strategy<Value = Version> {
    (1..=MAX_EXACT_INTEGER).prop_map(|version| Version::new(version).unwrap())
}

pub(super) fn sha256() -> impl Strategy<Value = Sha256> {
    any::<[u8; 32]>().prop_map(|bytes| Sha256::from_slice(&bytes).unwrap())
}
