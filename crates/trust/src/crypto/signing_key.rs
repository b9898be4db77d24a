//! What can sign: a private key as those see it who sign with it. Where its secret is, only its end knows.

use super::{error::CryptoError, scheme::Scheme, verifying_key::VerifyingKey};

/// A private key that can sign: one that was read from a file, one in a token, or one of a service elsewhere.
///
/// Whoever signs has nothing else of a key. A signature is made over the whole message: an end that signs digests makes the digest itself
/// (PKCS #11: `CKM_ECDSA` signs the SHA-256 of the message, `CKM_ECDSA_SHA256` the message).
pub trait SigningKey: Send {
    /// The key that verifies what this one signs.
    fn verifying_key(&self) -> VerifyingKey;

    /// Signs a message by a scheme of the key's kind, in the form that metadata has: r‖s for ECDSA.
    fn sign(&self, scheme: Scheme, message: &[u8]) -> Result<UnverifiedSignature, SigningError>;
}

/// What a key gave for a signature. Nobody reads it before it is verified: [`sign`] alone can.
pub struct UnverifiedSignature(Vec<u8>);

impl UnverifiedSignature {
    /// What the key gave.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

/// A key has not signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// The key itself.
    #[error(transparent)]
    Key(#[from] CryptoError),
    /// What has the key refuses, or cannot be reached.
    #[error("the key did not sign: {0}")]
    Refused(String),
    /// What was given for a signature is none of this key over the message.
    #[error("what the key gave for a signature does not verify")]
    NotItsSignature,
}

/// Signs, and verifies the signature by the key's public half. A token or a service may give what is no signature, and a fault in the calculation may
/// give the secret away: no signature leaves unverified.
pub fn sign(key: &dyn SigningKey, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, SigningError> {
    let UnverifiedSignature(signature) = key.sign(scheme, message)?;
    key.verifying_key().verify(scheme, message, &signature).map_err(|_| SigningError::NotItsSignature)?;
    Ok(signature)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::token_double::token;

    #[test]
    fn a_signature_counts_where_the_public_half_verifies_it() {
        let honest = token(Ok);
        let signature = sign(&honest, Scheme::Ecdsa, b"message").unwrap();
        honest.verifying_key().verify(Scheme::Ecdsa, b"message", &signature).unwrap();
    }

    #[test]
    fn what_is_no_signature_of_the_key_reaches_nobody() {
        let flipped = token(|mut signature: Vec<u8>| {
            signature[7] ^= 1;
            Ok(signature)
        });
        let empty = token(|_| Ok(Vec::new()));
        let longer = token(|signature| Ok([signature, vec![0]].concat()));
        let other = token(Ok).key;
        let of_another_key = token(move |_| sign(&other, Scheme::Ecdsa, b"message"));
        let faulty: [&dyn SigningKey; 4] = [&flipped, &empty, &longer, &of_another_key];
        for key in faulty {
            assert_eq!(sign(key, Scheme::Ecdsa, b"message"), Err(SigningError::NotItsSignature));
        }
    }

    #[test]
    fn a_token_that_refuses_says_why_and_a_scheme_of_another_kind_of_key_is_refused() {
        let refusal = SigningError::Refused("the PIN is locked".to_owned());
        let said = refusal.clone();
        let locked = token(move |_| Err(said.clone()));
        assert_eq!(sign(&locked, Scheme::Ecdsa, b"message"), Err(refusal));
        let honest = token(Ok);
        for scheme in [Scheme::EdDsa, Scheme::RsaPss, Scheme::RsaPkcs1v15, Scheme::RsaPyCryptoPss] {
            assert_eq!(sign(&honest, scheme, b"message"), Err(SigningError::Key(CryptoError::WrongScheme)));
        }
    }
}
