//! Keys as JSON, for `--output json`. A member is never taken away or given another meaning while `schemaVersion` stays what it is.

use serde::Serialize;

use crate::{render::go_json, term::error::CliError};
use client::{keys::known_keys::KeyUse, ports::KeyInfo, repo::whoami::Standing};

/// The version of the form.
const VERSION: u32 = 1;

/// `key list`
pub(crate) fn list(keys: &[KeyInfo]) -> Result<String, CliError> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct List<'a> {
        schema_version: u32,
        keys: Vec<Key<'a>>,
    }
    render(&List { schema_version: VERSION, keys: keys.iter().map(Key::of).collect() })
}

/// `key show`
pub(crate) fn one(info: &KeyInfo, algorithm: Option<&str>, fingerprint: Option<&str>, uses: &[KeyUse]) -> Result<String, CliError> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct One<'a> {
        schema_version: u32,
        #[serde(flatten)]
        key: Key<'a>,
        algorithm: Option<&'a str>,
        fingerprint: Option<&'a str>,
        uses: Vec<Use<'a>>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Use<'a> {
        repository: &'a str,
        role: &'a str,
        shown_as: String,
    }
    let uses = uses.iter().map(|it| Use { repository: it.gun.as_str(), role: it.role.as_str(), shown_as: it.named.to_string() });
    let uses = uses.collect();
    render(&One { schema_version: VERSION, key: Key::of(info), algorithm, fingerprint, uses })
}

/// `whoami`
pub(crate) fn standings(repository: &str, standings: &[Standing]) -> Result<String, CliError> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer<'a> {
        schema_version: u32,
        repository: &'a str,
        roles: Vec<Row<'a>>,
    }
    #[derive(Serialize)]
    struct Row<'a> {
        role: &'a str,
        threshold: u64,
        keys: Vec<Key<'a>>,
    }
    let roles = standings.iter().map(|standing| Row {
        role: standing.role.as_str(),
        threshold: standing.threshold,
        keys: standing.keys.iter().map(Key::of).collect(),
    });
    render(&Answer { schema_version: VERSION, repository, roles: roles.collect() })
}

#[derive(Serialize)]
struct Key<'a> {
    id: String,
    name: &'a str,
    repository: Option<&'a str>,
    encrypted: bool,
    file: String,
}

impl<'a> Key<'a> {
    fn of(info: &'a KeyInfo) -> Self {
        Self {
            id: info.id.to_string(),
            name: &info.role,
            repository: info.gun.as_deref(),
            encrypted: info.encrypted,
            file: info.path.display().to_string(),
        }
    }
}

fn render(value: &impl Serialize) -> Result<String, CliError> {
    go_json::indented(value).map_err(|error| CliError::new(error.to_string()))
}
