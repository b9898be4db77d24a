//! Public keys that verify signatures.

use super::{
    ecdsa::EcPublicKey,
    error::CryptoError,
    pem,
    rsa::RsaPublicKey,
    scheme::Scheme,
    spki::{self, PublicKey},
};

/// A kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// On P-256, P-384 or P-521.
    Ecdsa,
    /// RSA.
    Rsa,
    /// Ed25519.
    Ed25519,
}

impl KeyKind {
    /// The scheme by which a key of this kind signs metadata.
    #[must_use]
    pub fn scheme(self) -> Scheme {
        match self {
            Self::Ecdsa => Scheme::Ecdsa,
            Self::Rsa => Scheme::RsaPss,
            Self::Ed25519 => Scheme::EdDsa,
        }
    }

    /// The scheme by which it signs a certificate; none for Ed25519, since Notary has no such certificates.
    #[must_use]
    pub fn certificate_scheme(self) -> Option<Scheme> {
        match self {
            Self::Ecdsa => Some(Scheme::Ecdsa),
            Self::Rsa => Some(Scheme::RsaPkcs1v15),
            Self::Ed25519 => None,
        }
    }
}

/// The public key itself, whatever encoding or certificate it came in: signatures are counted by it.
///
/// For RSA it is the modulus alone: who can sign for one exponent knows the factors, and can for every other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyIdentity {
    kind: KeyKind,
    public: Vec<u8>,
}

/// A public key.
#[derive(Clone)]
pub struct VerifyingKey(Public);

#[derive(Clone)]
enum Public {
    Ec(EcPublicKey),
    Rsa(RsaPublicKey),
    RsaInPem(RsaPublicKey),
    Ed25519(ed25519_dalek::VerifyingKey),
}

impl VerifyingKey {
    /// Reads a `SubjectPublicKeyInfo`: the public bytes of TUF keys of the types `ecdsa` and `rsa`, and the key of a certificate. Only
    /// what Go's `x509.ParsePKIXPublicKey` reads is read: strict DER, a named curve, an uncompressed point. Ed25519 keys are refused: Notary
    /// has them as bare bytes alone.
    pub fn from_spki(der: &[u8]) -> Result<Self, CryptoError> {
        match spki::parse(der)? {
            PublicKey::Ec(key) => Ok(Self(Public::Ec(key))),
            PublicKey::Rsa(key) => Ok(Self(Public::Rsa(key))),
        }
    }

    /// Reads a `SubjectPublicKeyInfo` in PEM: the public bytes of an `rsa` key that signs by `Scheme::RsaPyCryptoPss`, and nothing else
    /// (Notary `RSAPyCryptoVerifier`).
    pub fn from_rsa_pem(text: &[u8]) -> Result<Self, CryptoError> {
        let block = pem::first_block(text).ok_or(CryptoError::BadPublicKey("not PEM"))?;
        match spki::parse(&block.content)? {
            PublicKey::Rsa(key) => Ok(Self(Public::RsaInPem(key))),
            PublicKey::Ec(_) => Err(CryptoError::BadPublicKey("not an RSA key")),
        }
    }

    /// Reads the 32 bytes of an Ed25519 key: the public bytes of a TUF key of the type `ed25519`.
    pub fn from_ed25519(bytes: &[u8]) -> Result<Self, CryptoError> {
        let bad = || CryptoError::BadPublicKey("not an Ed25519 key of 32 bytes");
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes.try_into().map_err(|_| bad())?).map_err(|_| bad())?;
        Ok(Self(Public::Ed25519(key)))
    }

    /// Checks that `signature` is this key's, by `scheme`, over exactly `message`.
    pub fn verify(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        match (&self.0, scheme) {
            (Public::Ec(key), Scheme::Ecdsa) => key.verify(message, signature),
            (Public::Rsa(key), Scheme::RsaPss) | (Public::RsaInPem(key), Scheme::RsaPyCryptoPss) => {
                key.verify_pss(message, signature)
            }
            (Public::Rsa(key), Scheme::RsaPkcs1v15) => key.verify_pkcs1v15(message, signature),
            (Public::Ed25519(key), Scheme::EdDsa) => {
                let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| CryptoError::BadSignature)?;
                key.verify_strict(message, &signature).map_err(|_| CryptoError::BadSignature)
            }
            _ => Err(CryptoError::WrongScheme),
        }
    }

    /// Which public key this is.
    #[must_use]
    pub fn identity(&self) -> KeyIdentity {
        let public = match &self.0 {
            Public::Ec(key) => key.point(),
            Public::Rsa(key) | Public::RsaInPem(key) => key.modulus().to_vec(),
            // a point has more than one encoding where y is not reduced
            Public::Ed25519(key) => key.to_edwards().compress().to_bytes().to_vec(),
        };
        KeyIdentity { kind: self.kind(), public }
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        match &self.0 {
            Public::Ec(_) => KeyKind::Ecdsa,
            Public::Rsa(_) | Public::RsaInPem(_) => KeyKind::Rsa,
            Public::Ed25519(_) => KeyKind::Ed25519,
        }
    }

    /// The public bytes of the bare TUF key: `SubjectPublicKeyInfo` in DER as Go's `x509.MarshalPKIXPublicKey` writes it, for Ed25519 the bare
    /// 32 bytes.
    #[must_use]
    pub fn public_bytes(&self) -> Vec<u8> {
        match &self.0 {
            // no key that exists is too large to encode
            Public::Ec(key) => spki::write_ec(key).unwrap_or_default(),
            Public::Rsa(key) | Public::RsaInPem(key) => spki::write_rsa(key).unwrap_or_default(),
            Public::Ed25519(key) => key.to_bytes().to_vec(),
        }
    }

    /// A signature of this key over a certificate, made by [`KeyKind::certificate_scheme`], in the form that X.509 has.
    pub(crate) fn signature_in_certificate(&self, signature: Vec<u8>) -> Result<Vec<u8>, CryptoError> {
        match &self.0 {
            Public::Ec(key) => key.signature_to_der(&signature),
            Public::Rsa(_) | Public::RsaInPem(_) | Public::Ed25519(_) => Ok(signature),
        }
    }

    /// The key as a `SubjectPublicKeyInfo` in DER, Ed25519 keys too (RFC 8410).
    pub fn to_spki(&self) -> Result<Vec<u8>, CryptoError> {
        match &self.0 {
            Public::Ec(key) => spki::write_ec(key),
            Public::Rsa(key) | Public::RsaInPem(key) => spki::write_rsa(key),
            Public::Ed25519(key) => spki::write_ed25519(key.as_bytes()),
        }
    }

    /// What a signature of it costs to check, in those of a key on P-256.
    #[must_use]
    pub fn cost(&self) -> u32 {
        match &self.0 {
            Public::Ec(key) => key.curve().cost(),
            // it grows with the square of the size, and is cheap at the least one
            Public::Rsa(key) | Public::RsaInPem(key) => u32::try_from((key.bits() / 2048).pow(2)).unwrap_or(u32::MAX).max(1),
            Public::Ed25519(_) => 1,
        }
    }

    /// What a person calls its algorithm: with the curve, or the size in bits.
    #[must_use]
    pub fn algorithm(&self) -> String {
        match &self.0 {
            Public::Ec(key) => format!("ECDSA {}", key.curve().name()),
            Public::Rsa(key) | Public::RsaInPem(key) => format!("RSA {}", key.bits()),
            Public::Ed25519(_) => "Ed25519".to_owned(),
        }
    }

    /// Refuses an RSA key whose size no verifier takes; every other key passes.
    pub fn check_size(&self) -> Result<(), CryptoError> {
        match &self.0 {
            Public::Rsa(key) | Public::RsaInPem(key) => key.check_size(),
            Public::Ec(_) | Public::Ed25519(_) => Ok(()),
        }
    }

    pub(crate) fn of_ec(key: EcPublicKey) -> Self {
        Self(Public::Ec(key))
    }

    pub(crate) fn of_rsa(key: RsaPublicKey) -> Self {
        Self(Public::Rsa(key))
    }

    pub(crate) fn of_ed25519(key: ed25519_dalek::VerifyingKey) -> Self {
        Self(Public::Ed25519(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{
        private_key::PrivateKey,
        signing_key::{SigningKey as _, sign},
    };

    macro_rules! keys {
        ($name:literal) => {
            include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/keys/openssl/", $name))
        };
    }

    fn private(text: &[u8]) -> PrivateKey {
        PrivateKey::from_pem_block(&pem::first_block(text).unwrap(), None).unwrap()
    }

    fn spki(text: &[u8]) -> Vec<u8> {
        pem::first_block(text).unwrap().content.to_vec()
    }

    const SCHEMES: [Scheme; 5] = [Scheme::Ecdsa, Scheme::EdDsa, Scheme::RsaPss, Scheme::RsaPkcs1v15, Scheme::RsaPyCryptoPss];

    #[test]
    fn a_signature_counts_under_its_own_scheme_alone() {
        for text in
            [keys!("p256-sec1.pem").as_slice(), keys!("p384-sec1.pem"), keys!("ed25519-pkcs8.pem"), keys!("rsa2048-pkcs1.pem")]
        {
            let key = private(text);
            let (public, own) = (key.verifying_key(), key.verifying_key().kind().scheme());
            let signature = sign(&key, own, b"message").unwrap();
            for scheme in SCHEMES {
                assert_eq!(public.verify(scheme, b"message", &signature).is_ok(), scheme == own, "{scheme:?}");
            }
            assert_eq!(public.verify(own, b"massage", &signature), Err(CryptoError::BadSignature));
            assert_eq!(public.verify(own, b"message", b""), Err(CryptoError::BadSignature));
        }
    }

    #[test]
    fn every_kind_is_written_as_openssl_has_it_and_named() {
        for (key, public, algorithm) in [
            (keys!("p256-sec1.pem").as_slice(), keys!("p256.pub").as_slice(), "ECDSA P-256"),
            (keys!("p521-sec1.pem"), keys!("p521.pub"), "ECDSA P-521"),
            (keys!("rsa2048-pkcs1.pem"), keys!("rsa2048.pub"), "RSA 2048"),
            (keys!("ed25519-pkcs8.pem"), keys!("ed25519.pub"), "Ed25519"),
        ] {
            let key = private(key).verifying_key();
            assert_eq!((key.to_spki().unwrap(), key.algorithm().as_str()), (spki(public), algorithm));
        }
    }

    #[test]
    fn the_other_rsa_schemes_are_verified() {
        let key = private(keys!("rsa2048-pkcs1.pem"));
        let (pss, pkcs1v15) = (sign(&key, Scheme::RsaPss, b"m").unwrap(), sign(&key, Scheme::RsaPkcs1v15, b"m").unwrap());
        key.verifying_key().verify(Scheme::RsaPkcs1v15, b"m", &pkcs1v15).unwrap();
        assert!(key.verifying_key().verify(Scheme::RsaPss, b"m", &pkcs1v15).is_err());
        let pem = VerifyingKey::from_rsa_pem(keys!("rsa2048.pub")).unwrap();
        pem.verify(Scheme::RsaPyCryptoPss, b"m", &pss).unwrap();
        assert_eq!(pem.verify(Scheme::RsaPss, b"m", &pss), Err(CryptoError::WrongScheme));
        assert_eq!(pem.identity(), key.verifying_key().identity());
    }

    #[test]
    fn public_bytes_are_what_openssl_and_go_write() {
        for (text, public) in [
            (keys!("p256-sec1.pem").as_slice(), keys!("p256.pub").as_slice()),
            (keys!("p384-sec1.pem"), keys!("p384.pub")),
            (keys!("p521-sec1.pem"), keys!("p521.pub")),
            (keys!("rsa2048-pkcs1.pem"), keys!("rsa2048.pub")),
        ] {
            assert_eq!(private(text).verifying_key().public_bytes(), spki(public));
            assert_eq!(private(text).verifying_key().identity(), VerifyingKey::from_spki(&spki(public)).unwrap().identity());
        }
    }

    #[test]
    fn only_one_encoding_of_a_public_key_is_read() {
        let p256 = spki(keys!("p256.pub"));
        let rsa = spki(keys!("rsa2048.pub"));
        assert!(VerifyingKey::from_spki(&spki(keys!("p256-compressed.pub"))).is_err());
        assert!(VerifyingKey::from_spki(&spki(keys!("ed25519.pub"))).is_err());
        assert!(VerifyingKey::from_ed25519(&spki(keys!("ed25519.pub"))).is_err());
        assert!(VerifyingKey::from_rsa_pem(keys!("p256.pub")).is_err());
        for der in [&p256, &rsa] {
            assert!(VerifyingKey::from_spki(&[der.as_slice(), &[0]].concat()).is_err());
            for at in 0..der.len() {
                assert!(VerifyingKey::from_spki(&der[..at]).is_err());
                let mut flipped = der.clone();
                flipped[at] ^= 1 << (at % 8);
                let _ = VerifyingKey::from_spki(&flipped);
            }
        }
        // the NULL of rsaEncryption is part of the encoding
        let without_null = rsa.windows(2).position(|pair| pair == [5, 0]).unwrap();
        let mut cut = [&rsa[..without_null], &rsa[without_null + 2..]].concat();
        cut[3] -= 2;
        cut[5] -= 2;
        assert!(VerifyingKey::from_spki(&cut).is_err());
    }

    #[test]
    fn rsa_keys_outside_the_sizes_verify_nothing() {
        let certificate =
            crate::crypto::x509::Certificate::first_in_pem(include_bytes!("../../../../testdata/certs/rsa1024.pem")).unwrap();
        let verdict = certificate.verifying_key().verify(Scheme::RsaPss, b"m", &[0; 128]);
        assert_eq!(verdict, Err(CryptoError::RsaSize { bits: 1024 }));
    }
}
