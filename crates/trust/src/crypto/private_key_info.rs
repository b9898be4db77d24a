//! PKCS #8 `PrivateKeyInfo`, unencrypted. The `pkcs8` crate refuses what Notary writes, so the structure is read and written here.

use der::{
    AnyRef, Decode as _, Encode as _, Reader as _, Sequence, SliceReader,
    asn1::{ObjectIdentifier, OctetStringRef},
};
use zeroize::Zeroizing;

use super::{
    key_format::KeyFormatError,
    private_key::{Private, PrivateKey},
    sec1,
    signing_key::SigningKey as _,
    spki::{self, Algorithm, EC_PUBLIC_KEY, ED25519, RSA_ENCRYPTION},
};

/// Notary's own identifier of Ed25519 (`tuf/utils/pkcs8.go`).
const NOTARY_ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.11591.15.1");

/// RFC 5208: `PrivateKeyInfo`, with neither attributes nor a public key.
#[derive(Sequence)]
struct PrivateKeyInfo<'a> {
    version: u8,
    algorithm: Algorithm<'a>,
    key: &'a OctetStringRef,
}

/// Reads a key: EC of either version (Notary writes version 1 without the public key that it stands for), RSA with or without NULL
/// parameters, Ed25519 as RFC 8410 and as Notary have it.
pub fn parse_plain(der: &[u8]) -> Result<PrivateKey, KeyFormatError> {
    let info = read(der).map_err(|_| KeyFormatError::Malformed("a private key (PKCS #8)"))?;
    let key = info.key.as_bytes();
    match info.algorithm.oid {
        EC_PUBLIC_KEY => sec1::parse(key, Some(spki::curve(info.algorithm.parameters)?)),
        RSA_ENCRYPTION => PrivateKey::from_pkcs1(key),
        ED25519 => {
            let seed = <&OctetStringRef>::from_der(key).ok().and_then(|seed| PrivateKey::from_ed25519_seed(seed.as_bytes()));
            seed.ok_or(KeyFormatError::Malformed("an Ed25519 private key of 32 bytes"))
        }
        NOTARY_ED25519 => parse_notary_ed25519(key),
        other => Err(super::error::CryptoError::UnsupportedKey(other.to_string()).into()),
    }
}

/// Reads the 96 bytes in which Notary keeps an Ed25519 key: the public key, the seed, and the public key again.
pub(crate) fn parse_notary_ed25519(bytes: &[u8]) -> Result<PrivateKey, KeyFormatError> {
    let bad = KeyFormatError::Malformed("an Ed25519 private key of 96 bytes whose halves agree");
    let Some((public, (seed, again))) =
        bytes.split_at_checked(32).and_then(|(public, private)| Some((public, private.split_at_checked(32)?)))
    else {
        return Err(bad);
    };
    match PrivateKey::from_ed25519_seed(seed) {
        Some(key) if key.verifying_key().public_bytes() == public && again == public => Ok(key),
        _ => Err(bad),
    }
}

/// Writes exactly what Notary's `tuf/utils/pkcs8.go` writes and then encrypts.
pub fn write_plain(key: &PrivateKey) -> Result<Zeroizing<Vec<u8>>, KeyFormatError> {
    write(key).map_err(|_| KeyFormatError::Malformed("a key that can be encoded"))
}

fn write(key: &PrivateKey) -> der::Result<Zeroizing<Vec<u8>>> {
    match &key.0 {
        Private::Ec(key) => {
            let curve = key.public().curve().oid();
            encode(1, Algorithm { oid: EC_PUBLIC_KEY, parameters: Some(AnyRef::from(&curve)) }, &sec1::write(key)?)
        }
        Private::Rsa(key) => encode(0, Algorithm { oid: RSA_ENCRYPTION, parameters: None }, key.pkcs1()),
        Private::Ed25519(key) => {
            let pair = Zeroizing::new(key.to_keypair_bytes());
            let bytes = Zeroizing::new([key.verifying_key().as_bytes().as_slice(), pair.as_slice()].concat());
            encode(0, Algorithm { oid: NOTARY_ED25519, parameters: None }, &bytes)
        }
    }
}

fn encode(version: u8, algorithm: Algorithm<'_>, key: &[u8]) -> der::Result<Zeroizing<Vec<u8>>> {
    PrivateKeyInfo { version, algorithm, key: OctetStringRef::new(key)? }.to_der().map(Zeroizing::new)
}

/// Reads the three members; attributes (RFC 5208) and a public key (RFC 5958) may follow and are passed over.
fn read(der: &[u8]) -> der::Result<PrivateKeyInfo<'_>> {
    let mut reader = SliceReader::new(der)?;
    let info = reader.sequence(|reader| {
        let info = PrivateKeyInfo { version: reader.decode()?, algorithm: reader.decode()?, key: reader.decode()? };
        while !reader.is_finished() {
            let member: AnyRef<'_> = reader.decode()?;
            if !der::Tagged::tag(&member).is_context_specific() {
                return Err(der::Error::from(der::ErrorKind::Failed));
            }
        }
        Ok::<_, der::Error>(info)
    })?;
    reader.finish()?;
    Ok(info)
}
