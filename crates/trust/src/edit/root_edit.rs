//! Editing a root: other keys for its roles, or the same ones for longer.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;

use crate::{
    crypto::{
        issue_cert::{self, IssueError},
        signing_key::SigningKey,
    },
    model::{
        expiry::{Expires, ROOT_DAYS},
        gun::Gun,
        key::{Key, KeyError},
        key_id::{CanonicalKeyId, TufKeyId},
        payload::Header,
        role::RoleName,
        role_keys::RoleKeys,
        root::Root,
    },
    verify::{counted_keys::keys_for_the_next, envelope::Unverified, threshold::verify_own_root},
};

/// A base role gets exactly these keys in place of those that it has; its threshold stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySwap {
    /// The role.
    pub role: RoleName,
    /// Its keys from now on.
    pub keys: Vec<Key>,
}

/// A root cannot be edited so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RootEditError {
    /// A root key's certificate cannot be made.
    #[error(transparent)]
    Certificate(#[from] IssueError),
    /// A certificate of our own does not read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The version cannot grow.
    #[error("root is at the highest version that there is")]
    LastVersion,
    /// One key would speak for two roles.
    #[error("a new {role} key is also a key of {other}")]
    SharedKey {
        /// The role that would get it.
        role: RoleName,
        /// The role that has it.
        other: RoleName,
    },
    /// Fewer distinct keys than must sign.
    #[error("{role} takes the signatures of {threshold} keys, and would have {keys}")]
    TooFewKeys {
        /// The role.
        role: RoleName,
        /// How many must sign.
        threshold: u64,
        /// How many there would be.
        keys: usize,
    },
    /// A key cannot check signatures.
    #[error("the new {role} key cannot be used: {error}")]
    Unusable {
        /// The role.
        role: RoleName,
        /// Why not.
        error: KeyError,
    },
}

/// The public half of a root key, in a certificate of its own for the repository: each root that names a key anew has one made for it (Notary
/// `rootCertKey`).
pub fn root_key(key: &dyn SigningKey, gun: &Gun, now: Timestamp) -> Result<Key, RootEditError> {
    Ok(Key::from_certificates(issue_cert::root_certificate(key, gun.as_str(), now)?.as_bytes())?)
}

/// Those root keys of an earlier root that are here: clients that know no later one take a new root by their signatures alone. They are the keys that
/// such a client takes, in certificates for the repository, whenever these are valid; what they sign is for the person's own root, and nothing is
/// trusted by them. None where the file is not what its own keys have signed, or no key of it is here.
#[must_use]
pub fn earlier_root_keys(gun: &Gun, bytes: Arc<[u8]>, is_here: impl Fn(CanonicalKeyId) -> bool) -> Option<RoleKeys> {
    let file = Unverified::<Root>::parse(&RoleName::root(), bytes).ok()?;
    let root = verify_own_root(file).ok()?;
    let keys = keys_for_the_next(gun, &root).only(|_, key| key.canonical_id().is_ok_and(&is_here));
    (keys.iter().count() > 0).then_some(keys)
}

/// The next root, unsigned: the next version, for ten years from `now`, after these swaps.
///
/// A key that no role names any more goes, but for root keys: the certificates of earlier ones stay, by which the signatures of the old root are
/// checked (Notary `tuf.RemoveBaseKeys`).
pub fn next_root(current: &Root, swaps: &[KeySwap], now: Timestamp) -> Result<Root, RootEditError> {
    let version = current.header.version.next().ok_or(RootEditError::LastVersion)?;
    let mut root = current.clone();
    root.header = Header { version, expires: Expires::after_days(now, ROOT_DAYS) };
    for swap in swaps {
        swap_keys(&mut root, swap)?;
    }
    Ok(root)
}

fn swap_keys(root: &mut Root, swap: &KeySwap) -> Result<(), RootEditError> {
    let role = &swap.role;
    let mut identities = BTreeSet::new();
    for key in &swap.keys {
        let public = key.verifying_key().map_err(|error| RootEditError::Unusable { role: role.clone(), error })?;
        let others = root.roles.keys().filter(|other| *other != role);
        if let Some(other) = others.into_iter().find(|other| speaks_for(root, other, key)) {
            return Err(RootEditError::SharedKey { role: role.clone(), other: other.clone() });
        }
        identities.insert(public.identity());
    }
    let Some(spec) = root.roles.get_mut(role) else { return Ok(()) };
    let threshold = spec.threshold.get();
    if (identities.len() as u64) < threshold {
        return Err(RootEditError::TooFewKeys { role: role.clone(), threshold, keys: identities.len() });
    }
    let ids: BTreeSet<TufKeyId> = swap.keys.iter().map(Key::id).collect();
    let replaced = std::mem::replace(&mut spec.keyids, ids.iter().map(ToString::to_string).collect());
    root.keys.extend(swap.keys.iter().map(|key| (key.id().to_string(), key.clone())));
    if *role != RoleName::root() {
        let named: BTreeSet<&String> = root.roles.values().flat_map(|spec| &spec.keyids).collect();
        let unused: Vec<&String> = replaced.iter().filter(|id| !named.contains(id)).collect();
        root.keys.retain(|id, _| !unused.contains(&id));
    }
    Ok(())
}

/// Whether one of a role's keys is the same public key, in whatever form.
fn speaks_for(root: &Root, role: &RoleName, key: &Key) -> bool {
    let identity = |key: &Key| key.verifying_key().map(|key| key.identity()).ok();
    root.role_keys(role).iter().any(|(_, other)| identity(other) == identity(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        crypto::private_key::PrivateKey,
        edit::local::{LocalRepo, NewKeys, SnapshotKey},
    };

    fn now() -> Timestamp {
        "2026-11-21T12:00:00Z".parse().unwrap()
    }

    fn gun() -> Gun {
        Gun::parse("example.com/x").unwrap()
    }

    fn new_key() -> Key {
        Key::of(&PrivateKey::generate_p256().unwrap())
    }

    /// The root of a new repository, and its targets key.
    fn root() -> (Root, Key) {
        let (root, targets) = (PrivateKey::generate_p256().unwrap(), PrivateKey::generate_p256().unwrap());
        let snapshot = SnapshotKey::Server(new_key());
        let keys = NewKeys { root: &root, root_certificate: None, targets: &targets, timestamp: new_key(), snapshot };
        let local = LocalRepo::initialize(&gun(), keys, now()).unwrap();
        (Root::clone(local.root()), Key::of(&targets))
    }

    fn swap(role: RoleName, keys: &[&Key]) -> KeySwap {
        KeySwap { role, keys: keys.iter().map(|key| (*key).clone()).collect() }
    }

    #[test]
    fn replaced_keys_go_and_old_root_certificates_stay() {
        let (first, old_targets) = root();
        let old_root = first.roles[&RoleName::root()].keyids[0].clone();
        let (targets, private) = (new_key(), PrivateKey::generate_p256().unwrap());
        let certificate = root_key(&private, &gun(), now()).unwrap();
        let swaps = [swap(RoleName::targets(), &[&targets]), swap(RoleName::root(), &[&certificate])];
        let next = next_root(&first, &swaps, now()).unwrap();
        assert_eq!(next.header.version.get(), 2);
        assert_eq!(next.roles[&RoleName::targets()].keyids, [targets.id().to_string()]);
        assert_eq!(next.roles[&RoleName::root()].keyids, [certificate.id().to_string()]);
        assert!(next.keys.contains_key(&old_root) && !next.keys.contains_key(&old_targets.id().to_string()));
        assert_eq!(next.keys.len(), 5);
        assert_eq!(next.header.expires.to_rfc3339(), "2036-11-18T12:00:00Z");
    }

    #[test]
    fn a_root_without_swaps_is_the_same_for_longer() {
        let (first, _) = root();
        let next = next_root(&first, &[], "2030-01-01T00:00:00Z".parse().unwrap()).unwrap();
        assert_eq!((next.keys, next.roles), (first.keys, first.roles));
        assert_eq!((next.header.version.get(), next.header.expires.to_rfc3339()), (2, "2039-12-30T00:00:00Z".to_owned()));
    }

    #[test]
    fn no_key_speaks_for_two_roles_and_none_is_missing() {
        let (first, targets) = root();
        let error = next_root(&first, &[swap(RoleName::snapshot(), &[&targets])], now()).unwrap_err();
        assert_eq!(error, RootEditError::SharedKey { role: RoleName::snapshot(), other: RoleName::targets() });
        assert!(matches!(next_root(&first, &[swap(RoleName::targets(), &[])], now()), Err(RootEditError::TooFewKeys { .. })));
        // a role may keep a key that it has
        next_root(&first, &[swap(RoleName::targets(), &[&targets])], now()).unwrap();
    }
}
