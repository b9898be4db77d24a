//! Signs and publishes what is signed anew without another content.

use std::{collections::BTreeMap, thread};

use super::{
    error::OpsError,
    keyring::Keyring,
    ports::{Bytes, RemoteError},
    publish::{keep, pause},
    session::Session,
};
use crate::tuf::{
    gun::Gun,
    reissue::Reissue,
    role::RoleName,
    role_keys::RoleKeys,
    sign::{sign, sign_next_root},
};

/// How often it is signed anew because another publisher was faster.
const MAX_ATTEMPTS: u32 = 10;

/// Publishes what `next` makes of the server's state, as one update. Where another publisher was faster `next` is called again, to look at the state
/// then. `legacy` are keys of earlier roots, which sign a new root too as far as they are here.
pub(super) fn publish_anew(
    session: &Session<'_>,
    keyring: &Keyring<'_>,
    gun: &Gun,
    legacy: &[RoleKeys],
    mut next: impl FnMut() -> Result<Reissue, OpsError>,
) -> Result<(), OpsError> {
    let mut attempts = 0;
    let mut reissue = next()?;
    loop {
        attempts += 1;
        let files = signed_files(keyring, &reissue, legacy)?;
        let upload: Vec<(RoleName, Bytes)> = files.iter().map(|(role, bytes)| (role.clone(), Bytes::clone(bytes))).collect();
        match session.remote.publish(gun, &upload) {
            Ok(()) => {
                keep(session, gun, files);
                return Ok(());
            }
            Err(last @ RemoteError::Conflict { .. }) if attempts == MAX_ATTEMPTS => {
                return Err(OpsError::Contended { gun: gun.clone(), attempts, last });
            }
            Err(RemoteError::Conflict { .. }) => {
                thread::sleep(pause(attempts));
                reissue = next()?;
            }
            // where someone else gave the root other keys, the server looks at the signatures before it looks at versions
            Err(error @ RemoteError::Rejected { .. }) if reissue.root().is_some() && attempts < MAX_ATTEMPTS => {
                let newer = next()?;
                if newer.previous_root().version() == reissue.previous_root().version() {
                    return Err(error.into());
                }
                reissue = newer;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Signs each file with every key at hand; the snapshot where its key is here, else the server signs it.
pub(super) fn signed_files(
    keyring: &Keyring<'_>,
    reissue: &Reissue,
    legacy: &[RoleKeys],
) -> Result<BTreeMap<RoleName, Bytes>, OpsError> {
    let mut files = BTreeMap::new();
    if let Some(root) = reissue.root() {
        let previous = reissue.previous_root();
        let mut signers = keyring.signers(&previous.role_keys(&RoleName::root()))?;
        signers = signers.and(keyring.signers(&root.role_keys(&RoleName::root()))?);
        for keys in legacy {
            if let Some(more) = keyring.signers_here(keys)? {
                signers = signers.and(more);
            }
        }
        let root = sign_next_root(root, previous, &signers.list())?;
        files.insert(RoleName::root(), Bytes::clone(root.bytes()));
    }
    for (file, keys) in reissue.files() {
        let signed = sign(file, keys, &keyring.signers(keys)?.list())?;
        files.insert(keys.role().clone(), Bytes::clone(signed.bytes()));
    }
    let keys = reissue.snapshot_keys();
    if let Some(signers) = keyring.signers_here(&keys)? {
        let snapshot = sign(&reissue.snapshot(&files), &keys, &signers.list())?;
        files.insert(RoleName::snapshot(), Bytes::clone(snapshot.bytes()));
    }
    Ok(files)
}
