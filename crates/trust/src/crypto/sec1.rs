//! SEC 1 `ECPrivateKey`, RFC 5915.

use der::{
    Decode as _, Encode as _, Sequence,
    asn1::{AnyRef, BitStringRef, OctetStringRef},
};
use zeroize::Zeroizing;

use super::{curve::Curve, ecdsa::EcPrivateKey, error::CryptoError, key_format::KeyFormatError, private_key::PrivateKey, spki};

/// RFC 5915: `ECPrivateKey`.
#[derive(Sequence)]
struct EcKey<'a> {
    version: u8,
    scalar: &'a OctetStringRef,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    curve: Option<AnyRef<'a>>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    point: Option<BitStringRef<'a>>,
}

/// Reads a key. `outer` is the curve that a surrounding structure names. The public key in it is not used, as in Go: it follows from
/// the scalar.
pub(crate) fn parse(der: &[u8], outer: Option<Curve>) -> Result<PrivateKey, KeyFormatError> {
    let key = EcKey::from_der(der).map_err(|_| KeyFormatError::Malformed("an EC private key (SEC 1)"))?;
    let inner = key.curve.map(|named| spki::curve(Some(named))).transpose()?;
    let curve = match (outer, inner) {
        (Some(outer), Some(inner)) if outer != inner => return Err(KeyFormatError::Malformed("an EC private key on one curve")),
        (outer, inner) => outer.or(inner).ok_or(CryptoError::UnsupportedCurve("that is not named".to_owned()))?,
    };
    let scalar = without_leading_zeros(key.scalar.as_bytes(), curve.field_len());
    PrivateKey::from_ec_scalar(curve, scalar).ok_or(KeyFormatError::Malformed("an EC private key whose scalar is in range"))
}

/// Writes a key as Go does: with its curve and its public key.
pub(crate) fn write(key: &EcPrivateKey) -> der::Result<Zeroizing<Vec<u8>>> {
    let (scalar, public) = (key.scalar(), key.public());
    let (point, oid) = (public.point(), public.curve().oid());
    let key = EcKey {
        version: 1,
        scalar: OctetStringRef::new(&scalar)?,
        curve: Some(AnyRef::from(&oid)),
        point: Some(BitStringRef::from_bytes(&point)?),
    };
    key.to_der().map(Zeroizing::new)
}

/// Old writers padded the scalar; Go takes any number of zeros before it.
fn without_leading_zeros(mut scalar: &[u8], len: usize) -> &[u8] {
    while let Some((0, rest)) = scalar.split_first().filter(|_| scalar.len() > len) {
        scalar = rest;
    }
    scalar
}
