//! Whether an upload may be stored (Notary `server/handlers/validation.go`), and the snapshot and the timestamp that the server adds to it.

use std::collections::BTreeMap;

use hyper::body::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    go_json::Fault,
    history::{History, Update},
    repository::{Age, Repository},
    server_keys::ServerKeys,
    server_signed::{self, NotSigned},
    upload::Uploaded,
};
use trust::model::role::RoleName;

/// Why an upload is refused.
#[derive(Debug, PartialEq)]
pub(super) enum UploadRefusal {
    /// It breaks a rule: the name of Notary's error, its message, and what is missing.
    Rule(&'static str, String, Option<&'static str>),
    /// What is stored does not let it be judged; Notary's server says no more.
    Unjudged,
}

impl UploadRefusal {
    /// The detail of the error (Notary `validation.SerializableError`).
    pub(super) fn detail(&self) -> Option<Value> {
        match self {
            Self::Unjudged => None,
            Self::Rule(name, message, None) => Some(json!({"Name": name, "Error": {"Msg": message}})),
            Self::Rule(name, message, Some(missing)) => Some(json!({"Name": name, "Error": {"Missing": missing, "Msg": message}})),
        }
    }
}

/// Judges an upload, and says what is to be stored.
pub(super) fn judge(
    gun: &str,
    uploaded: Vec<Uploaded>,
    history: &History,
    keys: &ServerKeys,
    now: Timestamp,
) -> Result<Vec<Update>, UploadRefusal> {
    // of a role that stands twice the last file counts
    let files: BTreeMap<RoleName, Uploaded> = uploaded.into_iter().map(|file| (file.role.clone(), file)).collect();
    let mut updates = Vec::new();
    let mut repository = load_root(gun, files.get(&RoleName::root()), history, now)?;
    updates.extend(files.get(&RoleName::root()).map(to_update));
    updates.extend(load_targets(&mut repository, &files, history)?);
    let (snapshot, snapshot_file) = match files.get(&RoleName::snapshot()) {
        Some(file) => {
            let bad = |fault: Fault| UploadRefusal::Rule("ErrBadSnapshot", fault.text, None);
            let snapshot = repository.load_snapshot(&file.bytes).map_err(bad)?;
            let version = snapshot.payload.common.version;
            updates.push(to_update(file));
            (version, snapshot.rewritten().map_err(rule)?)
        }
        None => make_snapshot(&repository, history, keys)?,
    };
    if !files.contains_key(&RoleName::snapshot()) {
        updates.push(server_update("snapshot", snapshot, snapshot_file.clone()));
    }
    let (version, timestamp) = make_timestamp(&repository, &snapshot_file, history, keys)?;
    updates.push(server_update("timestamp", version, timestamp));
    Ok(updates)
}

fn load_root<'a>(
    gun: &'a str,
    file: Option<&Uploaded>,
    history: &History,
    now: Timestamp,
) -> Result<Repository<'a>, UploadRefusal> {
    let mut repository = Repository::new(gun, now);
    if let Some(root) = history.current(gun, "root") {
        repository.load_root(&root.bytes, 1, Age::Any).map_err(|_| UploadRefusal::Unjudged)?;
    }
    let current = repository.root.as_ref().map(|root| root.payload.common.version);
    let Some(file) = file else {
        let none = "no pre-existing root and no root provided in update.";
        return if current.is_some() { Ok(repository) } else { Err(UploadRefusal::Rule("ErrValidation", none.to_owned(), None)) };
    };
    let bad = |text: String| UploadRefusal::Rule("ErrBadRoot", text, None);
    // where there is none, Notary counts from 1 and takes a 2 too
    let current = current.unwrap_or(1);
    if file.version != current && Some(file.version) != current.checked_add(1) {
        return Err(bad(format!("Root modifications must increment the version. Current {current}, new {}", file.version)));
    }
    let mut repository = repository.after();
    repository.load_root(&file.bytes, current, Age::Current).map_err(|fault| bad(fault.text))?;
    Ok(repository)
}

/// Parents before their children; those that were not uploaded come from the history.
fn load_targets(
    repository: &mut Repository<'_>,
    files: &BTreeMap<RoleName, Uploaded>,
    history: &History,
) -> Result<Vec<Update>, UploadRefusal> {
    let is_targets = |role: &RoleName| role.is_delegation() || *role == RoleName::targets();
    let mut files: Vec<&Uploaded> = files.values().filter(|file| is_targets(&file.role)).collect();
    files.sort_by_key(|file| (file.role.as_str().split('/').count(), file.role.clone()));
    let mut updates = Vec::new();
    for file in files {
        let mut parents = Vec::new();
        let mut parent = file.role.parent();
        while let Some(role) = parent {
            parent = role.parent();
            if !repository.targets.contains_key(&role) {
                parents.push(role);
            }
        }
        for role in parents.iter().rev() {
            // where there is none, loading the child will fail
            if let Some(stored) = history.current(repository.gun, role.as_str()) {
                repository.load_targets(role, &stored.bytes, Age::Any).map_err(|_| UploadRefusal::Unjudged)?;
            }
        }
        let bad = |fault: Fault| UploadRefusal::Rule("ErrBadTargets", fault.text, None);
        repository.load_targets(&file.role, &file.bytes, Age::Current).map_err(bad)?;
        updates.push(to_update(file));
    }
    Ok(updates)
}

fn make_snapshot(repository: &Repository<'_>, history: &History, keys: &ServerKeys) -> Result<(i64, Bytes), UploadRefusal> {
    let previous = history.current(repository.gun, "snapshot").map(|stored| stored.bytes);
    server_signed::snapshot(repository, previous.as_deref(), keys).map_err(|error| match error {
        NotSigned::TooFewKeys => {
            let message = "no snapshot was included in update and server does not hold current snapshot key for repository";
            UploadRefusal::Rule("ErrBadHierarchy", message.to_owned(), Some("snapshot"))
        }
        NotSigned::Fault(fault) => rule(fault),
    })
}

fn make_timestamp(
    repository: &Repository<'_>,
    snapshot: &[u8],
    history: &History,
    keys: &ServerKeys,
) -> Result<(i64, Bytes), UploadRefusal> {
    let previous = history.current(repository.gun, "timestamp").map(|stored| stored.bytes);
    server_signed::timestamp(repository, snapshot, previous.as_deref(), keys).map_err(|error| match error {
        // the two spaces are Notary's
        NotSigned::TooFewKeys => UploadRefusal::Rule("ErrBadRoot", "no  timestamp keys exist on the server".to_owned(), None),
        NotSigned::Fault(fault) => rule(fault),
    })
}

fn rule(fault: Fault) -> UploadRefusal {
    UploadRefusal::Rule("ErrValidation", fault.text, None)
}

fn to_update(file: &Uploaded) -> Update {
    server_update(file.role.as_str(), file.version, file.bytes.clone())
}

/// Versions have been seen to be 1 or more.
fn server_update(role: &str, version: i64, bytes: Bytes) -> Update {
    Update { role: role.to_owned(), version: u64::try_from(version).unwrap_or_default(), bytes }
}
