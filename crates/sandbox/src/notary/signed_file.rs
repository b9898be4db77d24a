//! A file taken apart: what is signed, the signatures, and whether they are enough.

use std::{collections::BTreeMap, num::NonZeroU64};

use hyper::body::Bytes;
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    go_json::{self, Fault, GoBytes, Members, nullable},
    metadata::{Common, GoKey, Keys, KeysOfRole},
};
use trust::{
    json::value::Json,
    model::{role::RoleName, role_keys::RoleSpec},
    verify::{
        envelope::Signature,
        threshold::{VerifyError, judge_upload},
    },
};

/// `data.Signed`
#[derive(Debug, Deserialize)]
pub(super) struct SignedFile {
    #[serde(flatten)]
    _only: Members,
    #[serde(default)]
    signed: Option<Value>,
    #[serde(default, deserialize_with = "nullable")]
    signatures: Vec<GoSignature>,
}

/// `data.Signature`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, expecting = "data.unmarshalledSignature")]
struct GoSignature {
    #[serde(flatten)]
    _only: Members,
    #[serde(deserialize_with = "nullable")]
    keyid: String,
    #[serde(deserialize_with = "nullable")]
    method: String,
    sig: GoBytes,
}

/// A file whose payload has been read.
#[derive(Clone, Debug)]
pub(super) struct Loaded<T> {
    /// What is signed.
    pub(super) payload: T,
    signatures: Vec<Signature>,
}

impl SignedFile {
    /// Reads a file.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Fault> {
        go_json::whole(bytes)
    }

    /// The version that a file claims, in its first value; none where Notary's server would find its JSON malformed (`data.SignedMeta`).
    pub(super) fn claimed_version(bytes: &[u8]) -> Option<i64> {
        #[derive(Deserialize)]
        struct Meta {
            #[serde(flatten)]
            _only: Members,
            #[serde(default, deserialize_with = "nullable")]
            signed: Common,
            #[serde(default, deserialize_with = "nullable", rename = "signatures")]
            _signatures: Vec<GoSignature>,
        }
        go_json::first::<Meta>(bytes).map(|meta| meta.signed.version)
    }

    /// The payload as a type.
    pub(super) fn payload<T: DeserializeOwned>(&self, role: &RoleName) -> Result<T, Fault> {
        let empty = || Fault::new(format!("{role} type metadata invalid: {role} file contained an empty payload"));
        go_json::typed(self.signed.clone().ok_or_else(empty)?)
    }

    /// The payload with the signatures over it.
    pub(super) fn loaded<T>(self, payload: T) -> Loaded<T> {
        Loaded { payload, signatures: self.signatures() }
    }

    /// That enough of a role's keys have signed (Notary `signed.VerifySignatures`). It is our one threshold loop that counts: public keys, not IDs.
    pub(super) fn verify(&self, role: &RoleName, spec: &KeysOfRole, keys: &Keys) -> Result<(), Fault> {
        if self.signatures.is_empty() {
            return Err(Fault::new("tuf: data has no signatures"));
        }
        let threshold = u64::try_from(spec.threshold).ok().and_then(NonZeroU64::new);
        let threshold = threshold.ok_or_else(|| Fault::new("valid signatures did not meet threshold"))?;
        let signed = match &self.signed {
            Some(signed) => go_json::signed_tree(signed)?,
            None => Json::Null,
        };
        let keys: BTreeMap<_, _> = keys.iter().filter_map(|(id, key)| Some((id.clone(), GoKey::key(key)?))).collect();
        let spec = RoleSpec { keyids: spec.keyids.clone().unwrap_or_default(), threshold };
        judge_upload(role, &signed, &self.signatures(), &spec, &keys).map_err(|error| {
            Fault::new(match error {
                VerifyError::NoSignatures(_) => "tuf: data has no signatures".to_owned(),
                VerifyError::KeyId { .. } => "key ID is not valid for key content".to_owned(),
                VerifyError::Threshold { role, .. } => format!("valid signatures did not meet threshold for {role}"),
                other => other.to_string(),
            })
        })
    }

    fn signatures(&self) -> Vec<Signature> {
        let read = |signature: &GoSignature| Signature {
            keyid: signature.keyid.clone(),
            method: signature.method.to_lowercase(),
            sig: signature.sig.as_slice().to_vec(),
        };
        self.signatures.iter().map(read).collect()
    }
}

impl<T: serde::Serialize> Loaded<T> {
    /// The file as Notary's server writes it from its types, to hash it: it may differ from the bytes that came, and no client then finds the file.
    pub(super) fn rewritten(&self) -> Result<Bytes, Fault> {
        let empty = trust::verify::envelope::write(&Json::Null, &self.signatures);
        let signatures = empty.strip_prefix(br#"{"signed":null"#).unwrap_or_default();
        let mut bytes = br#"{"signed":"#.to_vec();
        bytes.extend(go_json::in_file(&self.payload)?.into_bytes());
        bytes.extend_from_slice(signatures);
        Ok(bytes.into())
    }
}

impl Common {
    /// Notary `signed.VerifyExpiry`
    pub(super) fn check_expiry(&self, role: &RoleName, now: Timestamp) -> Result<(), Fault> {
        if !self.is_expired(now) {
            return Ok(());
        }
        let text = self.expires.time.map_or_else(
            || "Mon Jan 1 00:00:00 UTC 0001".to_owned(),
            |time| {
                let utc = time.to_rfc3339().parse::<Timestamp>().unwrap_or_default().to_zoned(TimeZone::UTC);
                utc.strftime("%a %b %-d %H:%M:%S UTC %Y").to_string()
            },
        );
        Err(Fault { text: format!("{role} expired at {text}"), facts: json!({"Role": role.as_str(), "Expired": text}) })
    }

    /// Whether it no longer counts.
    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        self.expires.time.is_none_or(|time| time.is_past(now))
    }

    /// Notary `signed.VerifyVersion`
    pub(super) fn check_version(&self, least: i64) -> Result<(), Fault> {
        let found = self.version;
        if found >= least {
            return Ok(());
        }
        let facts = json!({"Actual": found, "Current": least});
        Err(Fault { text: format!("version {found} is lower than current version {least}"), facts })
    }
}
