//! Files that hold private keys: every form in which a key may come, through one door.

use super::{
    key_format::KeyFormatError,
    legacy_pem,
    pem::{self, PemBlock},
    pkcs8,
    private_key::PrivateKey,
    private_key_info::parse_notary_ed25519,
    sec1,
    secret::Passphrase,
};

const ENCRYPTED: &str = "ENCRYPTED PRIVATE KEY";

/// The types of PEM blocks that hold private keys.
const LABELS: [&str; 5] = ["RSA PRIVATE KEY", "EC PRIVATE KEY", "ED25519 PRIVATE KEY", "PRIVATE KEY", ENCRYPTED];

/// A file whose first PEM block is no private key, or that has none. Docker looks at no other block: a file that begins with
/// `EC PARAMETERS` is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a supported private key")]
pub struct NotAKeyFile;

/// The blocks of a file to be loaded (docker `trust key load`).
pub fn parse(bytes: &[u8]) -> Result<Vec<PemBlock>, NotAKeyFile> {
    let blocks = pem::blocks(bytes);
    if blocks.first().is_some_and(PemBlock::is_private_key) { Ok(blocks) } else { Err(NotAKeyFile) }
}

impl PemBlock {
    /// Whether its type is one of a private key.
    #[must_use]
    pub fn is_private_key(&self) -> bool {
        LABELS.contains(&self.label.as_str())
    }

    /// Whether a passphrase is needed to read the key in it.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.label == ENCRYPTED || self.headers.contains_key("DEK-Info")
    }

    /// A key as it is stored: encrypted for the peers, without headers.
    pub fn encrypt(key: &PrivateKey, passphrase: &Passphrase, iterations: u32) -> Result<Self, KeyFormatError> {
        pkcs8::encrypt(key, passphrase, iterations).map(|content| Self::new(ENCRYPTED, content))
    }
}

impl PrivateKey {
    /// Reads the key in a block. The passphrase is not used for a key that is not encrypted.
    pub fn from_pem_block(block: &PemBlock, passphrase: Option<&Passphrase>) -> Result<Self, KeyFormatError> {
        if !block.is_private_key() {
            return Err(KeyFormatError::BlockType(block.label.clone()));
        }
        if !block.is_encrypted() {
            return from_plain(&block.label, &block.content);
        }
        let passphrase = passphrase.ok_or(KeyFormatError::PassphraseNeeded)?;
        if block.label == ENCRYPTED {
            return pkcs8::decrypt(&block.content, passphrase);
        }
        let plain = legacy_pem::decrypt(block, passphrase)?;
        // one wrong passphrase in 256 leaves a padding that looks right
        from_plain(&block.label, &plain).map_err(|e| match e {
            KeyFormatError::Malformed(_) => KeyFormatError::WrongPassphrase,
            other => other,
        })
    }
}

fn from_plain(label: &str, der: &[u8]) -> Result<PrivateKey, KeyFormatError> {
    match label {
        "EC PRIVATE KEY" => sec1::parse(der, None),
        "RSA PRIVATE KEY" => Ok(PrivateKey::from_pkcs1(der)?),
        "ED25519 PRIVATE KEY" => parse_notary_ed25519(der),
        _ => pkcs8::parse_plain(der),
    }
}
