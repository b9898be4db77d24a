//! Keys of test data: made of a name, so that each run has the same ones; and signatures by them, right and wrong.

use std::sync::{Arc, OnceLock};

use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256},
};
use base64ct::{Base64, Encoding};
use p256::ecdsa::signature::hazmat::PrehashSigner;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{certificate::Certificate, der, json::canonical};

/// A key pair, and how its public half is written in metadata.
#[derive(Clone)]
pub struct Key {
    /// `ecdsa`, `ecdsa-x509`, `rsa`, `rsa-x509` or `ed25519`, or whatever a test wants.
    pub keytype: String,
    /// The bytes of the public half: SPKI, a certificate in PEM, or 32 bytes.
    pub public: Vec<u8>,
    secret: Secret,
}

#[derive(Clone)]
enum Secret {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
    Rsa(Arc<RsaKeyPair>),
}

impl Key {
    /// A key on P-256.
    pub fn p256(name: &str) -> Self {
        let key = p256::ecdsa::SigningKey::from_slice(&Sha256::digest(name)).unwrap();
        let point = key.verifying_key().to_sec1_point(false);
        Self::new("ecdsa", der::ec_spki(der::P256, point.as_bytes()), Secret::P256(key))
    }

    /// A key on P-384.
    pub fn p384(name: &str) -> Self {
        let key = p384::ecdsa::SigningKey::from_slice(&stretch(name, 48)).unwrap();
        let point = key.verifying_key().to_sec1_point(false);
        Self::new("ecdsa", der::ec_spki(der::P384, point.as_bytes()), Secret::P384(key))
    }

    /// A key on P-521.
    pub fn p521(name: &str) -> Self {
        let key = p521::ecdsa::SigningKey::from_slice(&stretch(name, 66)).unwrap();
        let point = key.verifying_key().to_sec1_point(false);
        Self::new("ecdsa", der::ec_spki(der::P521, point.as_bytes()), Secret::P521(key))
    }

    /// An Ed25519 key.
    pub fn ed25519(name: &str) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(&Sha256::digest(name).into());
        Self::new("ed25519", key.verifying_key().to_bytes().to_vec(), Secret::Ed25519(key))
    }

    /// An RSA-2048 key; the same one for the whole process.
    pub fn rsa() -> Self {
        static KEY: OnceLock<Arc<RsaKeyPair>> = OnceLock::new();
        let key = KEY.get_or_init(|| Arc::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()));
        Self::new("rsa", key.public_key().as_der().unwrap().as_ref().to_vec(), Secret::Rsa(Arc::clone(key)))
    }

    /// The same key in a self-signed certificate for a repository, as the root key is.
    #[must_use]
    pub fn certified(&self, common_name: &str) -> Self {
        self.in_certificate(&Certificate::of(common_name))
    }

    /// The same key in this certificate.
    #[must_use]
    pub fn in_certificate(&self, certificate: &Certificate) -> Self {
        let keytype = format!("{}-x509", self.keytype);
        Self { keytype, public: certificate.pem(self).into_bytes(), secret: self.secret.clone() }
    }

    /// The same P-256 key with its point written in the short form, which Go does not read.
    #[must_use]
    pub fn compressed(&self) -> Self {
        let Secret::P256(key) = &self.secret else { panic!("not a P-256 key") };
        let point = key.verifying_key().to_sec1_point(true);
        Self { public: der::ec_spki(der::P256, point.as_bytes()), ..self.clone() }
    }

    /// The same key with other bytes for its public half.
    #[must_use]
    pub fn with_public(&self, public: Vec<u8>) -> Self {
        Self { public, ..self.clone() }
    }

    /// The key as it stands in metadata.
    pub fn json(&self) -> Value {
        json!({"keytype": self.keytype, "keyval": {"private": null, "public": Base64::encode_string(&self.public)}})
    }

    /// The ID under which it stands there.
    pub fn id(&self) -> String {
        base16ct::lower::encode_string(&Sha256::digest(canonical(&self.json())))
    }

    /// The method that names how it signs.
    pub fn method(&self) -> &'static str {
        match self.secret {
            Secret::P256(_) | Secret::P384(_) | Secret::P521(_) => "ecdsa",
            Secret::Ed25519(_) => "eddsa",
            Secret::Rsa(_) => "rsapss",
        }
    }

    /// A signature as it stands in metadata.
    pub fn signature(&self, message: &[u8]) -> Value {
        json!({"keyid": self.id(), "method": self.method(), "sig": Base64::encode_string(&self.sign(message))})
    }

    /// The bytes of a signature.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let hash = Sha256::digest(message);
        match &self.secret {
            Secret::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign_prehash(&hash).unwrap();
                signature.to_bytes().to_vec()
            }
            Secret::P384(key) => {
                let signature: p384::ecdsa::Signature = key.sign_prehash(&hash).unwrap();
                signature.to_bytes().to_vec()
            }
            Secret::P521(key) => {
                let signature: p521::ecdsa::Signature = key.sign_prehash(&hash).unwrap();
                signature.to_bytes().to_vec()
            }
            Secret::Ed25519(key) => ed25519_dalek::Signer::sign(key, message).to_bytes().to_vec(),
            Secret::Rsa(key) => rsa(key, &RSA_PSS_SHA256, message),
        }
    }

    /// The bytes of an RSA signature after PKCS #1 v1.5.
    pub fn sign_pkcs1(&self, message: &[u8]) -> Vec<u8> {
        let Secret::Rsa(key) = &self.secret else { panic!("not an RSA key") };
        rsa(key, &RSA_PKCS1_SHA256, message)
    }

    /// An algorithm and a signature for a certificate.
    pub(crate) fn sign_certificate(&self, tbs: impl Fn(&[u8]) -> Vec<u8>) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
        if matches!(self.secret, Secret::Rsa(_)) {
            let algorithm = der::tlv(der::SEQUENCE, &[&der::tlv(der::OID, &[der::SHA256_RSA]), &[0x05, 0x00]]);
            let tbs = tbs(&algorithm);
            let signature = self.sign_pkcs1(&tbs);
            return (algorithm, tbs, signature);
        }
        let algorithm = der::tlv(der::SEQUENCE, &[&der::tlv(der::OID, &[der::ECDSA_SHA256])]);
        let tbs = tbs(&algorithm);
        let raw = self.sign(&tbs);
        let (r, s) = raw.split_at(raw.len() / 2);
        let signature = der::tlv(der::SEQUENCE, &[&der::integer(r), &der::integer(s)]);
        (algorithm, tbs, signature)
    }

    fn new(keytype: &str, public: Vec<u8>, secret: Secret) -> Self {
        Self { keytype: keytype.to_owned(), public, secret }
    }
}

fn rsa(key: &RsaKeyPair, padding: &'static dyn aws_lc_rs::signature::RsaEncoding, message: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(padding, &SystemRandom::new(), message, &mut signature).unwrap();
    signature
}

/// A number of this many bytes that is below the order of a curve of that size.
fn stretch(name: &str, length: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> =
        [Sha256::digest(name), Sha256::digest([name, "2"].concat()), Sha256::digest([name, "3"].concat())].concat();
    bytes.truncate(length);
    bytes[0] = 0;
    bytes
}
