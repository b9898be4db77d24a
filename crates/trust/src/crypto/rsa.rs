//! RSA by aws-lc: PSS signatures, and what Notary verifies. (The `rsa` crate leaks time, RUSTSEC-2023-0071.)

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair, PublicKeyComponents},
    signature::{
        KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256, RsaEncoding,
        RsaParameters,
    },
};
use der::{Decode as _, Encode as _, Sequence, asn1::UintRef};
use zeroize::Zeroizing;

use super::{error::CryptoError, key_format::KeyFormatError};

/// Sizes that are signed and verified with, in bits. Notary's floor is 2048 (`tuf/signed/verifiers.go`).
const BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// An RSA public key.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RsaPublicKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

/// PKCS #1: `RSAPublicKey`.
#[derive(Sequence)]
struct Pkcs1Public<'a> {
    modulus: UintRef<'a>,
    exponent: UintRef<'a>,
}

impl RsaPublicKey {
    /// Reads a PKCS #1 `RSAPublicKey`.
    pub(crate) fn from_pkcs1(der: &[u8]) -> Result<Self, CryptoError> {
        let bad = || CryptoError::BadPublicKey("not an RSA modulus and exponent");
        let key = Pkcs1Public::from_der(der).map_err(|_| bad())?;
        let (modulus, exponent) = (key.modulus.as_bytes().to_vec(), key.exponent.as_bytes().to_vec());
        if is_zero(&modulus) || is_zero(&exponent) { Err(bad()) } else { Ok(Self { modulus, exponent }) }
    }

    pub(crate) fn to_pkcs1(&self) -> Result<Vec<u8>, CryptoError> {
        let bad = |_| CryptoError::BadPublicKey("the modulus is too large to encode");
        let (modulus, exponent) = (UintRef::new(&self.modulus).map_err(bad)?, UintRef::new(&self.exponent).map_err(bad)?);
        Pkcs1Public { modulus, exponent }.to_der().map_err(bad)
    }

    /// The modulus, most significant byte first, without leading zeros.
    pub(crate) fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    pub(crate) fn bits(&self) -> usize {
        self.modulus.first().map_or(0, |first| self.modulus.len() * 8 - first.leading_zeros() as usize)
    }

    pub(crate) fn verify_pss(&self, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        self.verify(&RSA_PSS_2048_8192_SHA256, message, signature)
    }

    pub(crate) fn verify_pkcs1v15(&self, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        self.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
    }

    /// Refuses a key whose size is not one to sign or verify with.
    pub(crate) fn check_size(&self) -> Result<(), CryptoError> {
        if BITS.contains(&self.bits()) { Ok(()) } else { Err(CryptoError::RsaSize { bits: self.bits() }) }
    }

    fn verify(&self, parameters: &RsaParameters, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        self.check_size()?;
        PublicKeyComponents { n: &self.modulus, e: &self.exponent }
            .verify(parameters, message, signature)
            .map_err(|_| CryptoError::BadSignature)
    }
}

/// An RSA private key. aws-lc wipes its own copy.
pub(crate) struct RsaPrivateKey {
    pair: KeyPair,
    pkcs1: Zeroizing<Vec<u8>>,
    public: RsaPublicKey,
}

impl RsaPrivateKey {
    /// Reads a PKCS #1 `RSAPrivateKey` of two primes.
    pub(crate) fn from_pkcs1(der: &[u8]) -> Result<Self, KeyFormatError> {
        let bits = Pkcs1Private::from_der(der)
            .map_err(|_| KeyFormatError::Malformed("an RSA private key of two primes (PKCS #1)"))?
            .bits();
        if !BITS.contains(&bits) {
            return Err(CryptoError::RsaSize { bits }.into());
        }
        let pair = KeyPair::from_der(der).map_err(|e| CryptoError::UnsupportedKey(format!("RSA key ({e})")))?;
        let public = RsaPublicKey::from_pkcs1(pair.public_key().as_ref())?;
        Ok(Self { pair, pkcs1: Zeroizing::new(der.to_vec()), public })
    }

    pub(crate) fn pkcs1(&self) -> &[u8] {
        &self.pkcs1
    }

    pub(crate) fn public(&self) -> &RsaPublicKey {
        &self.public
    }

    pub(crate) fn sign_pss(&self, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.sign(&RSA_PSS_SHA256, message)
    }

    pub(crate) fn sign_pkcs1v15(&self, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.sign(&RSA_PKCS1_SHA256, message)
    }

    fn sign(&self, encoding: &'static dyn RsaEncoding, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(encoding, &SystemRandom::new(), message, &mut signature).map_err(|_| CryptoError::SigningFailed)?;
        Ok(signature)
    }
}

/// PKCS #1: `RSAPrivateKey`, version 0.
#[derive(Sequence)]
struct Pkcs1Private<'a> {
    version: u8,
    modulus: UintRef<'a>,
    public_exponent: UintRef<'a>,
    private_exponent: UintRef<'a>,
    prime1: UintRef<'a>,
    prime2: UintRef<'a>,
    exponent1: UintRef<'a>,
    exponent2: UintRef<'a>,
    coefficient: UintRef<'a>,
}

impl Pkcs1Private<'_> {
    fn bits(&self) -> usize {
        self.modulus.as_bytes().first().map_or(0, |first| self.modulus.as_bytes().len() * 8 - first.leading_zeros() as usize)
    }
}

fn is_zero(number: &[u8]) -> bool {
    number.iter().all(|byte| *byte == 0)
}
