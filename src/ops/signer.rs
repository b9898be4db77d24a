//! Adds signers to repositories.

use super::{
    error::OpsError,
    events::Event,
    init::initialize,
    keyring::Keyring,
    ports::KeyInfo,
    publish::publish,
    refresh::{Target, for_writing},
    session::Session,
};
use crate::tuf::{change::Change, gun::Gun, key::Key, role::RoleName};

/// Delegates to a signer, `targets/<name>`, and to `targets/releases`, with these keys and for all names, as one update. A
/// repository that is not there yet is initialised first. Adding a signer again adds what is new.
pub fn add(session: &Session<'_>, gun: &Gun, signer: &RoleName, keys: &[Key]) -> Result<(), OpsError> {
    let _writer = session.store.writer(gun)?;
    let keyring = Keyring::new(session);
    let is_targets_key = |info: &KeyInfo| info.role == RoleName::targets().as_str() && info.gun.as_deref() == Some(gun.as_str());
    let target = if let Some(target) = keyring.beside(is_targets_key, || for_writing(session, gun))?? {
        target
    } else {
        let local = initialize(session, &keyring, gun)?;
        session.events.tell(Event::Initialized { gun });
        Target::Unpublished(Box::new(local))
    };
    publish(session, &keyring, gun, target, &delegation_to(signer, keys))
}

/// What makes a signer: Docker gives every signer's keys to `targets/releases` too, the role that it trusts.
pub(super) fn delegation_to(signer: &RoleName, keys: &[Key]) -> Vec<Change> {
    let delegate = |role: RoleName| Change::Delegate { role, keys: keys.to_vec(), paths: vec![String::new()] };
    vec![delegate(signer.clone()), delegate(RoleName::releases())]
}
