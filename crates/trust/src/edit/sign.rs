//! Signing, and the proof of what was signed.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    crypto::signing_key::{self, SigningError, SigningKey},
    model::{
        key::Key,
        key_id::TufKeyId,
        payload::Payload,
        role::RoleName,
        role_keys::{RoleKeys, RoleSpec},
        root::Root,
    },
    verify::{
        envelope::{self, Signature, Unverified},
        threshold::{Verified, VerifyError, verify, verify_next_root},
    },
};

/// Something cannot be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// A text that cannot stand in canonical JSON in a way that every reader takes.
    #[error("{role}: {text:?} holds a control character, which signed metadata cannot carry")]
    ControlCharacter {
        /// The role.
        role: RoleName,
        /// The text.
        text: String,
    },
    /// A key has not signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// What was signed does not verify.
    #[error("{role}: what was signed does not verify: {cause}")]
    Proof {
        /// The role.
        role: RoleName,
        /// Why.
        cause: String,
    },
}

/// What signs, and the ID by which the role names its public half.
pub struct Signer<'a> {
    /// The ID in metadata.
    pub id: TufKeyId,
    /// The key.
    pub key: &'a dyn SigningKey,
}

/// Signs a payload with each key, in the order of their IDs, and verifies the bytes as a reader would. `keys` are those that the role has
/// from now on.
pub fn sign<T: Payload>(payload: &T, keys: &RoleKeys, signers: &[Signer<'_>]) -> Result<Verified<T>, SignError> {
    let role = keys.role();
    let bytes = sign_bytes(role, payload, signers)?;
    let fail = |cause: String| SignError::Proof { role: role.clone(), cause };
    let file = Unverified::parse(role, bytes).map_err(|error| fail(error.to_string()))?;
    verify(file, keys).map_err(|error: VerifyError| fail(error.to_string()))
}

/// The same for a server that signs what it makes, under the keys that a root of its clients names.
pub fn sign_as_server<T: Payload>(
    payload: &T,
    role: &RoleName,
    spec: &RoleSpec,
    keys: &BTreeMap<String, Key>,
    signers: &[Signer<'_>],
) -> Result<Verified<T>, SignError> {
    sign(payload, &RoleKeys::new(role.clone(), spec, keys), signers)
}

/// Signs a root with each key, those of the root before it among them, and verifies it as one who trusts that root would.
pub fn sign_next_root(root: &Root, previous: &Verified<Root>, signers: &[Signer<'_>]) -> Result<Verified<Root>, SignError> {
    let role = RoleName::root();
    let bytes = sign_bytes(&role, root, signers)?;
    let fail = |cause: String| SignError::Proof { role: role.clone(), cause };
    let file = Unverified::parse(&role, bytes).map_err(|error| fail(error.to_string()))?;
    verify_next_root(file, &previous.role_keys(&role)).map_err(|error| fail(error.to_string()))
}

fn sign_bytes<T: Payload>(role: &RoleName, payload: &T, signers: &[Signer<'_>]) -> Result<Arc<[u8]>, SignError> {
    let signed = payload.to_json();
    if let Some(text) = signed.control_character() {
        return Err(SignError::ControlCharacter { role: role.clone(), text: text.to_owned() });
    }
    let message = signed.canonical();
    let mut signers: Vec<_> = signers.iter().collect();
    signers.sort_by_key(|signer| signer.id);
    let signature = |signer: &&Signer<'_>| {
        let scheme = signer.key.verifying_key().kind().scheme();
        let sig = signing_key::sign(signer.key, scheme, &message)?;
        Ok(Signature { keyid: signer.id.to_string(), method: scheme.name().to_owned(), sig })
    };
    let signatures = signers.iter().map(signature).collect::<Result<Vec<_>, SigningError>>()?;
    Ok(envelope::write(&signed, &signatures))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        crypto::{private_key::PrivateKey, token_double::token},
        model::{expiry::Expires, payload::Header, targets::Targets, version::Version},
    };

    /// Targets, with a key of a file and one of a token, of which one must sign.
    fn signed(by: &[&dyn SigningKey]) -> Result<Verified<Targets>, SignError> {
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        let payload = Targets::empty(Header { version: Version::FIRST, expires: Expires::after_days(now, 1) });
        let keys: BTreeMap<String, Key> = by.iter().map(|key| Key::of(*key)).map(|key| (key.id().to_string(), key)).collect();
        let signers: Vec<_> = by.iter().map(|key| Signer { id: Key::of(*key).id(), key: *key }).collect();
        let spec = RoleSpec::any_of(signers.iter().map(|signer| signer.id));
        sign_as_server(&payload, &RoleName::targets(), &spec, &keys, &signers)
    }

    #[test]
    fn one_faulty_signer_is_enough_for_nothing_to_be_signed() {
        let own = PrivateKey::generate_p256().unwrap();
        signed(&[&own, &token(Ok)]).unwrap();
        let faulty = token(|_| Ok(vec![1; 64]));
        assert_eq!(signed(&[&own, &faulty]).unwrap_err(), SignError::Signing(SigningError::NotItsSignature));
        let gone = token(|_| Err(SigningError::Refused("it was pulled out".to_owned())));
        assert_eq!(signed(&[&own, &gone]).unwrap_err().to_string(), "the key did not sign: it was pulled out");
    }
}
