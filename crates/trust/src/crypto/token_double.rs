//! A token that plays a key for the tests: what it gives for a signature is the test's choice.

use super::{
    private_key::PrivateKey,
    scheme::Scheme,
    signing_key::{SigningError, SigningKey, UnverifiedSignature, sign},
    verifying_key::VerifyingKey,
};

/// A token that gives what it likes for each signature.
pub(crate) struct Token<F> {
    /// The key in it.
    pub(crate) key: PrivateKey,
    gives: F,
}

impl<F: Fn(Vec<u8>) -> Result<Vec<u8>, SigningError> + Send> SigningKey for Token<F> {
    fn verifying_key(&self) -> VerifyingKey {
        self.key.verifying_key()
    }

    fn sign(&self, scheme: Scheme, message: &[u8]) -> Result<UnverifiedSignature, SigningError> {
        (self.gives)(sign(&self.key, scheme, message)?).map(UnverifiedSignature::new)
    }
}

/// A token on P-256.
pub(crate) fn token<F: Fn(Vec<u8>) -> Result<Vec<u8>, SigningError> + Send>(gives: F) -> Token<F> {
    Token { key: PrivateKey::generate_p256().unwrap(), gives }
}
