//! A repository that was initialised here and is not published yet.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;

use super::{
    envelope::Unverified,
    error::UpdateError,
    expiry::{Expires, ROOT_DAYS, TARGETS_DAYS},
    gun::Gun,
    key::{Key, KeyError},
    payload::Header,
    role::RoleName,
    role_keys::RoleSpec,
    root::Root,
    sign::{SignError, Signer, sign},
    targets::Targets,
    verify::{Verified, verify, verify_own_root},
    version::Version,
};
use crate::crypto::{
    issue_cert::{self, IssueError},
    private_key::PrivateKey,
};

/// A root and a targets file of version 1 that no server has: as the peers keep them between `init` and `publish`.
#[derive(Clone, Debug)]
pub struct LocalRepo {
    gun: Gun,
    root: Verified<Root>,
    targets: Verified<Targets>,
}

/// The keys of a new repository.
pub struct NewKeys<'a> {
    /// The root key. A certificate for the repository is made for it.
    pub root: &'a PrivateKey,
    /// The targets key.
    pub targets: &'a PrivateKey,
    /// The server's timestamp key.
    pub timestamp: Key,
    /// The server's snapshot key.
    pub snapshot: Key,
}

/// A repository cannot be initialised.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InitError {
    /// The root key's certificate.
    #[error(transparent)]
    Certificate(#[from] IssueError),
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
        let certificate = issue_cert::root_certificate(keys.root, gun.as_str(), now)?;
        let root_key = Key::from_certificates(certificate.as_bytes())?;
        let targets_key = Key::of(keys.targets);
        let mut identities = BTreeSet::from([keys.root.verifying_key().identity()]);
        identities.insert(keys.targets.verifying_key().identity());
        for (role, key) in [(RoleName::timestamp(), &keys.timestamp), (RoleName::snapshot(), &keys.snapshot)] {
            let public = key.verifying_key().map_err(|error| InitError::ServerKey { role: role.clone(), error })?;
            if !identities.insert(public.identity()) {
                return Err(InitError::SharedKey(role));
            }
        }
        let root_id = root_key.id();
        let named = [
            (RoleName::root(), root_key),
            (RoleName::targets(), targets_key),
            (RoleName::snapshot(), keys.snapshot),
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
        let targets_id = Key::of(keys.targets).id();
        Ok(Self {
            gun: gun.clone(),
            targets: sign(&targets, &root.role_keys(&RoleName::targets()), &[Signer { id: targets_id, key: keys.targets }])?,
            root: sign(&root, &root.role_keys(&RoleName::root()), &[Signer { id: root_id, key: keys.root }])?,
        })
    }

    /// Takes up what an earlier command, or a peer's `init`, left in the store.
    pub fn resume(gun: &Gun, root: Arc<[u8]>, targets: Arc<[u8]>) -> Result<Self, UpdateError> {
        let malformed = |role: &RoleName| {
            let role = role.clone();
            move |error| UpdateError::Malformed { role, error }
        };
        let (root_role, targets_role) = (RoleName::root(), RoleName::targets());
        let root = verify_own_root(Unverified::parse(&root_role, root).map_err(malformed(&root_role))?)?;
        let targets = Unverified::parse(&targets_role, targets).map_err(malformed(&targets_role))?;
        let targets = verify(targets, &root.role_keys(&targets_role))?;
        Ok(Self { gun: gun.clone(), root, targets })
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

    /// The two files, as they are stored until they are published.
    #[must_use]
    pub fn files(&self) -> BTreeMap<RoleName, Arc<[u8]>> {
        BTreeMap::from([(RoleName::root(), Arc::clone(self.root.bytes())), (RoleName::targets(), Arc::clone(self.targets.bytes()))])
    }
}
