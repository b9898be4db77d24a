//! Ends as JSON, for `dct expiry --output json`. A member is never taken away or given another meaning while `schemaVersion` stays what it is.

use serde::Serialize;

use crate::{render::go_json, term::error::CliError};
use client::repo::expiry::{End, ExpiryReport, State, What};
use trust::model::role::RoleName;

/// The version of the form.
const VERSION: u32 = 1;

/// A repository, and when what of it ends; or why that is not known.
pub(crate) struct Examined {
    pub(crate) name: String,
    pub(crate) ends: Result<ExpiryReport, String>,
}

pub(crate) fn render(examined: &[Examined]) -> Result<String, CliError> {
    let repositories = examined.iter().map(|one| Repository {
        name: &one.name,
        error: one.ends.as_ref().err().map(String::as_str),
        ends: one.ends.iter().flat_map(|ends| &ends.ends).map(Row::of).collect(),
        unusable: one.ends.iter().flat_map(|ends| &ends.unusable).map(Unusable::of).collect(),
    });
    let answer = ExpiryJson { schema_version: VERSION, repositories: repositories.collect() };
    go_json::indented(&answer).map_err(|error| CliError::new(error.to_string()))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExpiryJson<'a> {
    schema_version: u32,
    repositories: Vec<Repository<'a>>,
}

#[derive(Serialize)]
struct Repository<'a> {
    #[serde(rename = "repository")]
    name: &'a str,
    error: Option<&'a str>,
    ends: Vec<Row<'a>>,
    unusable: Vec<Unusable<'a>>,
}

/// A delegation whose file cannot be verified.
#[derive(Serialize)]
struct Unusable<'a> {
    role: &'a str,
    reason: &'a str,
}

impl<'a> Unusable<'a> {
    fn of((role, reason): &'a (RoleName, String)) -> Self {
        Self { role: role.as_str(), reason }
    }
}

#[derive(Serialize)]
struct Row<'a> {
    role: &'a str,
    kind: &'static str,
    version: Option<u64>,
    key: Option<String>,
    expires: String,
    state: &'static str,
}

impl<'a> Row<'a> {
    fn of(end: &'a End) -> Self {
        let (kind, version, key) = match &end.what {
            What::File(version) => ("file", Some(version.get()), None),
            What::Certificate(key) => ("certificate", None, Some(key.to_string())),
        };
        let state = match end.state {
            State::Later => "later",
            State::Near => "near",
            State::Expired => "expired",
        };
        Self { role: end.role.as_str(), kind, version, key, expires: end.at.to_string(), state }
    }
}
