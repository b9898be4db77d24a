//! Targets, delegations and staged changes as JSON, for `--output json`. A member is never taken away or given another meaning while `schemaVersion` stays what it is.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{render::go_json, term::error::CliError};
use client::image::list_targets::{DelegatedRole, SignedTarget};

/// The version of the form.
const VERSION: u32 = 1;

/// `list`
pub(crate) fn list(repository: &str, targets: &[SignedTarget]) -> Result<String, CliError> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct List<'a> {
        schema_version: u32,
        repository: &'a str,
        targets: Vec<TargetJson<'a>>,
    }
    render(&List { schema_version: VERSION, repository, targets: targets.iter().map(TargetJson::of).collect() })
}

/// `lookup`
pub(crate) fn one(repository: &str, target: &SignedTarget) -> Result<String, CliError> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct One<'a> {
        schema_version: u32,
        repository: &'a str,
        #[serde(flatten)]
        target: TargetJson<'a>,
    }
    render(&One { schema_version: VERSION, repository, target: TargetJson::of(target) })
}

/// `delegation list`
pub(crate) fn delegations(repository: &str, roles: &[DelegatedRole]) -> Result<String, CliError> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct List<'a> {
        schema_version: u32,
        repository: &'a str,
        delegations: Vec<Delegation<'a>>,
    }
    #[derive(Serialize)]
    struct Delegation<'a> {
        role: &'a str,
        paths: &'a [String],
        keys: Vec<String>,
        threshold: u64,
    }
    let delegations = roles.iter().map(|role| Delegation {
        role: role.role.as_str(),
        paths: &role.paths,
        keys: role.keys.iter().map(ToString::to_string).collect(),
        threshold: role.threshold,
    });
    render(&List { schema_version: VERSION, repository, delegations: delegations.collect() })
}

/// A staged change, and its number.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NumberedChange {
    /// Its place among the staged changes, from 0.
    pub number: usize,
    /// `create`, `update` or `delete`.
    pub action: String,
    /// The role that it is about.
    pub scope: String,
    /// What it is about: `target`, `delegation` or `witness`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The name of the target.
    pub path: String,
}

/// `status`
pub(crate) fn changes(repository: &str, changes: &[NumberedChange]) -> Result<String, CliError> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Status<'a> {
        schema_version: u32,
        repository: &'a str,
        changes: &'a [NumberedChange],
    }
    render(&Status { schema_version: VERSION, repository, changes })
}

#[derive(Serialize)]
struct TargetJson<'a> {
    name: &'a str,
    role: &'a str,
    length: u64,
    /// In hexadecimal digits, by algorithm.
    hashes: BTreeMap<&'a str, String>,
}

impl<'a> TargetJson<'a> {
    fn of(target: &'a SignedTarget) -> Self {
        let others = target.meta.others.iter().map(|(name, hash)| (name.as_str(), base16ct::lower::encode_string(hash)));
        let hashes = others.chain([("sha256", target.meta.sha256.to_hex())]).collect();
        Self { name: &target.name, role: target.role.as_str(), length: target.meta.length, hashes }
    }
}

fn render(value: &impl Serialize) -> Result<String, CliError> {
    go_json::indented(value).map_err(|error| CliError::new(error.to_string()))
}
