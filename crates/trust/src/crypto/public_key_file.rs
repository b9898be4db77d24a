//! Files that hold a signer's public key (Notary `utils.ParsePEMPublicKey`; docker `trust key generate` writes them).

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{
    error::CryptoError,
    file_kind::{FileKind, without_mark},
    leaf::{self, LeafError, Named},
    pem::{self, InvalidHeader, PemBlock},
    verifying_key::VerifyingKey,
    x509::{Certificate, CertificateError},
};

/// The PEM types that are read.
const CERTIFICATE: &str = "CERTIFICATE";
const PUBLIC_KEY: &str = "PUBLIC KEY";

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
    /// It has no PEM block; what it is instead.
    #[error("it has no PEM block")]
    NotPem(FileKind),
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
    /// Nobody can tell whose key is meant.
    #[error(transparent)]
    InDoubt(#[from] LeafError),
}

/// What is done with a file that leaves open whose key is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InDoubt {
    /// It is refused.
    Refuse,
    /// What stands first is taken, as the peers do, whatever it is.
    TakeFirst,
}

/// A key in a file, and what else is there.
#[derive(Clone)]
pub struct PublicKeyIn {
    /// What was taken.
    pub taken: PublicKeyFile,
    /// The rest, in the file's order.
    pub passed_over: Vec<PassedOver>,
    /// Why nobody can tell whether that one is meant; none but with [`InDoubt::TakeFirst`].
    pub doubt: Option<LeafError>,
}

/// What stands in a file beside the key that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PassedOver {
    /// Another certificate, by its common name.
    Certificate(String),
    /// Another public key.
    PublicKey,
    /// A PEM block of a type that holds no public key.
    Block(String),
}

/// Reads the key that a file is there for. Of several certificates it is that of the one under which no other was issued. A certificate must keep
/// Notary's rules at `now`.
pub fn parse(text: &[u8], now: Timestamp, in_doubt: InDoubt) -> Result<PublicKeyIn, PublicKeyFileError> {
    let blocks = pem::blocks(without_mark(text));
    let first = blocks.first().ok_or_else(|| PublicKeyFileError::NotPem(FileKind::of(text)))?;
    let Some(first_public) = blocks.iter().find(|block| is_certificate(block) || block.label == PUBLIC_KEY) else {
        // a certificate with headers is none for Go
        return Err(match first.label.as_str() {
            CERTIFICATE => PublicKeyFileError::Unreadable(CertificateError::NoCertificate),
            label => PublicKeyFileError::BlockType(label.to_owned()),
        });
    };
    let (block, doubt) = match meant(&blocks, now) {
        Ok(block) => (block, None),
        Err(PublicKeyFileError::InDoubt(doubt)) if in_doubt == InDoubt::TakeFirst => (first_public, Some(doubt)),
        Err(_) if in_doubt == InDoubt::TakeFirst => (first_public, None),
        Err(error) => return Err(error),
    };
    let (taken, spki) = read(block, now)?;
    let others = blocks.iter().filter(|other| !std::ptr::eq(*other, block));
    Ok(PublicKeyIn { taken, passed_over: others.filter_map(|other| passed_over(other, &spki)).collect(), doubt })
}

/// The block of the key that a file is there for.
fn meant(blocks: &[PemBlock], now: Timestamp) -> Result<&PemBlock, PublicKeyFileError> {
    let of_certificates = |block: &&PemBlock| is_certificate(block);
    let named = blocks.iter().filter(of_certificates).map(|block| Named::of(&block.content));
    let named = named.collect::<Result<Vec<_>, _>>().map_err(PublicKeyFileError::Unreadable)?;
    let leaves = if named.is_empty() { Vec::new() } else { leaf::leaves(&named)? };
    let certified = leaves.first().map(|leaf| leaf.spki.as_slice());
    let mut bare = blocks.iter().filter(|block| block.label == PUBLIC_KEY);
    let wanted = certified.or_else(|| bare.clone().next().map(|block| block.content.as_slice())).unwrap_or_default();
    if bare.any(|block| *block.content != *wanted) {
        let signer = leaves.iter().take(1).map(|leaf| leaf.shown());
        return Err(LeafError::Several(signer.chain(["a public key without a certificate".to_owned()]).collect()).into());
    }
    // of a renewed certificate the one that is valid
    let is_valid = |der: &[u8]| Certificate::from_der(der).is_ok_and(|it| it.check(Some(now)).is_ok());
    let leaf = leaves.iter().find(|leaf| is_valid(leaf.der)).or(leaves.first());
    let is_meant = |block: &&PemBlock| match leaf {
        Some(leaf) if is_certificate(block) => *block.content == *leaf.der,
        _ => block.label == PUBLIC_KEY,
    };
    blocks.iter().find(is_meant).ok_or(PublicKeyFileError::NotPem(FileKind::Unknown))
}

/// A block's key, and its `SubjectPublicKeyInfo`.
fn read(block: &PemBlock, now: Timestamp) -> Result<(PublicKeyFile, Vec<u8>), PublicKeyFileError> {
    if block.label == PUBLIC_KEY {
        return Ok((bare(&block.content)?, block.content.to_vec()));
    }
    let certificate = Certificate::from_der(&block.content).map_err(PublicKeyFileError::Unreadable)?;
    certificate.check(Some(now)).map_err(PublicKeyFileError::Invalid)?;
    let spki = certificate.spki_der().to_vec();
    Ok((PublicKeyFile::Certificate(Box::new(certificate)), spki))
}

/// What another block is; nothing where it holds the same key.
fn passed_over(block: &PemBlock, taken: &[u8]) -> Option<PassedOver> {
    match Named::of(&block.content) {
        Ok(named) if is_certificate(block) => (named.spki != taken).then_some(PassedOver::Certificate(named.common_name)),
        _ if block.label == PUBLIC_KEY => (*block.content != *taken).then_some(PassedOver::PublicKey),
        _ => Some(PassedOver::Block(block.label.clone())),
    }
}

fn is_certificate(block: &PemBlock) -> bool {
    block.label == CERTIFICATE && block.headers.is_empty()
}

/// Writes the public half of a key as Docker's `NAME.pub` has it: a `SubjectPublicKeyInfo`, with the name in a header.
pub fn write(key: &VerifyingKey, role: &str) -> Result<String, PublicKeyOutError> {
    let mut block = PemBlock::new(PUBLIC_KEY, key.to_spki()?);
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
        parse(text, "2030-01-01T00:00:00Z".parse().unwrap(), InDoubt::TakeFirst).map(|it| it.taken).map_err(|e| e.to_string())
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

    #[test]
    fn the_key_of_a_chain_is_taken_and_what_leaves_doubt_is_refused() {
        let now: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
        let common_name = |found: &PublicKeyIn| match &found.taken {
            PublicKeyFile::Certificate(certificate) => certificate.common_name().to_owned(),
            PublicKeyFile::Spki(_) => "bare".to_owned(),
        };
        let chain = data!("certs/intermediate-first.pem").as_slice();
        for in_doubt in [InDoubt::Refuse, InDoubt::TakeFirst] {
            let found = parse(chain, now, in_doubt).unwrap();
            assert_eq!(common_name(&found), "dtr.example.com/prod/nginx");
            assert_eq!(found.passed_over, [PassedOver::Certificate("Example intermediate".to_owned())]);
            assert_eq!(found.doubt, None);
        }
        let signer = data!("certs/ec-signer.pem").as_slice();
        let (key, other) = (data!("keys/openssl/p256.pub").as_slice(), data!("keys/openssl/p384.pub").as_slice());
        let private = data!("keys/openssl/p256-sec1.pem").as_slice();
        // the same key twice is one, and what is no public key is told of
        for (parts, taken, beside) in [
            ([signer, key].concat(), "jeff", vec![]),
            ([key, signer].concat(), "bare", vec![]),
            ([signer, private].concat(), "jeff", vec![PassedOver::Block("EC PRIVATE KEY".to_owned())]),
            ([private, signer].concat(), "jeff", vec![PassedOver::Block("EC PRIVATE KEY".to_owned())]),
        ] {
            let found = parse(&parts, now, InDoubt::Refuse).unwrap();
            assert_eq!((common_name(&found).as_str(), &found.passed_over), (taken, &beside));
        }
        for (parts, first) in [
            ([signer, other].concat(), "jeff"),
            ([other, signer].concat(), "bare"),
            ([key, other].concat(), "bare"),
            (data!("certs/chain-ca.pem").to_vec(), "Example CA"),
            ([signer, data!("certs/rsa-signer.pem")].concat(), "jeff"),
        ] {
            let refused = parse(&parts, now, InDoubt::Refuse).err().unwrap();
            assert!(matches!(&refused, PublicKeyFileError::InDoubt(_)), "{refused}");
            let found = parse(&parts, now, InDoubt::TakeFirst).unwrap();
            assert_eq!(common_name(&found), first);
            assert!(found.doubt.is_some());
        }
    }
}
