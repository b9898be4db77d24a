//! Which roles of a repository can be signed here, and with which keys.

use crate::{error::OpsError, keys::keys_here, outcome::Outcome, ports::KeyInfo, session::Session, state::refresh::for_reading};
use trust::model::{gun::Gun, role::RoleName};

/// A role of which at least one key is on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The role.
    pub role: RoleName,
    /// How many distinct keys must sign for it.
    pub threshold: u64,
    /// Those of its keys that are here.
    pub keys: Vec<KeyInfo>,
}

/// The roles of a repository that keys on this machine may sign for: the base roles first, then delegations as their parents name them.
pub fn whoami(session: &Session<'_>, gun: &Gun) -> Result<Outcome<Vec<Standing>>, OpsError> {
    Outcome::of(session, |session| standings(session, gun))
}

fn standings(session: &Session<'_>, gun: &Gun) -> Result<Vec<Standing>, OpsError> {
    let repo = for_reading(session, gun)?;
    let base = [RoleName::root(), RoleName::targets(), RoleName::snapshot()].map(|role| repo.root().role_keys(&role));
    let delegated = repo.delegations().map(|(_, delegation)| repo.role_keys(&delegation.name));
    let mut standings = Vec::new();
    for keys in base.into_iter().chain(delegated) {
        let here = keys_here(session.keys, &keys)?;
        if !here.is_empty() {
            standings.push(Standing { role: keys.role().clone(), threshold: keys.threshold().get(), keys: here });
        }
    }
    Ok(standings)
}
