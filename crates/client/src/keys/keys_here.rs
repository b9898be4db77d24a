//! Which keys of a role are on this machine.

use crate::ports::{KeyInfo, KeyStoreError, Keys};
use trust::model::role_keys::RoleKeys;

/// The keys of a role that are on this machine, each once: one may stand there twice, bare and in a certificate.
pub(crate) fn keys_here(keys: &dyn Keys, role: &RoleKeys) -> Result<Vec<KeyInfo>, KeyStoreError> {
    let mut here: Vec<KeyInfo> = Vec::new();
    for id in role.canonical_ids() {
        if here.iter().all(|info| info.id != id) {
            here.extend(keys.find(id)?);
        }
    }
    Ok(here)
}
