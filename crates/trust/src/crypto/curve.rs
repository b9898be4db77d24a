//! The elliptic curves.

use der::asn1::ObjectIdentifier;

use super::error::CryptoError;

/// A curve that keys may be on. Notary lists P-224 too; no kept library has it, and no program makes such keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Curve {
    /// NIST P-256, of every key that is made here.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
}

impl Curve {
    /// The curve that an algorithm's parameters name; RFC 5480, section 2.1.1.1.
    pub fn from_oid(oid: ObjectIdentifier) -> Result<Self, CryptoError> {
        const UNSUPPORTED: [(&str, &str); 7] = [
            ("1.3.132.0.33", "P-224"),
            ("1.2.840.10045.3.1.1", "P-192"),
            ("1.3.132.0.10", "secp256k1"),
            ("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1"),
            ("1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1"),
            ("1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1"),
            ("1.2.156.10197.1.301", "SM2"),
        ];
        if let Some(curve) = [Self::P256, Self::P384, Self::P521].into_iter().find(|curve| curve.oid() == oid) {
            return Ok(curve);
        }
        let text = oid.to_string();
        let name = UNSUPPORTED.iter().find(|(known, _)| *known == text).map_or(text.clone(), |(_, name)| (*name).to_owned());
        Err(CryptoError::UnsupportedCurve(name))
    }

    /// The curve's object identifier.
    #[must_use]
    pub fn oid(self) -> ObjectIdentifier {
        match self {
            Self::P256 => ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"),
            Self::P384 => ObjectIdentifier::new_unwrap("1.3.132.0.34"),
            Self::P521 => ObjectIdentifier::new_unwrap("1.3.132.0.35"),
        }
    }

    /// Its name at NIST.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    /// What it costs to check a signature, in those on P-256.
    #[must_use]
    pub fn cost(self) -> u32 {
        match self {
            Self::P256 => 1,
            Self::P384 => 3,
            Self::P521 => 6,
        }
    }

    /// How many bytes hold a coordinate, a private scalar, and each half of a signature.
    #[must_use]
    pub fn field_len(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}
