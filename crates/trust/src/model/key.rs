//! Public keys as they stand in metadata.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding as _};

use super::{
    digest::Sha256,
    key_id::{CanonicalKeyId, TufKeyId},
};
use crate::{
    crypto::{
        error::CryptoError,
        public_key_file::PublicKeyFile,
        signing_key::SigningKey,
        verifying_key::{KeyKind, VerifyingKey},
        x509::{CertificateBundle, CertificateError},
    },
    json::{
        members::{FormatError, Members},
        value::Json,
    },
};

/// A key that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Its certificate is no certificate.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The key itself.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

/// A public key with its `keytype`. A type that is not known here is kept and written back, and verifies nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    keytype: String,
    public: Vec<u8>,
}

impl Key {
    /// The bare public half of a private key: `ecdsa`, `rsa` or `ed25519`.
    #[must_use]
    pub fn of(private: &dyn SigningKey) -> Self {
        let public = private.verifying_key();
        Self { keytype: bare_type(public.kind()).to_owned(), public: public.public_bytes() }
    }

    /// The ID of a private key: a bare one always has one.
    #[must_use]
    pub fn canonical_id_of(private: &dyn SigningKey) -> CanonicalKeyId {
        CanonicalKeyId::new(Sha256::of(&Self::of(private).to_json().canonical()))
    }

    /// A bare key from a `SubjectPublicKeyInfo` in DER.
    pub fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let kind = VerifyingKey::from_spki(der)?.kind();
        Ok(Self { keytype: bare_type(kind).to_owned(), public: der.to_vec() })
    }

    /// A key in a certificate: `ecdsa-x509` or `rsa-x509`, of the bundle's PEM text with the leaf first.
    pub fn from_certificates(pem: &[u8]) -> Result<Self, KeyError> {
        let kind = VerifyingKey::from_spki(CertificateBundle::from_pem(pem)?.leaf().spki_der())?.kind();
        Ok(Self { keytype: format!("{}-x509", bare_type(kind)), public: pem.to_vec() })
    }

    /// The key that was found in a person's file.
    pub fn from_file(found: &PublicKeyFile) -> Result<Self, KeyError> {
        match found {
            PublicKeyFile::Certificate(certificate) => Self::from_certificates(certificate.to_pem().as_bytes()),
            PublicKeyFile::Spki(spki) => Self::from_spki(spki),
        }
    }

    /// The ID under which metadata names the key: the SHA-256 of the canonical form of `{"keytype":…,"keyval":{"private":null,"public":…}}`.
    #[must_use]
    pub fn id(&self) -> TufKeyId {
        TufKeyId::new(Sha256::of(&self.to_json().canonical()))
    }

    /// The ID of the bare key: for a key in a certificate, of the leaf's (Notary `utils.CanonicalKeyID`); else the same as [`Key::id`].
    pub fn canonical_id(&self) -> Result<CanonicalKeyId, KeyError> {
        Ok(CanonicalKeyId::new(Sha256::of(&self.bare()?.to_json().canonical())))
    }

    /// The same key without a certificate around it.
    pub fn bare(&self) -> Result<Self, KeyError> {
        match self.certificates() {
            None => Ok(self.clone()),
            Some(bundle) => Self::from_spki(bundle?.leaf().spki_der()),
        }
    }

    /// What checks signatures of this key.
    pub fn verifying_key(&self) -> Result<VerifyingKey, KeyError> {
        match (self.keytype.as_str(), self.certificates()) {
            ("ed25519", _) => Ok(VerifyingKey::from_ed25519(&self.public)?),
            ("rsa", _) if self.public.starts_with(b"-----BEGIN") => Ok(VerifyingKey::from_rsa_pem(&self.public)?),
            ("ecdsa" | "rsa", _) => of_kind(VerifyingKey::from_spki(&self.public)?, &self.keytype),
            (_, Some(bundle)) => of_kind(VerifyingKey::from_spki(bundle?.leaf().spki_der())?, &self.keytype),
            _ => Err(CryptoError::UnsupportedKey(format!("key type {:?}", self.keytype)).into()),
        }
    }

    /// The certificates, where the key stands in one.
    #[must_use]
    pub fn certificates(&self) -> Option<Result<CertificateBundle, CertificateError>> {
        self.keytype.ends_with("-x509").then(|| CertificateBundle::from_pem(&self.public))
    }

    /// Reads a key. Whatever stands under `private` is passed over: it has no place here.
    pub fn read(json: &Json, place: &str) -> Result<Self, FormatError> {
        let members = Members::of(json, place)?;
        Ok(Self { keytype: members.string("keytype")?.to_owned(), public: members.object("keyval")?.base64("public")? })
    }

    /// The key as it stands in metadata.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let public = Json::string(Base64::encode_string(&self.public));
        Json::object([
            ("keytype", Json::string(&self.keytype)),
            ("keyval", Json::object([("private", Json::Null), ("public", public)])),
        ])
    }
}

/// The keys of a file by their IDs.
pub(crate) fn read_keys(members: &Members<'_>) -> Result<BTreeMap<String, Key>, FormatError> {
    let place = members.place_of("keys");
    members.entries("keys")?.map(|(id, key)| Ok((id.clone(), Key::read(key, &format!("{place}.{id}"))?))).collect()
}

pub(crate) fn keys_to_json(keys: &BTreeMap<String, Key>) -> Json {
    Json::Object(keys.iter().map(|(id, key)| (id.clone(), key.to_json())).collect())
}

fn bare_type(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Ecdsa => "ecdsa",
        KeyKind::Ed25519 => "ed25519",
        KeyKind::Rsa => "rsa",
    }
}

fn of_kind(key: VerifyingKey, keytype: &str) -> Result<VerifyingKey, KeyError> {
    if keytype.trim_end_matches("-x509") == bare_type(key.kind()) {
        Ok(key)
    } else {
        Err(CryptoError::UnsupportedKey(format!("key type {keytype:?} over a key of another kind")).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_the_one_that_notary_computes() {
        let key = Key { keytype: "ecdsa".to_owned(), public: b"abc".to_vec() };
        assert_eq!(key.to_json().canonical(), br#"{"keytype":"ecdsa","keyval":{"private":null,"public":"YWJj"}}"#);
        assert_eq!(key.id().to_string(), "8d7f5b0a740a871ac6c51d3df254ae832095459aa06342ff75d64e88e172d86f");
    }

    #[test]
    fn a_private_half_is_never_taken_in() {
        let json = Json::parse(br#"{"keytype":"ecdsa","keyval":{"private":"c2VjcmV0","public":"YWJj"}}"#).unwrap();
        let key = Key::read(&json, "key").unwrap();
        assert!(!String::from_utf8(key.to_json().canonical()).unwrap().contains("c2VjcmV0"));
        assert!(key.verifying_key().is_err());
    }
}
