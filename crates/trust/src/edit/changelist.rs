//! The files of Notary's changelist: what one change is while it is staged, byte for byte as Go writes it.

use base64ct::{Base64, Encoding as _};

use super::{apply::survives_go, change::Change};
use crate::{
    json::{
        go,
        members::{FormatError, Members},
        value::{Json, JsonError},
    },
    model::{
        hashes::FileMeta,
        key::Key,
        key_id::CanonicalKeyId,
        role::{InvalidRole, RoleName},
        targets::Target,
    },
};

/// A change as it stands in a file. Its words are those of whoever staged it: [`StagedChange::changes`] tells what they come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagedChange {
    /// `create`, `update` or `delete`.
    pub action: String,
    /// The role, or `…/*` for every delegation below one.
    pub role: String,
    /// `target`, `delegation`, `witness` or `role`.
    pub kind: String,
    /// The name of a target; else empty.
    pub path: String,
    /// What the action needs to know, as JSON.
    pub data: Option<Vec<u8>>,
}

/// A file that holds no change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAChange {
    /// JSON of another shape.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// No JSON.
    #[error("not valid JSON: {0}")]
    Json(#[from] JsonError),
}

/// A change that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StagedError {
    /// The action is none of a target's.
    #[error("{0:?} is no action on a target")]
    Action(String),
    /// The action is none of a delegation's.
    #[error("{0:?} is no action on a delegation")]
    DelegationAction(String),
    /// The data.
    #[error("{0}")]
    Data(#[from] NotAChange),
    /// A threshold above 1, a new name, or another thing that no command of Notary stages.
    #[error("a change of a delegation's {0} is not supported")]
    Member(&'static str),
    /// The role.
    #[error(transparent)]
    Role(#[from] InvalidRole),
    /// A change of the root.
    #[error("{0:?} is no change of the root that can be staged")]
    Root(String),
    /// The role is one that no change is staged for.
    #[error("no change is staged for {0:?}")]
    Scope(String),
    /// The type is none of a targets file's.
    #[error("its type is none of a change to targets or delegations")]
    Type,
}

impl StagedChange {
    /// A change as `notary` stages it. None for one that it has no words for: whether a role may begin anew, and which keys a signer has, is decided when
    /// that is published.
    #[must_use]
    pub fn of(change: &Change) -> Option<Self> {
        let staged = |action: &str, role: &str, kind: &str, data: Option<String>| Self {
            action: action.to_owned(),
            role: role.to_owned(),
            kind: kind.to_owned(),
            path: String::new(),
            data: data.map(String::into_bytes),
        };
        let named = |name: &str, change: Self| Self { path: name.to_owned(), ..change };
        let delegation = |action, role: &RoleName, data| staged(action, role.as_str(), "delegation", data);
        Some(match change {
            Change::BeginAnew { .. } | Change::RemoveSigner { .. } => return None,
            Change::AddEntry { role, name, entry } => {
                named(name, staged("create", role.as_str(), "target", Some(entry_data(entry))))
            }
            Change::AddTarget { role, name, target } => {
                let mut entry = target.meta.members();
                entry.extend(target.custom.clone().map(|custom| ("custom".to_owned(), custom)));
                named(name, staged("create", role.as_str(), "target", Some(entry_data(&Json::Object(entry)))))
            }
            Change::ClearPaths { role } => delegation("update", role, Some(go::object([("clear_paths", "true".to_owned())]))),
            Change::Delegate { role, keys, paths } => {
                let mut members = Vec::new();
                if !keys.is_empty() {
                    members.extend([("threshold", "1".to_owned()), ("add_keys", go::list(keys.iter().map(key_data)))]);
                }
                if !paths.is_empty() {
                    members.push(("add_paths", strings(paths)));
                }
                delegation("create", role, Some(go::object(members)))
            }
            Change::PurgeKeys { below, keys } => staged("update", &format!("{below}/*"), "delegation", Some(removed_keys(keys))),
            Change::RemoveKeys { role, keys } => delegation("update", role, Some(removed_keys(keys))),
            Change::RemovePaths { role, paths } => delegation("update", role, Some(go::object([("remove_paths", strings(paths))]))),
            Change::RemoveTarget { role, name } => named(name, staged("delete", role.as_str(), "target", None)),
            Change::Undelegate { role } => delegation("delete", role, None),
            Change::Witness { role } => staged("update", role.as_str(), "witness", None),
        })
    }

    /// Reads a file. Who writes with Go writes no member but these, and each of them.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotAChange> {
        let json = Json::parse(bytes)?;
        let members = Members::of(&json, "change")?;
        let known = ["action", "role", "type", "path", "data"];
        if let Some(name) =
            json.as_object().into_iter().flatten().map(|(name, _)| name).find(|name| !known.contains(&name.as_str()))
        {
            return Err(members.error(name, "not a member of a change").into());
        }
        let text = |name| members.string(name).map(str::to_owned);
        let data = members.optional("data").map(|_| members.base64("data")).transpose()?;
        Ok(Self { action: text("action")?, role: text("role")?, kind: text("type")?, path: text("path")?, data })
    }

    /// The file, without a newline at the end.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let data = self.data.as_deref().map_or_else(null, |data| go::string(&Base64::encode_string(data)));
        let [action, role, kind, path] = [&self.action, &self.role, &self.kind, &self.path].map(|text| go::string(text));
        go::object([("action", action), ("role", role), ("type", kind), ("path", path), ("data", data)]).into_bytes()
    }

    /// The changes that this comes to, in order (Notary `client.applyChangelist`).
    pub fn changes(&self) -> Result<Vec<Change>, StagedError> {
        let below = self.role.strip_suffix("/*").and_then(|below| RoleName::parse(below).ok());
        let below = below.filter(|below| below.is_delegation() || *below == RoleName::targets());
        if self.role == RoleName::root().as_str() {
            return Err(StagedError::Root(self.kind.clone()));
        }
        let of_targets = |role: RoleName| role.is_delegation() || role == RoleName::targets();
        if below.is_none() && !RoleName::parse(&self.role).is_ok_and(of_targets) {
            return Err(StagedError::Scope(self.role.clone()));
        }
        let role = || RoleName::parse(&self.role);
        match (self.kind.as_str(), self.action.as_str(), below) {
            ("target", "create", _) => Ok(vec![self.entry(role()?)?]),
            ("target", "delete", _) => Ok(vec![Change::RemoveTarget { role: role()?, name: self.path.clone() }]),
            ("target", ..) => Err(StagedError::Action(self.action.clone())),
            ("delegation", "update", Some(below)) => {
                let keys = Delegated::read(self.data.as_deref())?.remove_keys;
                Ok(vec![Change::PurgeKeys { below, keys }])
            }
            ("delegation", "create", _) => {
                let Delegated { add_keys, add_paths, .. } = Delegated::read(self.data.as_deref())?;
                Ok(vec![Change::Delegate { role: role()?, keys: add_keys, paths: add_paths }])
            }
            ("delegation", "update", _) => Ok(Delegated::read(self.data.as_deref())?.updates(&role()?)),
            ("delegation", "delete", _) => Ok(vec![Change::Undelegate { role: role()? }]),
            ("delegation", ..) => Err(StagedError::DelegationAction(self.action.clone())),
            ("witness", ..) => Ok(vec![Change::Witness { role: role()? }]),
            _ => Err(StagedError::Type),
        }
    }

    fn entry(&self, role: RoleName) -> Result<Change, StagedError> {
        let entry = data(self.data.as_deref())?;
        if let Some(name) = unknown_member(&entry, &["custom", "hashes", "length"]) {
            return Err(NotAChange::from(FormatError::new(format!("data.{name}"), "not a member of a target")).into());
        }
        let name = self.path.clone();
        let custom = entry.as_object().and_then(|members| members.get("custom")).filter(|custom| **custom != Json::Null);
        match FileMeta::read(&entry, "data") {
            Ok(meta) => Ok(Change::AddTarget { role, name, target: Target { meta, custom: custom.cloned() } }),
            Err(_) if survives_go(&entry) => Ok(Change::AddEntry { role, name, entry }),
            Err(error) => Err(NotAChange::from(error).into()),
        }
    }
}

/// What is staged of a delegation (Notary `changelist.TUFDelegation`).
#[derive(Default)]
struct Delegated {
    add_keys: Vec<Key>,
    remove_keys: Vec<CanonicalKeyId>,
    add_paths: Vec<String>,
    remove_paths: Vec<String>,
    clear_paths: bool,
}

impl Delegated {
    fn read(bytes: Option<&[u8]>) -> Result<Self, StagedError> {
        let json = data(bytes)?;
        let members = Members::of(&json, "data").map_err(NotAChange::from)?;
        let known = ["threshold", "add_keys", "remove_keys", "add_paths", "remove_paths", "clear_paths"];
        if json.as_object().is_some_and(|members| members.contains_key("new_name")) {
            return Err(StagedError::Member("name"));
        }
        if let Some(name) = unknown_member(&json, &known) {
            return Err(NotAChange::from(members.error(name, "not a member of a delegation's change")).into());
        }
        if members.optional("threshold").is_some_and(|threshold| !matches!(threshold.as_u64(), Some(0 | 1))) {
            return Err(StagedError::Member("threshold"));
        }
        let clear_paths = match members.optional("clear_paths") {
            None | Some(Json::Bool(false)) => false,
            Some(Json::Bool(true)) => true,
            Some(_) => return Err(NotAChange::from(members.error("clear_paths", "neither true nor false")).into()),
        };
        let list = |name| members.strings(name).map_err(NotAChange::from);
        let add_keys = members.list("add_keys").map_err(NotAChange::from)?.iter().map(|key| Key::read(key, "data.add_keys"));
        Ok(Self {
            add_keys: add_keys.collect::<Result<_, _>>().map_err(NotAChange::from)?,
            // what cannot be a key's ID is no key of the role, and passed over as such
            remove_keys: list("remove_keys")?.iter().filter_map(|id| CanonicalKeyId::from_hex(id)).collect(),
            add_paths: list("add_paths")?,
            remove_paths: list("remove_paths")?,
            clear_paths,
        })
    }

    /// Each thing that an update does to a role. A role that is not delegated is refused even where it does nothing.
    fn updates(self, role: &RoleName) -> Vec<Change> {
        let role = || role.clone();
        let mut changes = vec![Change::RemoveKeys { role: role(), keys: self.remove_keys }];
        if !self.remove_paths.is_empty() {
            changes.push(Change::RemovePaths { role: role(), paths: self.remove_paths });
        }
        if self.clear_paths {
            changes.push(Change::ClearPaths { role: role() });
        }
        if !(self.add_keys.is_empty() && self.add_paths.is_empty()) {
            changes.push(Change::Delegate { role: role(), keys: self.add_keys, paths: self.add_paths });
        }
        changes
    }
}

fn data(bytes: Option<&[u8]>) -> Result<Json, NotAChange> {
    let bytes = bytes.ok_or_else(|| FormatError::new("change.data", "missing"))?;
    Ok(Json::parse(bytes)?)
}

fn unknown_member<'a>(json: &'a Json, known: &[&str]) -> Option<&'a str> {
    json.as_object()?.keys().map(String::as_str).find(|name| !known.contains(name))
}

/// An entry in the order of Go's `data.FileMeta`.
fn entry_data(entry: &Json) -> String {
    let member = |name| Some((name, entry.as_object()?.get(name).filter(|value| **value != Json::Null).map(text)?));
    go::object(["length", "hashes", "custom"].into_iter().filter_map(member))
}

/// A key in the order of Go's `data.TUFKey`.
fn key_data(key: &Key) -> String {
    let json = key.to_json();
    let member = |json: &Json, name: &str| json.as_object().and_then(|members| members.get(name)).cloned().unwrap_or(Json::Null);
    let public = text(&member(&member(&json, "keyval"), "public"));
    let pair = go::object([("public", public), ("private", null())]);
    go::object([("keytype", text(&member(&json, "keytype"))), ("keyval", pair)])
}

fn removed_keys(keys: &[CanonicalKeyId]) -> String {
    go::object([("remove_keys", go::list(keys.iter().map(|key| go::string(&key.to_string()))))])
}

fn strings(texts: &[String]) -> String {
    go::list(texts.iter().map(|text| go::string(text)))
}

fn text(json: &Json) -> String {
    String::from_utf8_lossy(&json.in_file()).into_owned()
}

fn null() -> String {
    "null".to_owned()
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    /// The files that notary staged, in order.
    fn vectors(folder: &str) -> Vec<Vec<u8>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/peers").join(folder);
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.iter().map(|file| fs::read(file).unwrap()).collect()
    }

    fn text(bytes: &[u8]) -> String {
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[test]
    fn what_notary_stages_is_read_and_written_byte_for_byte() {
        let files = [vectors("unpublished/changelist"), vectors("staged")].concat();
        assert_eq!(files.len(), 18);
        for file in files {
            let staged = StagedChange::parse(&file).unwrap();
            assert_eq!(text(&staged.to_bytes()), text(&file));
            // an update is read as all that it could do
            let changes = staged.changes().unwrap();
            let change = changes.last().unwrap();
            let data = |staged: &StagedChange| staged.data.as_deref().map(text);
            let again = StagedChange::of(change).unwrap();
            assert_eq!(data(&again), data(&staged));
            assert_eq!(text(&again.to_bytes()), text(&file));
        }
    }

    #[test]
    fn each_kind_is_the_change_that_it_was_meant_to_be() {
        let changes: Vec<Change> =
            vectors("staged").iter().flat_map(|file| StagedChange::parse(file).unwrap().changes().unwrap()).collect();
        let kinds: Vec<String> = changes.iter().map(|change| format!("{change:?}").split(' ').next().unwrap().to_owned()).collect();
        let expected =
            "AddTarget AddEntry AddTarget Delegate Delegate RemoveKeys RemovePaths RemoveKeys RemoveKeys ClearPaths PurgeKeys";
        assert_eq!(kinds.join(" "), expected);
        let Change::AddTarget { role, name, target } = &changes[0] else { panic!("{:?}", changes[0]) };
        assert_eq!((role.as_str(), name.as_str(), target.meta.length), ("targets/releases", r#"a&b "c" é"#, 7));
        assert_eq!(target.custom, Some(Json::parse(r#"{"a":"<x> é \" \\","b":[1,null]}"#.as_bytes()).unwrap()));
        let Change::Delegate { keys, .. } = &changes[3] else { panic!("{:?}", changes[3]) };
        assert_eq!(keys[0].canonical_id(), keys[1].canonical_id());
        assert_ne!(keys[0].id(), keys[1].id(), "one of the two stands in a certificate");
    }

    #[test]
    fn a_file_that_notary_would_not_have_written_is_no_change() {
        for file in [
            "",
            "{",
            "null",
            r#"{"action":"create"}"#,
            r#"{"action":"create","role":"targets","type":"target","path":"x"} trailing"#,
            r#"{"action":"create","role":"targets","type":"target","path":"x","path":"y","data":null}"#,
            r#"{"action":"create","role":"targets","type":"target","path":"x","data":"%%"}"#,
            r#"{"action":"create","role":"targets","type":"target","path":"x","data":{}}"#,
            r#"{"action":"create","role":7,"type":"target","path":"x","data":null}"#,
            r#"{"action":"create","role":"targets","type":"target","path":"x","data":null,"more":1}"#,
        ] {
            assert!(StagedChange::parse(file.as_bytes()).is_err(), "{file}");
        }
    }

    #[test]
    fn what_cannot_be_made_is_refused() {
        let error = |action: &str, role: &str, kind: &str, data: Option<&str>| {
            let [action, role, kind] = [action, role, kind].map(str::to_owned);
            let data = data.map(|data| data.as_bytes().to_vec());
            StagedChange { action, role, kind, path: "x".to_owned(), data }.changes().unwrap_err()
        };
        assert_eq!(error("update", "root", "witness", None), StagedError::Root("witness".to_owned()));
        assert_eq!(error("create", "root", "role", Some("{}")), StagedError::Root("role".to_owned()));
        assert_eq!(error("update", "snapshot", "witness", None), StagedError::Scope("snapshot".to_owned()));
        assert_eq!(error("update", "targets/../x", "witness", None), StagedError::Scope("targets/../x".to_owned()));
        assert_eq!(error("update", "foo/*", "delegation", Some("{}")), StagedError::Scope("foo/*".to_owned()));
        assert_eq!(error("update", "targets", "target", None), StagedError::Action("update".to_owned()));
        assert_eq!(error("move", "targets/x", "delegation", None), StagedError::DelegationAction("move".to_owned()));
        assert_eq!(error("create", "targets", "role", None), StagedError::Type);
        for data in [None, Some("1"), Some(r#"{"length":1.5,"hashes":{}}"#), Some(r#"{"length":1,"hashes":{},"x":1}"#)] {
            error("create", "targets", "target", data);
        }
        for data in [r#"{"threshold":2}"#, r#"{"new_name":"y"}"#, r#"{"clear_paths":1}"#, r#"{"add_keys":[1]}"#, r#"{"x":1}"#] {
            error("create", "targets/x", "delegation", Some(data));
        }
    }
}
