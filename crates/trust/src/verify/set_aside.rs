//! Delegations whose files cannot be used: which are set aside, so that the rest goes on, and which end the update.
//!
//! A file may be unusable because of the one who holds the role, or because its signers were removed: then it is set aside, with what lies below it.
//! Where the role has kept its signers, and a file of theirs is here, one that none of them has signed in its place is the server's doing; to go on
//! without the role would be to let the server switch it off.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    budget::Budget,
    ends::ExpiryCheck,
    envelope::{EnvelopeError, Unverified},
    error::UpdateError,
    skipped::{Cause, Skipped},
    threshold::{Unvouched, Verified, VerifyError, unvouched, verify, verify_within},
    trusted::TrustedRepo,
    update::check_file,
};
use crate::{
    json::value::JsonError,
    model::{digest::Sha256, role::RoleName, role_keys::RoleKeys, targets::Targets, version::Version},
};

impl<E: ExpiryCheck> TrustedRepo<E> {
    /// Takes a delegation's file: the one that the snapshot lists, signed by the keys that its parent names. One that is badly signed, malformed,
    /// too costly or expired is set aside and the rest goes on, as Notary does; but not where the role has a file here that counts still. Another
    /// file than the listed one, or one below the floor, ends the update.
    pub fn delegation(mut self, role: &RoleName, bytes: &Arc<[u8]>) -> Result<Self, UpdateError> {
        let Some(meta) = self.snapshot().meta.get(role) else { return Ok(self) };
        check_file(role, meta, bytes)?;
        let (listed, length, before) = (meta.sha256, meta.length, self.budgets.left(role));
        let mut left = Budget { bytes: before.bytes.saturating_sub(length), ..before };
        let (claimed_version, verified) = self.read(role, bytes, &mut left);
        let aside = |cause, reason: String| Skipped { cause, reason, claimed_version };
        match verified {
            Ok(file) if file.roles.len() as u64 > left.delegations => {
                let reason = format!("{role} makes {} delegations, more than are followed for a delegate", file.roles.len());
                self.skipped.insert(role.clone(), aside(Cause::Unusable, reason));
            }
            Ok(file) => {
                left.delegations -= file.roles.len() as u64;
                let at = file.expires();
                match self.stages.before.chain.ends.judge(file) {
                    Ok(file) => drop(self.files.insert(role.clone(), file)),
                    Err(expired) => {
                        self.skipped.insert(role.clone(), aside(Cause::Expired, format!("{role} expired at {at}")));
                        self.expired.push(expired.into_verified());
                    }
                }
            }
            Err(error @ (UpdateError::Verify(_) | UpdateError::Malformed { .. } | UpdateError::Leap { .. })) => {
                let reason = error.to_string();
                if no_signer_made_it(&error)
                    && let Some(version) = self.displaced(role, listed, bytes, &mut left)
                {
                    return Err(UpdateError::Replaced { role: role.clone(), version, claimed: claimed_version, reason });
                }
                if let UpdateError::Verify(VerifyError::Threshold { .. } | VerifyError::NoSignatures(_)) = error {
                    self.unvouched.extend(self.to_vouch_for(role, bytes).map(|file| (role.clone(), file)));
                }
                let was_verified = || self.chain_floor().of(role).is_some_and(|seen| seen.sha256 == listed);
                let cause = if no_signer_made_it(&error) && was_verified() { Cause::LostSigners } else { Cause::Unusable };
                self.skipped.insert(role.clone(), aside(cause, reason));
            }
            Err(error) => return Err(error),
        }
        self.budgets.spend(role, before, left);
        Ok(self)
    }

    /// Sets a delegation aside whose file is not to be had.
    pub fn set_aside(&mut self, role: &RoleName, reason: String) {
        self.skipped.insert(role.clone(), Skipped { cause: Cause::Unusable, reason, claimed_version: None });
    }

    /// Notes a file that the server still has of a delegation, from an earlier life of its name, or beside one that cannot be used: a new one must go
    /// above it. Nothing else is made of it.
    pub fn note_left_over(&mut self, role: &RoleName, bytes: &Arc<[u8]>) {
        if self.files.contains_key(role) {
            return;
        }
        let claimed = Unverified::<Targets>::parse(role, Arc::clone(bytes)).ok().and_then(|file| file.claimed_version());
        let claimed_version = claimed.and_then(Version::new);
        let reason = "the snapshot does not name it".to_owned();
        let left_over = Skipped { cause: Cause::LeftOver, reason, claimed_version: None };
        let skipped = self.skipped.entry(role.clone()).or_insert(left_over);
        skipped.claimed_version = skipped.claimed_version.max(claimed_version);
    }

    /// The version that the file claims, and the file, where it is signed by its role's keys and at or above the floor.
    fn read(
        &self,
        role: &RoleName,
        bytes: &Arc<[u8]>,
        left: &mut Budget,
    ) -> (Option<Version>, Result<Verified<Targets>, UpdateError>) {
        let keys = self.role_keys(role);
        let file = match Unverified::parse_within(role, Arc::clone(bytes), &mut left.values) {
            Ok(file) => file,
            Err(error) => return (None, Err(UpdateError::Malformed { role: role.clone(), error })),
        };
        let claimed = file.claimed_version().and_then(Version::new);
        let verified = verify_within(file, &keys, &mut left.work).map_err(UpdateError::from);
        (claimed, verified.and_then(|file| self.chain_floor().admit(&file, &keys).map(|()| file)))
    }

    /// The version of the file that was verified before, where the role has kept the signers of that: then what is listed in its place, and none of
    /// them has signed, no publisher has put there.
    fn displaced(&self, role: &RoleName, listed: Sha256, bytes: &Arc<[u8]>, left: &mut Budget) -> Option<Version> {
        let floor = self.chain_floor();
        if floor.aside().get(role) == Some(&listed) {
            return None;
        }
        let stored = Unverified::<Targets>::parse(role, Arc::clone(self.stored(role)?)).ok()?;
        let ours = verify(stored, &self.role_keys(role)).ok()?;
        let parent = role.parent()?;
        let may_be_a_publishers = if parent.is_delegation() {
            // whoever has the parent may give the role a key, sign by it and take it back; but not under one and the same file of the parent's
            self.targets(&parent).map(Verified::sha256) != floor.of(&parent).map(|seen| seen.sha256)
        } else {
            // the owner may have removed a signer whose file was never seen here
            self.earlier_keys(role, &parent).is_some_and(|keys| !is_unsigned(role, bytes, &keys, left))
        };
        (!may_be_a_publishers).then(|| ours.version())
    }

    /// The file of a delegation that is set aside that was verified here last, where the role's keys sign for it still, and it has not expired.
    pub(crate) fn last_signed(&self, role: &RoleName, now: Timestamp) -> Option<Verified<Targets>> {
        self.skipped().get(role)?;
        let file = Unverified::<Targets>::parse(role, Arc::clone(self.stored(role)?)).ok()?;
        verify(file, &self.role_keys(role)).ok().filter(|file| !file.expires().is_past(now))
    }

    /// The keys that a role had by the file of its parent that was verified before.
    fn earlier_keys(&self, role: &RoleName, parent: &RoleName) -> Option<RoleKeys> {
        let file = Unverified::<Targets>::parse(parent, Arc::clone(self.stored(parent)?)).ok()?;
        let file = unvouched(&file).ok()?;
        let file = file.to_vouch_for();
        Some(file.role_keys(file.roles.iter().find(|delegation| delegation.name == *role)?))
    }

    /// The content of a listed file that lacks signatures alone. An older one than was verified before has nothing to be vouched for.
    fn to_vouch_for(&self, role: &RoleName, bytes: &Arc<[u8]>) -> Option<Unvouched<Targets>> {
        let file = unvouched(&Unverified::<Targets>::parse(role, Arc::clone(bytes)).ok()?).ok()?;
        let version = file.to_vouch_for().header.version;
        let stands = self
            .chain_floor()
            .of(role)
            .is_none_or(|seen| version > seen.version || version == seen.version && Sha256::of(bytes) == seen.sha256);
        stands.then_some(file)
    }
}

/// Whether no signer of the role has made a file: Notary's server takes only what they have signed. What they have signed may be unreadable
/// here all the same, and more than is read.
fn no_signer_made_it(error: &UpdateError) -> bool {
    match error {
        UpdateError::Malformed { error: EnvelopeError::Json(JsonError::Beyond(_)), .. } => false,
        UpdateError::Malformed { .. } => true,
        UpdateError::Verify(error) => !matches!(error, VerifyError::Format(_) | VerifyError::TooManySignatures(_)),
        _ => false,
    }
}

/// Whether none of these keys can have signed a file.
fn is_unsigned(role: &RoleName, bytes: &Arc<[u8]>, keys: &RoleKeys, left: &mut Budget) -> bool {
    match Unverified::<Targets>::parse_within(role, Arc::clone(bytes), &mut left.values) {
        Ok(file) => verify_within(file, keys, &mut left.work).is_err_and(|error| no_signer_made_it(&error.into())),
        Err(error) => no_signer_made_it(&UpdateError::Malformed { role: role.clone(), error }),
    }
}
