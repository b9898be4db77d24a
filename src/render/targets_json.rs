//! Targets, delegations and staged changes in reports.

use std::collections::BTreeMap;

use serde::Serialize;

use client::image::list_targets::{DelegatedRole, SignedTarget};

/// What is signed in a repository.
#[derive(Serialize)]
pub(crate) struct TargetsJson {
    repository: String,
    targets: Vec<TargetJson>,
}

/// What a name is signed for.
#[derive(Serialize)]
pub(crate) struct OneTargetJson {
    repository: String,
    #[serde(flatten)]
    target: TargetJson,
}

#[derive(Serialize)]
struct TargetJson {
    name: String,
    role: String,
    length: u64,
    /// In hexadecimal digits, by algorithm.
    hashes: BTreeMap<String, String>,
}

/// The delegations of a repository.
#[derive(Serialize)]
pub(crate) struct DelegationsJson {
    repository: String,
    delegations: Vec<DelegationJson>,
}

#[derive(Serialize)]
struct DelegationJson {
    role: String,
    paths: Vec<String>,
    keys: Vec<String>,
    threshold: u64,
}

/// The staged changes of a repository.
#[derive(Serialize)]
pub(crate) struct ChangesJson {
    pub(crate) repository: String,
    pub(crate) changes: Vec<NumberedChange>,
}

/// A staged change, and its number.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NumberedChange {
    /// Its place among the staged changes, from 0.
    pub(crate) number: usize,
    /// `create`, `update` or `delete`.
    pub(crate) action: String,
    /// The role that it is about.
    pub(crate) scope: String,
    /// What it is about: `target`, `delegation` or `witness`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The name of the target.
    pub(crate) path: String,
}

impl TargetsJson {
    pub(crate) fn of(repository: &str, targets: &[SignedTarget]) -> Self {
        Self { repository: repository.to_owned(), targets: targets.iter().map(TargetJson::of).collect() }
    }
}

impl OneTargetJson {
    pub(crate) fn of(repository: &str, target: &SignedTarget) -> Self {
        Self { repository: repository.to_owned(), target: TargetJson::of(target) }
    }
}

impl TargetJson {
    fn of(target: &SignedTarget) -> Self {
        let others = target.meta.others.iter().map(|(name, hash)| (name.clone(), base16ct::lower::encode_string(hash)));
        let hashes = others.chain([("sha256".to_owned(), target.meta.sha256.to_hex())]).collect();
        Self { name: target.name.clone(), role: target.role.to_string(), length: target.meta.length, hashes }
    }
}

impl DelegationsJson {
    pub(crate) fn of(repository: &str, roles: &[DelegatedRole]) -> Self {
        let delegation = |role: &DelegatedRole| DelegationJson {
            role: role.role.to_string(),
            paths: role.paths.clone(),
            keys: role.keys.iter().map(ToString::to_string).collect(),
            threshold: role.threshold,
        };
        Self { repository: repository.to_owned(), delegations: roles.iter().map(delegation).collect() }
    }
}
