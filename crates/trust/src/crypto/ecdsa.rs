//! ECDSA on the three curves. Notary hashes with SHA-256 on all of them and writes r‖s at the field's width.

use ::p256::ecdsa::signature::hazmat::{PrehashSigner as _, PrehashVerifier as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{curve::Curve, error::CryptoError};

/// A public key on a curve.
#[derive(Clone)]
pub(crate) enum EcPublicKey {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    P521(p521::ecdsa::VerifyingKey),
}

/// A private key on a curve; the library wipes it when it is dropped.
pub(crate) enum EcPrivateKey {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
}

macro_rules! on_curve {
    ($of:ident, $key:expr, $inner:ident, $curve:ident => $body:expr) => {
        match $key {
            $of::P256($inner) => {
                use p256 as $curve;
                $body
            }
            $of::P384($inner) => {
                use p384 as $curve;
                $body
            }
            $of::P521($inner) => {
                use p521 as $curve;
                $body
            }
        }
    };
}

impl EcPublicKey {
    /// Reads an uncompressed point, the only form that Go's `elliptic.Unmarshal` takes.
    pub(crate) fn from_point(curve: Curve, point: &[u8]) -> Result<Self, CryptoError> {
        if point.first() != Some(&4) {
            return Err(CryptoError::BadPublicKey("the point is not in uncompressed form"));
        }
        match curve {
            Curve::P256 => p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map(Self::P256),
            Curve::P384 => p384::ecdsa::VerifyingKey::from_sec1_bytes(point).map(Self::P384),
            Curve::P521 => p521::ecdsa::VerifyingKey::from_sec1_bytes(point).map(Self::P521),
        }
        .map_err(|_| CryptoError::BadPublicKey("the point is not on the curve"))
    }

    pub(crate) fn curve(&self) -> Curve {
        match self {
            Self::P256(_) => Curve::P256,
            Self::P384(_) => Curve::P384,
            Self::P521(_) => Curve::P521,
        }
    }

    /// The uncompressed point.
    pub(crate) fn point(&self) -> Vec<u8> {
        on_curve!(Self, self, key, curve => {
            let point: curve::Sec1Point = key.to_sec1_point(false);
            point.as_bytes().to_vec()
        })
    }

    /// Checks r‖s over the message; a high s is taken, as the peers' verifiers do.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        let digest = Sha256::digest(message);
        on_curve!(Self, self, key, curve => {
            curve::ecdsa::Signature::from_slice(signature).and_then(|signature| key.verify_prehash(&digest, &signature))
        })
        .map_err(|_| CryptoError::BadSignature)
    }

    /// r‖s as X.509 has it: a sequence of two integers in DER.
    pub(crate) fn signature_to_der(&self, signature: &[u8]) -> Result<Vec<u8>, CryptoError> {
        on_curve!(Self, self, _key, curve => {
            curve::ecdsa::Signature::from_slice(signature).map(|signature| signature.to_der().as_bytes().to_vec())
        })
        .map_err(|_| CryptoError::BadSignature)
    }
}

impl EcPrivateKey {
    /// Takes a scalar of 1..n, at the field's width or shorter.
    pub(crate) fn from_scalar(curve: Curve, scalar: &[u8]) -> Option<Self> {
        let mut padded = Zeroizing::new(vec![0; curve.field_len()]);
        let start = padded.len().checked_sub(scalar.len())?;
        padded.get_mut(start..)?.copy_from_slice(scalar);
        match curve {
            Curve::P256 => p256::ecdsa::SigningKey::from_slice(&padded).map(Self::P256),
            Curve::P384 => p384::ecdsa::SigningKey::from_slice(&padded).map(Self::P384),
            Curve::P521 => p521::ecdsa::SigningKey::from_slice(&padded).map(Self::P521),
        }
        .ok()
    }

    /// Makes a key from the operating system's random bytes.
    pub(crate) fn generate_p256() -> Result<Self, CryptoError> {
        let mut scalar = Zeroizing::new([0; 32]);
        loop {
            getrandom::fill(&mut *scalar).map_err(|e| CryptoError::NoRandomness(e.to_string()))?;
            // fails once in 2^32: a scalar of 0, or at or above the order
            if let Some(key) = Self::from_scalar(Curve::P256, &*scalar) {
                return Ok(key);
            }
        }
    }

    /// The scalar at the field's width.
    pub(crate) fn scalar(&self) -> Zeroizing<Vec<u8>> {
        on_curve!(Self, self, key, curve => {
            let scalar: Zeroizing<curve::FieldBytes> = Zeroizing::new(key.to_bytes());
            Zeroizing::new(scalar.to_vec())
        })
    }

    pub(crate) fn public(&self) -> EcPublicKey {
        match self {
            Self::P256(key) => EcPublicKey::P256(*key.verifying_key()),
            Self::P384(key) => EcPublicKey::P384(*key.verifying_key()),
            Self::P521(key) => EcPublicKey::P521(*key.verifying_key()),
        }
    }

    /// r‖s over the message; deterministic (RFC 6979).
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let digest = Sha256::digest(message);
        on_curve!(Self, self, key, curve => {
            key.sign_prehash(&digest).map(|signature: curve::ecdsa::Signature| signature.to_vec())
        })
        .map_err(|_| CryptoError::SigningFailed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_as_wide_as_the_field_and_verify() {
        for (curve, len) in [(Curve::P256, 64), (Curve::P384, 96), (Curve::P521, 132)] {
            let key = EcPrivateKey::from_scalar(curve, &[0x17; 32]).unwrap();
            let signature = key.sign(b"message").unwrap();
            assert_eq!(signature.len(), len);
            key.public().verify(b"message", &signature).unwrap();
            assert_eq!(key.public().verify(b"massage", &signature), Err(CryptoError::BadSignature));
        }
    }

    #[test]
    fn a_high_s_is_taken_and_other_forms_are_not() {
        let key = EcPrivateKey::from_scalar(Curve::P256, &[0x17; 32]).unwrap();
        let public = key.public();
        let low = p256::ecdsa::Signature::from_slice(&key.sign(b"m").unwrap()).unwrap();
        let high = p256::ecdsa::Signature::from_scalars(low.r(), -low.s()).unwrap();
        assert_ne!(low, high);
        public.verify(b"m", &low.to_vec()).unwrap();
        public.verify(b"m", &high.to_vec()).unwrap();
        let longer = [low.to_vec(), vec![0]].concat();
        let der = public.signature_to_der(&low.to_vec()).unwrap();
        for bad in [&[0; 64][..], &der, &low.to_vec()[..63], &longer, &[]] {
            assert_eq!(public.verify(b"m", bad), Err(CryptoError::BadSignature));
        }
    }

    #[test]
    fn only_uncompressed_points_on_the_curve_are_public_keys() {
        let key = EcPrivateKey::generate_p256().unwrap().public();
        let point = key.point();
        assert_eq!(EcPublicKey::from_point(Curve::P256, &point).unwrap().point(), point);
        let mut compressed = point[..33].to_vec();
        compressed[0] = 2;
        assert!(EcPublicKey::from_point(Curve::P256, &compressed).is_err());
        let mut off = point.clone();
        off[64] ^= 1;
        assert!(EcPublicKey::from_point(Curve::P256, &off).is_err());
        for bad in [&point[..64], &[0], &[], &[4]] {
            assert!(EcPublicKey::from_point(Curve::P256, bad).is_err());
        }
        assert!(EcPublicKey::from_point(Curve::P384, &point).is_err());
    }
}
