//! Which first root, and which new one, a repository may have.

use std::{collections::BTreeMap, iter};

use jiff::Timestamp;

use super::{gun::Gun, key::Key, key_id::TufKeyId, role::RoleName, root::Root};
use crate::crypto::{chain, x509::CertificateBundle};

/// The pins of a person (Notary `trustpinning.TrustPinConfig`). Empty: trust on first use.
#[derive(Clone, Debug, Default)]
pub struct TrustPinning {
    /// IDs of root certificates, by GUN or by a prefix of GUNs that ends in `*`. An empty list pins to nothing.
    pub certs: BTreeMap<String, Vec<TufKeyId>>,
    /// PEM bundles of CA certificates, by a prefix of GUNs.
    pub ca: BTreeMap<String, Vec<u8>>,
    /// What happens where nothing is pinned.
    pub first_use: FirstUse,
}

/// Whether a root that nothing vouches for may be the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FirstUse {
    /// Yes: trust on first use.
    #[default]
    Trust,
    /// No.
    Refuse,
}

/// Why a root was refused. The words are Notary's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// A pinned bundle of CAs cannot be used.
    #[error("invalid CA certs provided")]
    InvalidCa,
    /// No root key stands in a certificate that is valid for this repository now.
    #[error("unable to retrieve valid leaf certificates: {0}")]
    NoValidCertificate(String),
    /// The root's certificate is not one that is pinned.
    #[error("unable to match any certificates to trust_pinning config")]
    NotPinned,
    /// Nothing is pinned, and trust on first use is off.
    #[error("invalid trust pinning specified: nothing is pinned for this repository and trust on first use is off")]
    NothingPinned,
}

/// What one repository's roots must satisfy.
enum Pin<'a> {
    Certificates(&'a [TufKeyId]),
    Ca(&'a [u8]),
    None,
}

impl TrustPinning {
    /// Checks a root before it is trusted. `known` tells whether an older root of the repository was trusted: then first use is no matter.
    pub fn check(&self, gun: &Gun, root: &Root, known: Known, now: Timestamp) -> Result<(), PinError> {
        let keys: Vec<Key> = valid_root_keys(gun, root, now)?;
        match self.pin_of(gun) {
            Pin::Certificates(ids) if keys.iter().any(|key| ids.contains(&key.id())) => Ok(()),
            Pin::Certificates(_) => Err(PinError::NotPinned),
            Pin::Ca(pem) => {
                let bundle = CertificateBundle::from_pem(pem).map_err(|_| PinError::InvalidCa)?;
                let roots: Vec<_> = iter::once(bundle.leaf()).chain(bundle.intermediates()).cloned().collect();
                let chains = |key: &Key| {
                    key.certificates().is_some_and(|leaf| leaf.is_ok_and(|leaf| chain::verify(&leaf, &roots, now).is_ok()))
                };
                if keys.iter().any(chains) { Ok(()) } else { Err(PinError::NotPinned) }
            }
            Pin::None if known == Known::No && self.first_use == FirstUse::Refuse => Err(PinError::NothingPinned),
            Pin::None => Ok(()),
        }
    }

    /// Notary `trustpinning.NewTrustPinChecker`: the GUN itself, then the longest wildcard, then the longest CA prefix.
    fn pin_of(&self, gun: &Gun) -> Pin<'_> {
        let wildcard = |pattern: &&String| pattern.strip_suffix('*').is_some_and(|prefix| gun.as_str().starts_with(prefix));
        let longest = self.certs.keys().filter(wildcard).max_by_key(|pattern| pattern.len());
        if let Some(ids) = self.certs.get(gun.as_str()).or_else(|| self.certs.get(longest?)) {
            return Pin::Certificates(ids);
        }
        let longest = self.ca.keys().filter(|prefix| gun.as_str().starts_with(prefix.as_str())).max_by_key(|prefix| prefix.len());
        longest.and_then(|prefix| self.ca.get(prefix)).map_or(Pin::None, |pem| Pin::Ca(pem))
    }
}

/// Whether an older root of the repository was trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// None was: first use.
    No,
    /// One was, and this one is signed by it.
    Yes,
}

/// The root keys whose certificate is for this repository and valid at `now`; at least one (Notary `trustpinning.validRootLeafCerts`).
fn valid_root_keys(gun: &Gun, root: &Root, now: Timestamp) -> Result<Vec<Key>, PinError> {
    let (mut valid, mut problem) = (Vec::new(), "the root's keys stand in no certificate".to_owned());
    for (_, key) in root.role_keys(&RoleName::root()).iter() {
        match certificate_problem(gun, key, now) {
            None => valid.push(key.clone()),
            Some(found) => problem = found,
        }
    }
    if valid.is_empty() { Err(PinError::NoValidCertificate(problem)) } else { Ok(valid) }
}

/// Why a root key's certificate is not one for this repository that is valid at `now`; none where it is.
pub(super) fn certificate_problem(gun: &Gun, key: &Key, now: Timestamp) -> Option<String> {
    let bundle = match key.certificates() {
        None => return Some("a root key stands in no certificate".to_owned()),
        Some(Err(error)) => return Some(error.to_string()),
        Some(Ok(bundle)) => bundle,
    };
    let name = bundle.leaf().common_name();
    if !names(name, gun) {
        return Some(format!("the certificate is for {name:?}"));
    }
    bundle.check_one_leaf().and_then(|()| bundle.leaf().check(Some(now))).err().map(|error| error.to_string())
}

/// A certificate's name is the GUN, or a prefix of it that ends in `*`. A bare `*`, which would name every repository, is refused.
fn names(common_name: &str, gun: &Gun) -> bool {
    common_name == gun.as_str()
        || common_name.strip_suffix('*').is_some_and(|prefix| !prefix.is_empty() && gun.as_str().starts_with(prefix))
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

    #[test]
    fn the_narrowest_pin_wins() {
        let id = |n: u8| TufKeyId::new(super::super::digest::Sha256::of(&[n]));
        let pins = TrustPinning {
            certs: BTreeMap::from([
                ("reg/a".to_owned(), vec![id(1)]),
                ("reg/*".to_owned(), vec![id(2)]),
                ("reg/b*".to_owned(), vec![]),
            ]),
            ca: BTreeMap::from([("other".to_owned(), b"short".to_vec()), ("other/x".to_owned(), b"long".to_vec())]),
            first_use: FirstUse::Trust,
        };
        let pin = |gun: &str| match pins.pin_of(&Gun::parse(gun).unwrap()) {
            Pin::Certificates(ids) => format!("{} certificates", ids.len()),
            Pin::Ca(pem) => String::from_utf8(pem.to_vec()).unwrap(),
            Pin::None => "none".to_owned(),
        };
        assert_eq!(
            [pin("reg/a"), pin("reg/b/c"), pin("other/x/y"), pin("other/z"), pin("third/x")],
            ["1 certificates", "0 certificates", "long", "short", "none"]
        );
    }
}
