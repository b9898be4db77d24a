//! The keys of a root that count: a root is verified by these and by no others.
//!
//! A certificate is public. It stands in every root, and whoever writes a root may list it beside a key of his own. So what is asked of a root's keys,
//! their certificates and the pins, is asked first, and what is left of them must then have signed (Notary `trustpinning.ValidateRoot`).

use jiff::Timestamp;

use super::pinning::{FirstUse, Pin, PinError, PriorTrust, TrustPinning};
use crate::model::{gun::Gun, key::Key, role::RoleName, role_keys::RoleKeys, root::Root};

/// Most keys that an error names.
const NAMED: usize = 4;

/// Those keys of a root that count at a moment, and why its word is taken. Made here alone.
#[derive(Clone, Debug)]
pub struct CountedKeys {
    keys: RoleKeys,
    grounds: Grounds,
}

/// Why the word of a root's keys is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grounds {
    /// A person vouches for the keys, by a pin or by the root's ID.
    Vouched,
    /// The root follows from one that was trusted here before.
    Known,
    /// The server showed it first.
    FirstUse,
}

/// The moments of one judgement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// At which a certificate must be valid.
    pub at: Timestamp,
    /// The one time of the command.
    pub now: Timestamp,
}

impl CountedKeys {
    /// Of the keys that a root lists for the role root, those that stand in a certificate for this repository that is valid at the moment, with one
    /// leaf, and that are pinned where something is pinned. The threshold stays the root's own.
    ///
    /// An authority vouches for what it has issued as long as that is valid: it does not care who has the key of an expired certificate.
    pub(crate) fn of(gun: &Gun, root: &Root, known: PriorTrust, pins: &TrustPinning, moment: Moment) -> Result<Self, PinError> {
        let listed = root.role_keys(&RoleName::root());
        let certified = certified(gun, &listed, moment.at)?;
        let mut counted = certified.clone();
        let mut grounds = if known == PriorTrust::Yes { Grounds::Known } else { Grounds::FirstUse };
        let pin = pins.pin_of(gun);
        if let Some(pin) = &pin {
            counted = pin.pinned(counted, moment.at)?;
            if counted.is_empty() {
                return Err(PinError::NotPinned(ids(certified.iter().map(|(_, key)| *key))));
            }
            grounds = if lasts(pin, moment) { Grounds::Vouched } else { grounds };
        }
        if let Some(named) = pins.named {
            counted.retain(|(_, key)| named.names(key));
            if counted.is_empty() {
                return Err(PinError::NotNamed(ids(certified.iter().map(|(_, key)| *key))));
            }
            grounds = Grounds::Vouched;
        }
        let nothing_vouches = pin.is_none() && pins.named.is_none();
        if known == PriorTrust::No && nothing_vouches && pins.first_use_of(gun) == FirstUse::Refuse {
            return Err(PinError::NothingPinned(gun.clone()));
        }
        let counted: Vec<String> = counted.into_iter().map(|(id, _)| id.to_owned()).collect();
        let keys = listed.only(|id, _| counted.iter().any(|counted| counted == id));
        Ok(Self { keys, grounds })
    }

    /// The keys, with the root's threshold.
    pub(crate) fn keys(&self) -> &RoleKeys {
        &self.keys
    }

    /// Why their word is taken.
    pub(crate) fn grounds(&self) -> Grounds {
        self.grounds
    }

    /// The IDs of the keys, for a person.
    pub(crate) fn named(&self) -> String {
        ids(self.keys.iter().map(|(_, key)| key))
    }
}

/// Whether a pin vouches for its keys whatever has become of their certificates.
fn lasts(pin: &Pin, moment: Moment) -> bool {
    pin.authorities.is_none() || moment.at >= moment.now
}

/// The keys whose certificate is for this repository and valid; at least one (Notary `trustpinning.validRootLeafCerts`).
fn certified<'a>(gun: &Gun, listed: &'a RoleKeys, at: Timestamp) -> Result<Vec<(&'a str, &'a Key)>, PinError> {
    let (mut valid, mut problem) = (Vec::new(), "the root's keys stand in no certificate".to_owned());
    for (id, key) in listed.iter() {
        match certificate_problem(gun, key, Some(at)) {
            None => valid.push((id, key)),
            Some(found) => problem = found,
        }
    }
    if valid.is_empty() { Err(PinError::NoValidCertificate(problem)) } else { Ok(valid) }
}

/// The keys of a root that may sign the next one: those whose certificate is for this repository, whenever it is valid. A root that has lain in the store
/// for long may have an expired one, and is followed all the same (Notary `trustpinning.ValidateRoot`, of the root before).
pub(crate) fn keys_for_the_next(gun: &Gun, root: &Root) -> RoleKeys {
    root.role_keys(&RoleName::root()).only(|_, key| certificate_problem(gun, key, None).is_none())
}

/// The last moment, until now, at which a certificate for this repository was valid among the root's: what counted then counts for recovery. It is one
/// moment for all keys, so that a key whose certificate had expired before gets nothing back by it.
pub(crate) fn last_moment(gun: &Gun, root: &Root, now: Timestamp) -> Timestamp {
    let keys = keys_for_the_next(gun, root);
    let ends = keys.iter().filter_map(|(_, key)| Some(key.certificates()?.ok()?.leaf().not_after()));
    ends.max().map_or(now, |end| end.min(now))
}

/// Until when as many of a root's keys stand in a valid certificate for this repository as it asks for: then it counts no more, whatever its own end.
/// None where too few do at all.
pub(crate) fn certified_until(gun: &Gun, root: &Root) -> Option<Timestamp> {
    let keys = keys_for_the_next(gun, root);
    let ends = keys.iter().filter_map(|(_, key)| Some(key.certificates()?.ok()?.leaf().not_after()));
    let mut ends: Vec<Timestamp> = ends.collect();
    ends.sort_unstable_by(|a, b| b.cmp(a));
    ends.get(usize::try_from(keys.threshold().get()).ok()?.checked_sub(1)?).copied()
}

/// Why a root key's certificate is not one for this repository, and valid at a moment where one is asked for; none where it is.
pub(crate) fn certificate_problem(gun: &Gun, key: &Key, at: Option<Timestamp>) -> Option<String> {
    let bundle = match key.certificates() {
        None => return Some("a root key stands in no certificate".to_owned()),
        Some(Err(error)) => return Some(error.to_string()),
        Some(Ok(bundle)) => bundle,
    };
    let name = bundle.leaf().common_name();
    if !names(name, gun) {
        return Some(format!("the certificate is for {name:?}"));
    }
    bundle.check_one_leaf().and_then(|()| bundle.leaf().check(at)).err().map(|error| error.to_string())
}

/// A certificate's name is the GUN, or a prefix of it that ends in `*`. A bare `*`, which would name every repository, is refused.
fn names(common_name: &str, gun: &Gun) -> bool {
    common_name == gun.as_str()
        || common_name.strip_suffix('*').is_some_and(|prefix| !prefix.is_empty() && gun.as_str().starts_with(prefix))
}

/// Keys by their IDs in metadata, as `inspect` shows them; no more of them than an error has room for.
fn ids<'a>(keys: impl Iterator<Item = &'a Key>) -> String {
    let ids: Vec<String> = keys.map(|key| key.id().to_string()).collect();
    let shown = ids.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if ids.len() > NAMED { format!("{shown} and {} more", ids.len() - NAMED) } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_names_its_repository() {
        let gun = Gun::parse("docker.io/evil/x").unwrap();
        assert!(names("docker.io/evil/x", &gun) && names("docker.io/evil/*", &gun) && names("docker.io/ev*", &gun));
        assert!(!names("*", &gun) && !names("docker.io/evil", &gun) && !names("", &gun) && !names("docker.io/other/*", &gun));
    }
}
