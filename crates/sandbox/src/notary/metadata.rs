//! The four kinds of metadata with just the members that Notary's Go types have (`tuf/data`), so that writing one gives the bytes that its server
//! hashes; and the rules of their structure in its words.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::go_json::{Fault, GoBytes, GoTime, Members, collection, nullable};
use trust::{
    json::value::Json,
    model::{key::Key, role::RoleName},
};

/// `data.Root`. The members stand in the order of their names, as in canonical JSON.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, expecting = "data.Root")]
pub(super) struct GoRoot {
    #[serde(flatten)]
    pub(super) common: Common,
    #[serde(deserialize_with = "nullable")]
    consistent_snapshot: bool,
    #[serde(deserialize_with = "keys")]
    pub(super) keys: Option<Keys>,
    #[serde(deserialize_with = "base_roles")]
    pub(super) roles: Option<BTreeMap<String, Option<KeysOfRole>>>,
}

/// `data.Targets`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, expecting = "data.Targets")]
pub(super) struct GoTargets {
    #[serde(flatten)]
    pub(super) common: Common,
    #[serde(deserialize_with = "nullable")]
    pub(super) delegations: Delegations,
    #[serde(deserialize_with = "files")]
    targets: Option<Files>,
}

/// `data.Snapshot` and `data.Timestamp`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, expecting = "data.Snapshot")]
pub(super) struct GoListing {
    #[serde(flatten)]
    pub(super) common: Common,
    #[serde(deserialize_with = "files")]
    pub(super) meta: Option<Files>,
}

/// `data.SignedCommon`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, expecting = "data.SignedCommon")]
pub(super) struct Common {
    #[serde(flatten)]
    only: Members,
    #[serde(rename = "_type", deserialize_with = "nullable")]
    pub(super) kind: String,
    pub(super) expires: GoTime,
    #[serde(deserialize_with = "nullable")]
    pub(super) version: i64,
}

/// `data.Files`
pub(super) type Files = BTreeMap<String, Option<GoFileMeta>>;

/// `data.FileMeta`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, expecting = "data.FileMeta")]
pub(super) struct GoFileMeta {
    #[serde(flatten)]
    only: Members,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom: Option<Value>,
    #[serde(deserialize_with = "hashes")]
    pub(super) hashes: Option<BTreeMap<String, GoBytes>>,
    #[serde(deserialize_with = "nullable")]
    pub(super) length: i64,
}

/// `data.Delegations`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, expecting = "data.Delegations")]
pub(super) struct Delegations {
    #[serde(flatten)]
    only: Members,
    #[serde(deserialize_with = "keys")]
    pub(super) keys: Option<Keys>,
    #[serde(deserialize_with = "delegated_roles")]
    pub(super) roles: Option<Vec<DelegatedRole>>,
}

/// `data.RootRole`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, expecting = "data.RootRole")]
pub(super) struct KeysOfRole {
    #[serde(flatten)]
    only: Members,
    pub(super) keyids: Option<Vec<String>>,
    #[serde(deserialize_with = "nullable")]
    pub(super) threshold: i64,
}

/// `data.Role`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, expecting = "data.Role")]
pub(super) struct DelegatedRole {
    #[serde(flatten)]
    pub(super) keys: KeysOfRole,
    #[serde(deserialize_with = "nullable")]
    pub(super) name: String,
    #[serde(skip_serializing_if = "no_paths")]
    paths: Option<Vec<String>>,
}

/// `data.Keys`
pub(super) type Keys = BTreeMap<String, GoKey>;

/// `data.TUFKey`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, expecting = "data.TUFKey")]
pub(super) struct GoKey {
    #[serde(flatten)]
    only: Members,
    #[serde(deserialize_with = "nullable")]
    keytype: String,
    #[serde(deserialize_with = "nullable")]
    keyval: KeyPair,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, expecting = "data.KeyPair")]
struct KeyPair {
    #[serde(flatten)]
    only: Members,
    private: GoBytes,
    public: GoBytes,
}

/// Go writes an absent list of keys as `null`, and one that was `null` as `{}`.
fn keys<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Keys>, D::Error> {
    collection(from, Value::is_object, "map[string]data.TUFKey").map(|keys| Some(keys.unwrap_or_default()))
}

fn files<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Files>, D::Error> {
    collection(from, Value::is_object, "data.Files")
}

fn hashes<'de, D: Deserializer<'de>>(from: D) -> Result<Option<BTreeMap<String, GoBytes>>, D::Error> {
    collection(from, Value::is_object, "data.Hashes")
}

fn base_roles<'de, D: Deserializer<'de>>(from: D) -> Result<Option<BTreeMap<String, Option<KeysOfRole>>>, D::Error> {
    collection(from, Value::is_object, "map[data.RoleName]*data.RootRole")
}

fn delegated_roles<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<DelegatedRole>>, D::Error> {
    collection(from, Value::is_array, "[]*data.Role")
}

#[expect(clippy::ref_option, reason = "serde's form")]
fn no_paths(paths: &Option<Vec<String>>) -> bool {
    paths.as_ref().is_none_or(Vec::is_empty)
}

impl GoKey {
    /// The public key; none where it has no bytes.
    pub(super) fn key(&self) -> Option<Key> {
        self.keyval.public.0.as_ref()?;
        let json = Json::parse(serde_json::to_string(self).ok()?.as_bytes()).ok()?;
        Key::read(&json, "key").ok()
    }

    /// The bytes of the public key: PEM text where it stands in a certificate.
    pub(super) fn public(&self) -> &[u8] {
        self.keyval.public.as_slice()
    }
}

impl GoRoot {
    /// Notary `data.isValidRootStructure`
    pub(super) fn check(&self) -> Result<(), Fault> {
        self.common.check("root", "Root", "version cannot be less than 1")?;
        for role in ["root", "targets", "snapshot", "timestamp"] {
            let keys = self.role(role).ok_or_else(|| invalid("root", &format!("missing {role} role specification")))?;
            keys.check("root", role, self.keys.as_ref())?;
        }
        Ok(())
    }

    /// A role's keys and threshold.
    pub(super) fn role(&self, role: &str) -> Option<&KeysOfRole> {
        self.roles.as_ref()?.get(role)?.as_ref()
    }
}

impl GoTargets {
    /// Notary `data.isValidTargetsStructure`
    pub(super) fn check(&self, role: &RoleName) -> Result<(), Fault> {
        self.common.check(role.as_str(), "Targets", "version cannot be less than one")?;
        for delegated in self.delegations.roles.iter().flatten() {
            let name = RoleName::parse(&delegated.name).ok();
            if name.and_then(|name| name.parent()).as_ref() != Some(role) {
                return Err(invalid(role.as_str(), &format!("delegation role {} invalid", delegated.name)));
            }
            delegated.keys.check(role.as_str(), &delegated.name, self.delegations.keys.as_ref())?;
        }
        Ok(())
    }
}

impl GoListing {
    /// Notary `data.IsValidSnapshotStructure`
    pub(super) fn check_snapshot(&self) -> Result<(), Fault> {
        self.common.check("snapshot", "Snapshot", "version cannot be less than one")?;
        for role in ["root", "targets"] {
            let hashes = self.hashes(role);
            if hashes.is_none_or(|hashes| !hashes.contains_key("sha256")) {
                return Err(invalid("snapshot", &format!("missing {role} sha256 checksum information")));
            }
            for (algorithm, length) in [("sha256", 32), ("sha512", 64)] {
                if hashes.and_then(|hashes| hashes.get(algorithm)).is_some_and(|hash| hash.as_slice().len() != length) {
                    return Err(invalid("snapshot", &format!("invalid {role} checksum information, {algorithm} checksum invalid")));
                }
            }
        }
        Ok(())
    }

    /// The hashes that are listed for a role.
    pub(super) fn hashes(&self, role: &str) -> Option<&BTreeMap<String, GoBytes>> {
        self.meta.as_ref()?.get(role)?.as_ref()?.hashes.as_ref()
    }

    /// The SHA-256 of a role's file in hex: its name in the store.
    pub(super) fn sha256(&self, role: &str) -> Option<String> {
        Some(base16ct::lower::encode_string(self.hashes(role)?.get("sha256")?.as_slice()))
    }
}

impl Common {
    fn check(&self, role: &str, kind: &str, low_version: &str) -> Result<(), Fault> {
        if self.kind != kind {
            return Err(invalid(role, &format!("expected type {kind}, not {}", self.kind)));
        }
        if self.version < 1 { Err(invalid(role, low_version)) } else { Ok(()) }
    }
}

impl KeysOfRole {
    /// These keys, of which so many must sign.
    pub(super) fn new(keyids: Vec<String>, threshold: i64) -> Self {
        Self { only: Members {}, keyids: Some(keyids), threshold }
    }

    /// Notary `data.isValidRootRoleStructure`
    fn check(&self, file: &str, role: &str, keys: Option<&Keys>) -> Result<(), Fault> {
        if self.threshold < 1 {
            return Err(invalid(file, &format!("invalid threshold specified for {role}: {} ", self.threshold)));
        }
        let missing = self.keyids.iter().flatten().find(|id| !keys.is_some_and(|keys| keys.contains_key(*id)));
        missing.map_or(Ok(()), |id| Err(invalid(file, &format!("key ID {id} specified in {role} without corresponding key"))))
    }
}

fn invalid(role: &str, problem: &str) -> Fault {
    Fault::new(format!("{role} type metadata invalid: {problem}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        super::go_json::{in_file, typed},
        *,
    };

    #[test]
    fn what_is_written_is_what_go_writes() {
        let targets = json!({
            "_type": "Targets", "extra": 1, "expires": "2030-01-01T00:00:00.10Z", "version": 3,
            "delegations": {"keys": null, "roles": [{"name": "targets/a", "keyids": null, "paths": [], "threshold": 1}]},
            "targets": {"<": {"length": 1, "hashes": {"sha256": "AA=="}, "custom": {"b": 1}, "x": 2}},
        });
        assert_eq!(
            in_file(&typed::<GoTargets>(targets).unwrap()).unwrap(),
            r#"{"_type":"Targets","delegations":{"keys":{},"roles":[{"keyids":null,"name":"targets/a","threshold":1}]},"expires":"2030-01-01T00:00:00.1Z","targets":{"\u003c":{"custom":{"b":1},"hashes":{"sha256":"AA=="},"length":1}},"version":3}"#
        );
        let empty = typed::<GoTargets>(json!({})).unwrap();
        assert_eq!(
            in_file(&empty).unwrap(),
            r#"{"_type":"","delegations":{"keys":null,"roles":null},"expires":"0001-01-01T00:00:00Z","targets":null,"version":0}"#
        );
        let newline = typed::<GoTargets>(json!({"targets": {"a\nb": null}})).unwrap();
        assert!(in_file(&newline).unwrap_err().text.ends_with(r"invalid character '\n' in string literal"));
    }
}
