//! Keys in reports.

use serde::Serialize;

use client::{keys::known_keys::KeyUse, ports::KeyInfo, repo::whoami::Standing};

/// A key that is stored.
#[derive(Serialize)]
pub(crate) struct KeyJson {
    id: String,
    name: String,
    repository: Option<String>,
    encrypted: bool,
    file: String,
}

/// One key.
#[derive(Serialize)]
pub(crate) struct OneKeyJson {
    pub(crate) key: KeyJson,
}

/// The keys in the store.
#[derive(Serialize)]
pub(crate) struct KeysJson {
    keys: Vec<KeyJson>,
}

/// Where a key may sign.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UseJson {
    repository: String,
    role: String,
    shown_as: String,
}

/// The roles of a repository that keys here may sign for.
#[derive(Serialize)]
pub(crate) struct StandingsJson {
    repository: String,
    roles: Vec<StandingJson>,
}

#[derive(Serialize)]
struct StandingJson {
    role: String,
    threshold: u64,
    keys: Vec<KeyJson>,
}

impl KeyJson {
    pub(crate) fn of(info: &KeyInfo) -> Self {
        Self {
            id: info.id.to_string(),
            name: info.name.to_string(),
            repository: info.gun_text().map(str::to_owned),
            encrypted: info.encrypted,
            file: info.path.display().to_string(),
        }
    }
}

impl KeysJson {
    pub(crate) fn of(keys: &[KeyInfo]) -> Self {
        Self { keys: keys.iter().map(KeyJson::of).collect() }
    }
}

impl UseJson {
    pub(crate) fn of(it: &KeyUse) -> Self {
        Self { repository: it.gun.to_string(), role: it.role.to_string(), shown_as: it.named.to_string() }
    }
}

impl StandingsJson {
    pub(crate) fn of(repository: &str, standings: &[Standing]) -> Self {
        let role = |standing: &Standing| StandingJson {
            role: standing.role.to_string(),
            threshold: standing.threshold,
            keys: standing.keys.iter().map(KeyJson::of).collect(),
        };
        Self { repository: repository.to_owned(), roles: standings.iter().map(role).collect() }
    }
}
