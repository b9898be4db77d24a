//! The one door from bytes to trust.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::Arc,
};

use jiff::Timestamp;

use super::envelope::{Signature, Unverified};
use crate::{
    crypto::scheme::Scheme,
    json::{members::FormatError, value::Json},
    model::{
        digest::Sha256,
        expiry::Expires,
        key::Key,
        payload::Payload,
        role::RoleName,
        role_keys::{RoleKeys, RoleSpec},
        root::Root,
        verification::Verification,
        version::Version,
    },
};

/// A payload that enough keys of its role have signed. Made here alone.
#[derive(Clone, Debug)]
pub struct Verified<T> {
    role: RoleName,
    payload: Arc<T>,
    bytes: Arc<[u8]>,
    sha256: Sha256,
}

/// A verified payload that has not expired at the one `now` of a command; or whose end is overlooked, for recovery.
#[derive(Clone, Debug)]
pub struct Current<T>(Verified<T>);

/// A file that was signed, and has expired.
#[derive(Clone, Debug)]
pub struct Expired<T>(Verified<T>);

/// The content of a file that too few keys of its role have signed. It counts for nothing, until someone signs it anew as their own word.
#[derive(Clone, Debug)]
pub struct Unvouched<T>(T);

/// Why a file does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Signed, and not what its role's files are.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A key stands under an ID that is not its own.
    #[error("key ID {id} of {role} is not valid for key content")]
    KeyId {
        /// The role.
        role: RoleName,
        /// The ID.
        id: String,
    },
    /// No signature at all.
    #[error("tuf: data has no signatures: {0}")]
    NoSignatures(RoleName),
    /// So many signatures under the role's keys that checking them all would take too long.
    #[error("{0} has more signatures than are checked")]
    TooManySignatures(RoleName),
    /// Too few distinct keys of the role have signed.
    #[error("valid signatures did not meet threshold for {role}: {found} of {needed}")]
    Threshold {
        /// The role.
        role: RoleName,
        /// Distinct keys with a valid signature.
        found: u64,
        /// How many the role needs.
        needed: u64,
    },
}

/// For a server that judges uploads apart from what is in them: whether as many of these keys have signed as must. Nothing is read by it.
pub fn judge_upload(
    role: &RoleName,
    signed: &Json,
    signatures: &[Signature],
    spec: &RoleSpec,
    keys: &BTreeMap<String, Key>,
) -> Result<(), VerifyError> {
    meet_threshold(role, signed, signatures, &RoleKeys::new(role.clone(), spec, keys))
}

/// Checks a file against the keys that its parent names.
pub(crate) fn verify<T: Payload>(file: Unverified<T>, keys: &RoleKeys) -> Result<Verified<T>, VerifyError> {
    verify_within(file, keys, &mut WORK_OF_A_FILE.clone())
}

/// The same for a file that may take so much work, and takes from it what it costs.
pub(crate) fn verify_within<T: Payload>(file: Unverified<T>, keys: &RoleKeys, work: &mut u64) -> Result<Verified<T>, VerifyError> {
    meet_threshold_within(&file.role, &file.signed, &file.signatures, keys, work)?;
    let payload = T::read(&file.role, &file.signed, Verification::begin())?;
    Ok(accept(file, payload))
}

/// Checks that a root is signed by the keys that it names itself. Whether these count is for [`super::trusted_root::TrustedRoot`].
pub(crate) fn verify_own_root(file: Unverified<Root>) -> Result<Verified<Root>, VerifyError> {
    let root = Root::read(&file.role, &file.signed, Verification::begin())?;
    meet_threshold(&file.role, &file.signed, &file.signatures, &root.role_keys(&RoleName::root()))?;
    Ok(accept(file, root))
}

/// Checks that a root is signed by these keys of the root before it and by its own (TUF 5.3.4).
pub(crate) fn verify_next_root(file: Unverified<Root>, previous: &RoleKeys) -> Result<Verified<Root>, VerifyError> {
    meet_threshold(&file.role, &file.signed, &file.signatures, previous)?;
    verify_own_root(file)
}

/// Reads a file whose signatures do not suffice. For recovery alone: see [`Unvouched`].
pub(crate) fn unvouched<T: Payload>(file: &Unverified<T>) -> Result<Unvouched<T>, FormatError> {
    T::read(&file.role, &file.signed, Verification::begin()).map(Unvouched)
}

fn accept<T>(file: Unverified<T>, payload: T) -> Verified<T> {
    let sha256 = Sha256::of(&file.bytes);
    Verified { role: file.role, payload: Arc::new(payload), bytes: file.bytes, sha256 }
}

/// The one threshold loop. It counts distinct public keys, not key IDs: one private key listed bare and in a certificate counts
/// once. A signature that does not verify, or by a key that is not the role's, is passed over.
///
/// It says nothing of the payload: a reader wants [`verify`].
pub(crate) fn meet_threshold(role: &RoleName, signed: &Json, signatures: &[Signature], keys: &RoleKeys) -> Result<(), VerifyError> {
    meet_threshold_within(role, signed, signatures, keys, &mut WORK_OF_A_FILE.clone())
}

fn meet_threshold_within(
    role: &RoleName,
    signed: &Json,
    signatures: &[Signature],
    keys: &RoleKeys,
    work: &mut u64,
) -> Result<(), VerifyError> {
    if signatures.is_empty() {
        return Err(VerifyError::NoSignatures(role.clone()));
    }
    let message = Json::canonical(signed);
    let needed = keys.threshold().get();
    let (mut signed_by, mut known_good) = (BTreeSet::new(), BTreeSet::new());
    let mut public_keys = BTreeMap::new();
    for signature in signatures {
        let Some(key) = keys.get(&signature.keyid) else { continue };
        if known_good.contains(&signature.keyid) {
            continue;
        }
        let public = match public_keys.entry(&signature.keyid) {
            Entry::Occupied(known) => known.into_mut(),
            // Notary `signed.VerifySignatures`: a hard error, and not a signature that is passed over
            Entry::Vacant(_) if key.id().to_string() != signature.keyid => {
                return Err(VerifyError::KeyId { role: role.clone(), id: signature.keyid.clone() });
            }
            Entry::Vacant(new) => new.insert(key.verifying_key()),
        };
        let (Ok(public), Some(scheme)) = (public, Scheme::from_name(&signature.method)) else { continue };
        let of_the_key = u64::from(public.cost()) * OF_A_TRY;
        let too_many = || VerifyError::TooManySignatures(role.clone());
        *work = work.checked_sub(of_the_key).ok_or_else(too_many)?;
        if public.verify(scheme, &message, &signature.sig).is_ok() {
            known_good.insert(&signature.keyid);
            signed_by.insert(public.identity());
        } else {
            // each key reads a large file once for its good signature; for a bad one nobody owes it that
            *work = work.checked_sub(message.len() as u64).ok_or_else(too_many)?;
        }
    }
    let found = signed_by.len() as u64;
    if found < needed { Err(VerifyError::Threshold { role: role.clone(), found, needed }) } else { Ok(()) }
}

/// Most work that the signatures of one file may take, in bytes of which the hash takes as long: about a second. Whoever serves a file can add
/// signatures to it, without any key.
const WORK_OF_A_FILE: u64 = 512 << 20;

/// What one signature takes whose key costs 1.
pub(crate) const OF_A_TRY: u64 = 64 << 10;

impl<T: Payload> Verified<T> {
    /// Splits by expiry.
    pub fn at(self, now: Timestamp) -> Result<Current<T>, Expired<T>> {
        if self.payload.header().expires.is_past(now) { Err(Expired(self)) } else { Ok(Current(self)) }
    }

    /// The same without a question for its end: for recovery.
    pub(crate) fn whatever_its_end(self) -> Current<T> {
        Current(self)
    }

    /// The file's version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.payload.header().version
    }

    /// When the file ends.
    #[must_use]
    pub fn expires(&self) -> Expires {
        self.payload.header().expires
    }

    /// Whose file this is.
    #[must_use]
    pub fn role(&self) -> &RoleName {
        &self.role
    }

    /// The file, byte for byte.
    #[must_use]
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// The file's hash.
    #[must_use]
    pub fn sha256(&self) -> Sha256 {
        self.sha256
    }
}

impl<T> std::ops::Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.payload
    }
}

impl<T> std::ops::Deref for Current<T> {
    type Target = Verified<T>;

    fn deref(&self) -> &Verified<T> {
        &self.0
    }
}

impl<T> Unvouched<T> {
    /// The content, for the one who is about to sign it.
    #[must_use]
    pub fn to_vouch_for(&self) -> &T {
        &self.0
    }
}

impl<T> Expired<T> {
    /// The verified file, for recovery and for the floor.
    #[must_use]
    pub fn into_verified(self) -> Verified<T> {
        self.0
    }
}
