//! Ends in reports: when what of a repository expires.

use serde::Serialize;

use client::{
    moment::rfc3339,
    repo::expiry::{End, ExpiryReport, State, What},
};
use trust::model::role::RoleName;

/// A repository, and when what of it ends; or why that is not known.
pub(crate) struct Examined {
    pub(crate) name: String,
    pub(crate) ends: Result<ExpiryReport, String>,
}

/// All repositories that were examined.
#[derive(Serialize)]
pub(crate) struct ExpiryJson {
    repositories: Vec<RepositoryJson>,
}

#[derive(Serialize)]
struct RepositoryJson {
    #[serde(rename = "repository")]
    name: String,
    error: Option<String>,
    ends: Vec<EndJson>,
    unusable: Vec<UnusableJson>,
}

/// A delegation whose file cannot be verified.
#[derive(Serialize)]
struct UnusableJson {
    role: String,
    reason: String,
}

#[derive(Serialize)]
struct EndJson {
    role: String,
    kind: &'static str,
    version: Option<u64>,
    key: Option<String>,
    expires: String,
    state: &'static str,
}

impl ExpiryJson {
    pub(crate) fn of(examined: &[Examined]) -> Self {
        Self { repositories: examined.iter().map(RepositoryJson::of).collect() }
    }
}

impl RepositoryJson {
    fn of(one: &Examined) -> Self {
        let unusable = |(role, reason): &(RoleName, String)| UnusableJson { role: role.to_string(), reason: reason.clone() };
        Self {
            name: one.name.clone(),
            error: one.ends.as_ref().err().cloned(),
            ends: one.ends.iter().flat_map(|ends| &ends.ends).map(EndJson::of).collect(),
            unusable: one.ends.iter().flat_map(|ends| &ends.unusable).map(unusable).collect(),
        }
    }
}

impl EndJson {
    fn of(end: &End) -> Self {
        let (kind, version, key) = match &end.what {
            What::File(version) => ("file", Some(version.get()), None),
            What::Certificate(key) => ("certificate", None, Some(key.to_string())),
        };
        let state = match end.state {
            State::Unchecked => "not-checked",
            State::Later => "later",
            State::Near => "near",
            State::Expired => "expired",
        };
        Self { role: end.role.to_string(), kind, version, key, expires: rfc3339(end.at), state }
    }
}
