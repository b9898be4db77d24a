//! Which keys the stored files of a repository name, role by role, without asking a server.
//!
//! It is what a person is told of keys, not a state to trust: each file is checked against the keys that its parent names, and expiry, the order of
//! versions and the pins are not. No digest comes from here.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    envelope::{EnvelopeError, Unverified},
    threshold::{VerifyError, verify, verify_own_root},
};
use crate::model::{role::RoleName, role_keys::RoleKeys, root::Root, targets::Targets};

/// The stored root names no keys that could be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NamedKeysError {
    /// It is not there.
    #[error("root.json is missing")]
    NoRoot,
    /// It cannot be read.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// It is not signed by its own keys.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

/// The base roles that the root names, and the delegations below `targets` as far as files that verify lead, with their keys. What was published
/// here and not read again yet counts where it is newer.
pub fn named_keys(files: &BTreeMap<RoleName, Arc<[u8]>>, published: &[Arc<[u8]>]) -> Result<Vec<RoleKeys>, NamedKeysError> {
    let root = files.get(&RoleName::root()).ok_or(NamedKeysError::NoRoot)?;
    let root = verify_own_root(Unverified::<Root>::parse(&RoleName::root(), Arc::clone(root))?)?;
    let base = [RoleName::root(), RoleName::targets(), RoleName::snapshot(), RoleName::timestamp()];
    let mut named: Vec<RoleKeys> = base.iter().map(|role| root.role_keys(role)).collect();
    let mut parents = vec![root.role_keys(&RoleName::targets())];
    let mut seen = BTreeSet::new();
    while let Some(keys) = parents.pop() {
        let candidates = files.get(keys.role()).into_iter().chain(published);
        let verified = candidates.filter_map(|bytes| targets(bytes, &keys));
        let Some(file) = verified.max_by_key(|file| file.header.version) else { continue };
        for delegation in file.roles.iter().filter(|delegation| delegation.name.parent().as_ref() == Some(keys.role())) {
            if seen.insert(delegation.name.clone()) {
                named.push(file.role_keys(delegation));
                parents.push(file.role_keys(delegation));
            }
        }
    }
    Ok(named)
}

fn targets(bytes: &Arc<[u8]>, keys: &RoleKeys) -> Option<Targets> {
    let file = Unverified::<Targets>::parse(keys.role(), Arc::clone(bytes)).ok()?;
    verify(file, keys).ok().map(|file| (*file).clone())
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    const PEERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/peers/delegations");

    fn files() -> BTreeMap<RoleName, Arc<[u8]>> {
        let mut files = BTreeMap::new();
        let mut add = |role: &str| {
            if let Ok(bytes) = fs::read(Path::new(PEERS).join(format!("{role}.json"))) {
                files.insert(RoleName::parse(role).unwrap(), Arc::from(bytes));
            }
        };
        ["root", "targets", "snapshot", "timestamp", "targets/alice", "targets/releases"].into_iter().for_each(&mut add);
        files
    }

    fn roles(files: &BTreeMap<RoleName, Arc<[u8]>>) -> Vec<String> {
        named_keys(files, &[]).unwrap().iter().map(|keys| keys.role().to_string()).collect()
    }

    #[test]
    fn base_roles_and_delegations_are_named_with_their_keys() {
        let files = files();
        let named = roles(&files);
        assert_eq!(named[..4], ["root", "targets", "snapshot", "timestamp"]);
        assert!(named.contains(&"targets/alice".to_owned()) && named.contains(&"targets/releases".to_owned()), "{named:?}");
        assert!(named_keys(&files, &[]).unwrap().iter().take(4).all(|keys| keys.iter().count() > 0));
    }

    #[test]
    fn a_file_that_does_not_verify_names_nothing() {
        let mut files = files();
        let bytes = String::from_utf8(files[&RoleName::targets()].to_vec()).unwrap();
        files.insert(RoleName::targets(), Arc::from(bytes.replace("targets/alice", "targets/mallo").into_bytes()));
        assert_eq!(roles(&files), ["root", "targets", "snapshot", "timestamp"]);
        files.insert(RoleName::root(), Arc::from(&b"{}"[..]));
        assert!(matches!(named_keys(&files, &[]), Err(NamedKeysError::Envelope(_))));
        assert_eq!(named_keys(&BTreeMap::new(), &[]).unwrap_err(), NamedKeysError::NoRoot);
    }

    #[test]
    fn what_was_published_and_not_read_again_counts() {
        let mut files = files();
        let published = [files.remove(&RoleName::targets()).unwrap(), Arc::from(&b"{}"[..])];
        assert_eq!(roles(&files).len(), 4);
        let named = named_keys(&files, &published).unwrap();
        assert!(named.iter().any(|keys| keys.role().as_str() == "targets/alice"));
    }
}
