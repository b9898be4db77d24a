//! `SubjectPublicKeyInfo`: public keys in DER, as Go's `x509.ParsePKIXPublicKey` reads and `MarshalPKIXPublicKey` writes them.

use der::{
    Decode as _, Encode as _, Sequence,
    asn1::{AnyRef, BitStringRef, ObjectIdentifier},
};

use super::{curve::Curve, ecdsa::EcPublicKey, error::CryptoError, rsa::RsaPublicKey};

/// `id-ecPublicKey`
pub(crate) const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// `rsaEncryption`
pub(crate) const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// `id-Ed25519`, RFC 8410
pub(crate) const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// RFC 5280: `AlgorithmIdentifier`.
#[derive(Clone, Copy, Sequence)]
pub(crate) struct Algorithm<'a> {
    pub(crate) oid: ObjectIdentifier,
    pub(crate) parameters: Option<AnyRef<'a>>,
}

/// RFC 5280: `SubjectPublicKeyInfo`.
#[derive(Sequence)]
struct Spki<'a> {
    algorithm: Algorithm<'a>,
    key: BitStringRef<'a>,
}

/// A key that stands in a `SubjectPublicKeyInfo`.
pub(crate) enum PublicKey {
    Ec(EcPublicKey),
    Rsa(RsaPublicKey),
}

pub(crate) fn parse(der: &[u8]) -> Result<PublicKey, CryptoError> {
    let spki = Spki::from_der(der).map_err(|_| CryptoError::BadPublicKey("not a SubjectPublicKeyInfo in DER"))?;
    let key = spki.key.as_bytes().ok_or(CryptoError::BadPublicKey("the key is not a whole number of bytes"))?;
    match spki.algorithm.oid {
        EC_PUBLIC_KEY => EcPublicKey::from_point(curve(spki.algorithm.parameters)?, key).map(PublicKey::Ec),
        RSA_ENCRYPTION => {
            if spki.algorithm.parameters != Some(AnyRef::NULL) {
                return Err(CryptoError::BadPublicKey("RSA key without NULL parameters"));
            }
            RsaPublicKey::from_pkcs1(key).map(PublicKey::Rsa)
        }
        ED25519 => Err(CryptoError::UnsupportedKey("Ed25519 in a SubjectPublicKeyInfo".to_owned())),
        other => Err(CryptoError::UnsupportedKey(other.to_string())),
    }
}

/// The curve that `id-ecPublicKey` parameters name.
pub(crate) fn curve(parameters: Option<AnyRef<'_>>) -> Result<Curve, CryptoError> {
    let oid = parameters.and_then(|parameters| parameters.decode_as::<ObjectIdentifier>().ok());
    Curve::from_oid(oid.ok_or(CryptoError::ExplicitCurve)?)
}

pub(crate) fn write_ec(key: &EcPublicKey) -> Result<Vec<u8>, CryptoError> {
    let oid = key.curve().oid();
    write(Algorithm { oid: EC_PUBLIC_KEY, parameters: Some(AnyRef::from(&oid)) }, &key.point())
}

pub(crate) fn write_rsa(key: &RsaPublicKey) -> Result<Vec<u8>, CryptoError> {
    write(Algorithm { oid: RSA_ENCRYPTION, parameters: Some(AnyRef::NULL) }, &key.to_pkcs1()?)
}

pub(crate) fn write_ed25519(key: &[u8; 32]) -> Result<Vec<u8>, CryptoError> {
    write(Algorithm { oid: ED25519, parameters: None }, key)
}

fn write(algorithm: Algorithm<'_>, key: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let bad = |_| CryptoError::BadPublicKey("the key is too large to encode");
    Spki { algorithm, key: BitStringRef::from_bytes(key).map_err(bad)? }.to_der().map_err(bad)
}
