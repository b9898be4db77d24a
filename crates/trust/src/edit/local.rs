//! A repository that was initialised here and is not published yet.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;

use super::sign::{SignError, Signer, sign};
use crate::{
    crypto::{
        issue_cert::{self, IssueError},
        signing_key::SigningKey,
    },
    model::{
        expiry::{Expires, ROOT_DAYS, TARGETS_DAYS},
        gun::Gun,
        hashes::FileMeta,
        key::{Key, KeyError},
        payload::Header,
        role::RoleName,
        role_keys::RoleSpec,
        root::Root,
        snapshot::Snapshot,
        targets::Targets,
        version::Version,
    },
    verify::{
        counted_keys::{CountedKeys, Moment, certificate_problem},
        ends::Judged,
        envelope::Unverified,
        error::UpdateError,
        pinning::{PriorTrust, TrustPinning},
        threshold::{Verified, verify, verify_own_root},
        trusted_root::TrustedRoot,
    },
};

/// A root and a targets file of version 1 that no server has: as the peers keep them between `init` and `publish`.
#[derive(Clone, Debug)]
pub struct LocalRepo {
    gun: Gun,
    root: Verified<Root>,
    targets: Verified<Targets>,
    /// What `notary init` stores beside them where the snapshot key is here. It is signed anew with the first publish.
    snapshot: Option<Verified<Snapshot>>,
}

/// The keys of a new repository.
pub struct NewKeys<'a> {
    /// The root key.
    pub root: &'a dyn SigningKey,
    /// The certificate of the root key, in PEM; without one, one is made for the repository.
    pub root_certificate: Option<&'a [u8]>,
    /// The targets key.
    pub targets: &'a dyn SigningKey,
    /// The server's timestamp key.
    pub timestamp: Key,
    /// The snapshot key.
    pub snapshot: SnapshotKey<'a>,
}

/// Who signs the snapshots of a new repository.
pub enum SnapshotKey<'a> {
    /// Whoever publishes, with this key.
    Own(&'a dyn SigningKey),
    /// The server, with this key of its own.
    Server(Key),
}

/// A repository cannot be initialised.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InitError {
    /// The root key's certificate.
    #[error(transparent)]
    Certificate(#[from] IssueError),
    /// The certificate is not that of the root key.
    #[error("the certificate is not that of the root key")]
    CertificateOfAnotherKey,
    /// A reader would refuse a root with this certificate.
    #[error("the root certificate cannot be used for {gun}: {reason}")]
    UnusableCertificate {
        /// The repository.
        gun: Gun,
        /// Why not.
        reason: String,
    },
    /// A key of the server's cannot check signatures.
    #[error("the server's {role} key cannot be used: {error}")]
    ServerKey {
        /// Its role.
        role: RoleName,
        /// Why not.
        error: KeyError,
    },
    /// One key would speak for two roles.
    #[error("the server's {0} key is also the key of another role")]
    SharedKey(RoleName),
    /// The root key's own certificate does not read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Signing failed.
    #[error(transparent)]
    Sign(#[from] SignError),
}

impl LocalRepo {
    /// Makes root and targets, version 1, in the form that Notary's client gives them: the root key in a certificate of its own, ten
    /// years for the root and three for targets.
    pub fn initialize(gun: &Gun, keys: NewKeys<'_>, now: Timestamp) -> Result<Self, InitError> {
        let root_key = root_key(gun, &keys, now)?;
        let targets_key = Key::of(keys.targets);
        let mut identities = BTreeSet::from([keys.root.verifying_key().identity()]);
        identities.insert(keys.targets.verifying_key().identity());
        let (snapshot_key, snapshot_signer) = match keys.snapshot {
            SnapshotKey::Server(key) => (key, None),
            SnapshotKey::Own(private) => (Key::of(private), Some(private)),
        };
        for (role, key) in [(RoleName::timestamp(), &keys.timestamp), (RoleName::snapshot(), &snapshot_key)] {
            let public = key.verifying_key().map_err(|error| InitError::ServerKey { role: role.clone(), error })?;
            if !identities.insert(public.identity()) {
                return Err(InitError::SharedKey(role));
            }
        }
        let (root_id, targets_id, snapshot_id) = (root_key.id(), targets_key.id(), snapshot_key.id());
        let named = [
            (RoleName::root(), root_key),
            (RoleName::targets(), targets_key),
            (RoleName::snapshot(), snapshot_key),
            (RoleName::timestamp(), keys.timestamp),
        ];
        let header = |days| Header { version: Version::FIRST, expires: Expires::after_days(now, days) };
        let root = Root {
            header: header(ROOT_DAYS),
            consistent_snapshot: false,
            roles: named.iter().map(|(role, key)| (role.clone(), RoleSpec::any_of([key.id()]))).collect(),
            keys: named.into_iter().map(|(_, key)| (key.id().to_string(), key)).collect(),
        };
        let targets = Targets::empty(header(TARGETS_DAYS));
        let targets = sign(&targets, &root.role_keys(&RoleName::targets()), &[Signer { id: targets_id, key: keys.targets }])?;
        let root = sign(&root, &root.role_keys(&RoleName::root()), &[Signer { id: root_id, key: keys.root }])?;
        let snapshot = snapshot_signer.map(|key| {
            let meta =
                [(RoleName::root(), FileMeta::of(root.bytes())), (RoleName::targets(), FileMeta::of(targets.bytes()))].into();
            let snapshot = Snapshot { header: header(TARGETS_DAYS), meta, unusable: BTreeSet::new() };
            sign(&snapshot, &root.role_keys(&RoleName::snapshot()), &[Signer { id: snapshot_id, key }])
        });
        Ok(Self { gun: gun.clone(), root, targets, snapshot: snapshot.transpose()? })
    }

    /// Takes up what an earlier command, or a peer's `init`, left in the store. It is a draft by whoever has this machine, and nothing is read from it:
    /// whether its keys count is asked before it is published, by [`LocalRepo::check`].
    pub fn resume(gun: &Gun, root: Arc<[u8]>, targets: Arc<[u8]>) -> Result<Self, UpdateError> {
        let malformed = |role: &RoleName| {
            let role = role.clone();
            move |error| UpdateError::Malformed { role, error }
        };
        let (root_role, targets_role) = (RoleName::root(), RoleName::targets());
        let root = verify_own_root(Unverified::parse(&root_role, root).map_err(malformed(&root_role))?)?;
        let targets = Unverified::parse(&targets_role, targets).map_err(malformed(&targets_role))?;
        let targets = verify(targets, &root.role_keys(&targets_role))?;
        Ok(Self { gun: gun.clone(), root, targets, snapshot: None })
    }

    /// That whoever has these pins will take its root, before anyone is to. That it is made here is no first use.
    pub fn check(&self, pins: &TrustPinning, now: Timestamp) -> Result<(), UpdateError> {
        let counted = CountedKeys::of(&self.gun, &self.root, PriorTrust::Yes, pins, Moment { at: now, now })?;
        TrustedRoot::verify(self.root.clone(), &counted, Judged(now)).map(drop)
    }

    /// The repository.
    #[must_use]
    pub fn gun(&self) -> &Gun {
        &self.gun
    }

    /// The root.
    #[must_use]
    pub fn root(&self) -> &Verified<Root> {
        &self.root
    }

    /// The targets file.
    #[must_use]
    pub fn targets(&self) -> &Verified<Targets> {
        &self.targets
    }

    /// What is stored until it is published: the files to publish, and the snapshot where its key is here.
    #[must_use]
    pub fn stored_files(&self) -> BTreeMap<RoleName, Arc<[u8]>> {
        let mut files = self.files();
        files.extend(self.snapshot.iter().map(|snapshot| (RoleName::snapshot(), Arc::clone(snapshot.bytes()))));
        files
    }

    /// The two files that are published as they are, where no change is made to them.
    #[must_use]
    pub fn files(&self) -> BTreeMap<RoleName, Arc<[u8]>> {
        BTreeMap::from([(RoleName::root(), Arc::clone(self.root.bytes())), (RoleName::targets(), Arc::clone(self.targets.bytes()))])
    }
}

fn root_key(gun: &Gun, keys: &NewKeys<'_>, now: Timestamp) -> Result<Key, InitError> {
    let Some(certificate) = keys.root_certificate else {
        return Ok(Key::from_certificates(issue_cert::root_certificate(keys.root, gun.as_str(), now)?.as_bytes())?);
    };
    check_certificate(gun, certificate, keys.root, now)
}

/// The public half of a root key in a certificate that a person gave for it, where readers of the repository would take it.
pub fn check_certificate(gun: &Gun, certificate: &[u8], root: &dyn SigningKey, now: Timestamp) -> Result<Key, InitError> {
    let key = Key::from_certificates(certificate)?;
    if key.verifying_key()?.identity() != root.verifying_key().identity() {
        return Err(InitError::CertificateOfAnotherKey);
    }
    match certificate_problem(gun, &key, Some(now)) {
        Some(reason) => Err(InitError::UnusableCertificate { gun: gun.clone(), reason }),
        None => Ok(key),
    }
}
