//! Private keys whose secret is in memory: those of key files.

use ed25519_dalek::Signer as _;
use zeroize::Zeroizing;

use super::{
    curve::Curve,
    ecdsa::EcPrivateKey,
    error::CryptoError,
    key_format::KeyFormatError,
    rsa::RsaPrivateKey,
    scheme::Scheme,
    signing_key::{SigningError, SigningKey, UnverifiedSignature},
    verifying_key::VerifyingKey,
};

/// A private key that is in memory. It is wiped when it is dropped; it has no `Debug` and no `Clone`.
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

impl SigningKey for PrivateKey {
    fn verifying_key(&self) -> VerifyingKey {
        match &self.0 {
            Private::Ec(key) => VerifyingKey::of_ec(key.public()),
            Private::Rsa(key) => VerifyingKey::of_rsa(key.public().clone()),
            Private::Ed25519(key) => VerifyingKey::of_ed25519(key.verifying_key()),
        }
    }

    fn sign(&self, scheme: Scheme, message: &[u8]) -> Result<UnverifiedSignature, SigningError> {
        let signature = match (&self.0, scheme) {
            (Private::Ec(key), Scheme::Ecdsa) => key.sign(message)?,
            (Private::Rsa(key), Scheme::RsaPss) => key.sign_pss(message)?,
            (Private::Rsa(key), Scheme::RsaPkcs1v15) => key.sign_pkcs1v15(message)?,
            (Private::Ed25519(key), Scheme::EdDsa) => key.sign(message).to_bytes().to_vec(),
            _ => return Err(CryptoError::WrongScheme.into()),
        };
        Ok(UnverifiedSignature::new(signature))
    }
}
