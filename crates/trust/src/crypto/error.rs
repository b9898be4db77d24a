//! What can be wrong with a public key or a signature.

/// A failure of a primitive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    /// The bytes are not a public key in the one encoding that every reader takes.
    #[error("not a public key: {0}")]
    BadPublicKey(&'static str),
    /// A kind of key that nobody here can use.
    #[error("unsupported kind of key: {0}")]
    UnsupportedKey(String),
    /// A curve that we do not sign or verify with.
    #[error("unsupported curve {0} (P-256, P-384 and P-521 are supported)")]
    UnsupportedCurve(String),
    /// A curve that is described by its numbers where its name should stand.
    #[error("the curve stands there in explicit parameters, and not by its name (P-256, P-384 and P-521 are supported)")]
    ExplicitCurve,
    /// An RSA key of a size outside 2048..=8192 bits.
    #[error("RSA key of {bits} bits (2048 to 8192 are supported)")]
    RsaSize {
        /// Length of the modulus, in bits.
        bits: usize,
    },
    /// The scheme is not one of this kind of key.
    #[error("the signature scheme is not one of this kind of key")]
    WrongScheme,
    /// The signature is not one of this message by this key.
    #[error("invalid signature")]
    BadSignature,
    /// Signing failed.
    #[error("the key could not sign")]
    SigningFailed,
    /// The operating system has no random bytes.
    #[error("no random bytes: {0}")]
    NoRandomness(String),
}
