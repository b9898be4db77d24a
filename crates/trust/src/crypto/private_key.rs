//! Private keys that sign.

use ed25519_dalek::Signer as _;
use zeroize::Zeroizing;

use super::{
    curve::Curve,
    ecdsa::EcPrivateKey,
    error::CryptoError,
    key_format::KeyFormatError,
    rsa::RsaPrivateKey,
    scheme::Scheme,
    spki,
    verifying_key::{KeyKind, VerifyingKey},
};

/// A private key. Its memory is wiped when it is dropped; it has no `Debug` and no `Clone`.
pub struct PrivateKey(pub(crate) Private);

pub(crate) enum Private {
    Ec(EcPrivateKey),
    Rsa(RsaPrivateKey),
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

impl PrivateKey {
    /// Makes a key on P-256, the kind that the peers make, from the operating system's random bytes.
    pub fn generate_p256() -> Result<Self, CryptoError> {
        EcPrivateKey::generate_p256().map(|key| Self(Private::Ec(key)))
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        match &self.0 {
            Private::Ec(_) => KeyKind::Ecdsa,
            Private::Rsa(_) => KeyKind::Rsa,
            Private::Ed25519(_) => KeyKind::Ed25519,
        }
    }

    /// The scheme that it signs by.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        match self.kind() {
            KeyKind::Ecdsa => Scheme::Ecdsa,
            KeyKind::Rsa => Scheme::RsaPss,
            KeyKind::Ed25519 => Scheme::EdDsa,
        }
    }

    /// The public bytes of the TUF key: `SubjectPublicKeyInfo` in DER as Go's `x509.MarshalPKIXPublicKey` writes it, for Ed25519 the bare
    /// 32 bytes.
    #[must_use]
    pub fn public_bytes(&self) -> Vec<u8> {
        match &self.0 {
            // no key that exists is too large to encode
            Private::Ec(key) => spki::write_ec(&key.public()).unwrap_or_default(),
            Private::Rsa(key) => spki::write_rsa(key.public()).unwrap_or_default(),
            Private::Ed25519(key) => key.verifying_key().to_bytes().to_vec(),
        }
    }

    /// The key that verifies what this one signs.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        match &self.0 {
            Private::Ec(key) => VerifyingKey::of_ec(key.public()),
            Private::Rsa(key) => VerifyingKey::of_rsa(key.public().clone()),
            Private::Ed25519(key) => VerifyingKey::of_ed25519(key.verifying_key()),
        }
    }

    /// Signs by the key's scheme.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        match &self.0 {
            Private::Ec(key) => key.sign(message),
            Private::Rsa(key) => key.sign_pss(message),
            Private::Ed25519(key) => Ok(key.sign(message).to_bytes().to_vec()),
        }
    }

    /// A key on a curve from its scalar.
    pub(crate) fn from_ec_scalar(curve: Curve, scalar: &[u8]) -> Option<Self> {
        EcPrivateKey::from_scalar(curve, scalar).map(|key| Self(Private::Ec(key)))
    }

    /// An RSA key from PKCS #1.
    pub(crate) fn from_pkcs1(der: &[u8]) -> Result<Self, KeyFormatError> {
        RsaPrivateKey::from_pkcs1(der).map(|key| Self(Private::Rsa(key)))
    }

    /// An Ed25519 key from its seed (RFC 8032).
    pub(crate) fn from_ed25519_seed(seed: &[u8]) -> Option<Self> {
        let seed: Zeroizing<[u8; 32]> = Zeroizing::new(seed.try_into().ok()?);
        Some(Self(Private::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&seed)))))
    }
}
