//! What can be wrong with a private key in a file.

use super::error::CryptoError;

/// A private key that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFormatError {
    /// The bytes are not what the block's type or its algorithm says.
    #[error("not {0}")]
    Malformed(&'static str),
    /// The block is of a type that holds no private key.
    #[error("a PEM block of type {0:?} is no private key")]
    BlockType(String),
    /// The key is encrypted and no passphrase was given.
    #[error("the key is encrypted")]
    PassphraseNeeded,
    /// The passphrase does not open the key.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The key is encrypted in a way that we do not read.
    #[error("unsupported encryption: {0}")]
    UnsupportedEncryption(String),
    /// The key itself is not one that we can use.
    #[error(transparent)]
    Key(#[from] CryptoError),
}
