//! Files that hold a signer's public key (Notary `utils.ParsePEMPublicKey`; docker `trust key generate` writes them).

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{
    error::CryptoError,
    pem::{self, InvalidHeader, PemBlock},
    verifying_key::VerifyingKey,
    x509::{Certificate, CertificateError},
};

/// What such a file holds.
#[derive(Clone)]
pub enum PublicKeyFile {
    /// A certificate; the TUF key is of the type `ecdsa-x509` or `rsa-x509` over `Certificate::to_pem`.
    Certificate(Box<Certificate>),
    /// A bare `SubjectPublicKeyInfo` in DER, checked to be readable.
    Spki(Vec<u8>),
}

/// A file that holds no public key that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyFileError {
    /// It has no PEM block.
    #[error("it has no PEM block")]
    NotPem,
    /// Its first block is of another type.
    #[error("a PEM block of type {0:?} is neither a certificate nor a public key")]
    BlockType(String),
    /// The certificate cannot be read.
    #[error("its certificate cannot be read: {0}")]
    Unreadable(CertificateError),
    /// The certificate breaks one of Notary's rules.
    #[error("its certificate cannot be used: {0}")]
    Invalid(CertificateError),
    /// The key is of a kind that no signature can be checked with.
    #[error("its key is of a kind that is not known: {0}")]
    Unsupported(CryptoError),
    /// The key cannot be read.
    #[error("its key cannot be read: {0}")]
    BadKey(CryptoError),
}

/// Reads the first PEM block of a file. A certificate must keep Notary's rules at `now`.
pub fn parse(text: &[u8], now: Timestamp) -> Result<PublicKeyFile, PublicKeyFileError> {
    let block = pem::first_block(text).ok_or(PublicKeyFileError::NotPem)?;
    match block.label.as_str() {
        "CERTIFICATE" => {
            let certificate = Certificate::first_in_pem(text).map_err(PublicKeyFileError::Unreadable)?;
            certificate.check(Some(now)).map_err(PublicKeyFileError::Invalid)?;
            Ok(PublicKeyFile::Certificate(Box::new(certificate)))
        }
        "PUBLIC KEY" => bare(&block.content),
        _ => Err(PublicKeyFileError::BlockType(block.label)),
    }
}

/// Writes the public half of a key as Docker's `NAME.pub` has it: a `SubjectPublicKeyInfo`, with the name in a header.
pub fn write(key: &VerifyingKey, role: &str) -> Result<String, PublicKeyOutError> {
    let mut block = PemBlock::new("PUBLIC KEY", key.to_spki()?);
    if !role.is_empty() {
        block.headers.insert("role".to_owned(), role.to_owned());
    }
    Ok(pem::encode(&block)?.to_string())
}

/// A public key that cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyOutError {
    /// The key.
    #[error(transparent)]
    Key(#[from] CryptoError),
    /// The name.
    #[error(transparent)]
    Name(#[from] InvalidHeader),
}

fn bare(der: &Zeroizing<Vec<u8>>) -> Result<PublicKeyFile, PublicKeyFileError> {
    // a key too small to verify with would be staged, signed for, and then refused by every reader
    let key = VerifyingKey::from_spki(der).and_then(|key| key.check_size());
    match key {
        Ok(()) => Ok(PublicKeyFile::Spki(der.to_vec())),
        Err(e @ CryptoError::BadPublicKey(_)) => Err(PublicKeyFileError::BadKey(e)),
        Err(e) => Err(PublicKeyFileError::Unsupported(e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! data {
        ($name:literal) => {
            include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/", $name))
        };
    }

    fn read(text: &[u8]) -> Result<PublicKeyFile, String> {
        parse(text, "2030-01-01T00:00:00Z".parse().unwrap()).map_err(|e| e.to_string())
    }

    #[test]
    fn certificates_and_bare_keys_are_read() {
        for text in [data!("certs/ec-signer.pem").as_slice(), data!("certs/ec-ca-signer.pem"), data!("certs/rsa-signer.pem")] {
            assert!(matches!(read(text), Ok(PublicKeyFile::Certificate(certificate)) if certificate.to_pem().as_bytes() == text));
        }
        for text in [data!("keys/openssl/p256.pub").as_slice(), data!("keys/openssl/p521.pub"), data!("keys/openssl/rsa2048.pub")] {
            assert!(matches!(read(text), Ok(PublicKeyFile::Spki(_))));
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let key = VerifyingKey::from_spki(&pem::first_block(data!("keys/openssl/p256.pub")).unwrap().content).unwrap();
        let text = write(&key, "jeff").unwrap();
        assert!(text.starts_with("-----BEGIN PUBLIC KEY-----\nrole: jeff\n\n"), "{text}");
        assert!(matches!(read(text.as_bytes()), Ok(PublicKeyFile::Spki(_))));
        assert!(matches!(write(&key, "a\nb"), Err(PublicKeyOutError::Name(_))));
    }

    #[test]
    fn what_cannot_be_used_is_refused() {
        let error = |text: &[u8]| read(text).err().unwrap();
        assert_eq!(error(b"junk"), "it has no PEM block");
        assert_eq!(
            error(data!("keys/openssl/p256-sec1.pem")),
            "a PEM block of type \"EC PRIVATE KEY\" is neither a certificate nor a public key"
        );
        assert_eq!(error(data!("certs/rsa1024.pem")), "its certificate cannot be used: RSA bit length is too short");
        assert!(error(data!("certs/secp256k1.pem")).starts_with("its certificate cannot be read: "));
        assert!(error(data!("keys/openssl/ed25519.pub")).starts_with("its key is of a kind that is not known"));
        assert!(error(data!("keys/openssl/p256-compressed.pub")).starts_with("its key cannot be read: "));
    }
}
