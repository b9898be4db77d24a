//! Trust data of which something may have expired: to be signed anew, and to be told when it ends. Nothing is looked up in it.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use super::{
    plan::Base,
    reissue::{Reissue, ReissueError, ReissueRequest},
};
use crate::{
    model::{
        digest::Sha256, expiry::Expires, gun::Gun, key_id::TufKeyId, role::RoleName, role_keys::RoleKeys, root::Root,
        version::Version,
    },
    verify::{counted_keys::Grounds, ends::Overlooked, threshold::Verified, trusted::TrustedRepo},
};

/// A whole state whose signatures, thresholds, versions, hashes and pins were verified as ever, and of which the ends were not asked. It gives no
/// digest and no entry: what has expired is still its signers' word, and good for being signed again by them, and for nothing else.
#[derive(Clone, Debug)]
pub struct Recoverable(TrustedRepo<Overlooked>);

/// When a file ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleEnd {
    /// Whose file it is.
    pub role: RoleName,
    /// Its version.
    pub version: Version,
    /// From then on it does not count.
    pub expires: Expires,
}

/// A file as its signers have signed it last.
#[derive(Clone, Debug)]
pub struct LastSigned {
    /// Its version.
    pub version: Version,
    /// The file.
    pub bytes: Arc<[u8]>,
}

/// When the certificate of a key ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateEnd {
    /// The role whose key stands in it.
    pub role: RoleName,
    /// The ID of the key with its certificate, as metadata names it.
    pub key: TufKeyId,
    /// The name in it.
    pub common_name: String,
    /// The last moment at which it is valid.
    pub not_after: Timestamp,
    /// Whether it vouches for itself alone, so that another can be made here.
    pub is_self_issued: bool,
}

impl Recoverable {
    /// Takes a state that was verified by a chain which [`crate::verify::bootstrap::RootWalk::settle_for_recovery`] began.
    #[must_use]
    pub fn new(repo: TrustedRepo<Overlooked>) -> Self {
        Self(repo)
    }

    /// The repository.
    #[must_use]
    pub fn gun(&self) -> &Gun {
        self.0.gun()
    }

    /// The root.
    #[must_use]
    pub fn root(&self) -> &Verified<Root> {
        self.0.root()
    }

    /// What it is signed anew from.
    #[must_use]
    pub fn base(&self) -> Base<'_> {
        Base::Overlooked(&self.0)
    }

    /// The timestamp.
    #[must_use]
    pub fn timestamp(&self) -> &Verified<crate::model::timestamp::Timestamp> {
        self.0.timestamp()
    }

    /// The hash of the file that the snapshot lists for a role.
    #[must_use]
    pub fn listed(&self, role: &RoleName) -> Option<Sha256> {
        self.0.listed(role)
    }

    /// As [`TrustedRepo::note_left_over`].
    pub fn note_left_over(&mut self, role: &RoleName, bytes: &Arc<[u8]>) {
        self.0.note_left_over(role, bytes);
    }

    /// As [`TrustedRepo::note_lost`].
    pub fn note_lost(&mut self, role: &RoleName, bytes: &Arc<[u8]>) {
        self.0.note_lost(role, bytes);
    }

    /// Why the root's word is taken.
    #[must_use]
    pub fn grounds(&self) -> Grounds {
        self.0.root().grounds()
    }

    /// Something of it that counts no more at a moment, and since when: a file, or the root's key where each of its certificates has ended.
    #[must_use]
    pub fn ended(&self, now: Timestamp) -> Option<(RoleName, Timestamp)> {
        let file = self.role_ends().into_iter().find(|end| end.expires.is_past(now));
        let certificates = self.certificate_ends().into_iter().filter(|end| end.role == RoleName::root());
        let last = certificates.map(|end| end.not_after).max().filter(|end| *end < now);
        file.map(|end| (end.role, end.expires.moment())).or_else(|| last.map(|end| (RoleName::root(), end)))
    }

    /// The keys of a base role or of a delegation.
    #[must_use]
    pub fn role_keys(&self, role: &RoleName) -> RoleKeys {
        self.0.role_keys(role)
    }

    /// Delegations whose files are not signed as they must be, with the reason: no renewal helps them.
    pub fn unusable(&self) -> impl Iterator<Item = (&RoleName, &str)> {
        self.0.skipped().iter().map(|(role, skipped)| (role, skipped.reason.as_str()))
    }

    /// The delegations above whose file on the server none can be signed: versions for them are there again where the repository begins again.
    pub fn spent(&self) -> impl Iterator<Item = &RoleName> {
        let delegations = self.0.delegations().map(|(_, delegation)| &delegation.name);
        delegations.filter(|role| self.base().version_above(role).is_err())
    }

    /// The delegations that are set aside, with the file that was verified here last, where that counts still.
    #[must_use]
    pub fn set_aside(&self, now: Timestamp) -> BTreeMap<RoleName, Option<LastSigned>> {
        let last = |role| {
            self.0.last_signed(role, now).map(|file| LastSigned { version: file.version(), bytes: Arc::clone(file.bytes()) })
        };
        self.0.skipped().keys().filter(|role| self.0.expired(role).is_none()).map(|role| (role.clone(), last(role))).collect()
    }

    /// The file of targets or of a delegation as it was signed, to be sent again.
    #[must_use]
    pub fn as_signed(&self, role: &RoleName) -> Option<&Arc<[u8]>> {
        self.0.targets(role).map(Verified::bytes)
    }

    /// When each file ends: root, timestamp, snapshot, targets, and then the delegations, parents first.
    #[must_use]
    pub fn role_ends(&self) -> Vec<RoleEnd> {
        let repo = &self.0;
        let (root, timestamp, snapshot) = (repo.root(), repo.timestamp(), repo.snapshot());
        let mut ends = vec![
            RoleEnd { role: RoleName::root(), version: root.version(), expires: root.expires() },
            RoleEnd { role: RoleName::timestamp(), version: timestamp.version(), expires: timestamp.expires() },
            RoleEnd { role: RoleName::snapshot(), version: snapshot.version(), expires: snapshot.expires() },
        ];
        let delegations = repo.delegations().map(|(_, delegation)| delegation.name.clone());
        for role in [RoleName::targets()].into_iter().chain(delegations) {
            let file = repo.targets(&role);
            ends.extend(file.map(|file| RoleEnd { role, version: file.version(), expires: file.expires() }));
        }
        ends
    }

    /// When the certificates end in which keys of the root and of delegations stand. Only a root key's counts once it is there: the peers ask a
    /// delegation's when its key is added, and never again.
    #[must_use]
    pub fn certificate_ends(&self) -> Vec<CertificateEnd> {
        let delegations = self.0.delegations().map(|(_, delegation)| delegation.name.clone());
        let mut ends = Vec::new();
        for role in [RoleName::root()].into_iter().chain(delegations) {
            for (_, key) in self.role_keys(&role).iter() {
                let Some(Ok(bundle)) = key.certificates() else { continue };
                let leaf = bundle.leaf();
                ends.push(CertificateEnd {
                    role: role.clone(),
                    key: key.id(),
                    common_name: leaf.common_name().to_owned(),
                    not_after: leaf.not_after(),
                    is_self_issued: leaf.is_self_issued(),
                });
            }
        }
        ends
    }

    /// The next version of what is wanted.
    pub fn reissue(&self, wanted: &ReissueRequest, now: Timestamp) -> Result<Reissue, ReissueError> {
        Reissue::of(self.base(), wanted, now)
    }
}
