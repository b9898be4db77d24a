//! What a person vouches for: which root keys a repository may have, and whether a first root may be trusted that nothing vouches for.

use std::{collections::BTreeMap, iter};

use jiff::Timestamp;

use crate::{
    crypto::{
        chain,
        x509::{Certificate, CertificateBundle},
    },
    model::{
        gun::Gun,
        key::Key,
        key_id::{CanonicalKeyId, TufKeyId},
    },
};

/// The pins of a person. Empty: trust on first use.
#[derive(Clone, Debug, Default)]
pub struct TrustPinning {
    /// What is pinned, by GUN or by a prefix of GUNs that ends in `*` (Notary `trust_pinning.certs`).
    pub pins: BTreeMap<String, Pin>,
    /// Authorities by a prefix of GUNs, for repositories that no pin is for (Notary `trust_pinning.ca`).
    pub authorities: BTreeMap<String, Authorities>,
    /// What happens where nothing is pinned.
    pub first_use: FirstUse,
    /// The same for the repositories of one registry, by its host in lower case.
    pub first_use_at: BTreeMap<String, FirstUse>,
    /// The root that a person has named for this command. It must satisfy the pins as well.
    pub named: Option<RootId>,
}

/// What vouches for a root key. A key is pinned that one of these names; where they name nothing, no key is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pin {
    /// IDs of keys in their certificates, as metadata names them.
    pub certificates: Vec<TufKeyId>,
    /// IDs of keys, in whatever certificate.
    pub keys: Vec<CanonicalKeyId>,
    /// Authorities, one of which has issued the certificate.
    pub authorities: Option<Authorities>,
}

/// A PEM bundle of CA certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authorities {
    /// Its text.
    Pem(Vec<u8>),
    /// It could not be read, for this reason: no key is pinned by it, nor by what stands beside it.
    Unreadable(String),
}

/// The ID of a root, as a person has it: that of one of its keys in its certificate, or of the key itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RootId(TufKeyId, CanonicalKeyId);

/// Whether a root that nothing vouches for may be the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FirstUse {
    /// Yes: trust on first use.
    #[default]
    Trust,
    /// No.
    Refuse,
}

/// Whether an older root of the repository was trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriorTrust {
    /// None was: first use.
    No,
    /// One was, and this one is signed by it.
    Yes,
}

/// Why a root was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// A pinned bundle of CAs cannot be used.
    #[error("the pinned authorities cannot be used{}", reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}")))]
    InvalidCa {
        /// Why it could not be read, where it is that.
        reason: Option<String>,
    },
    /// No root key stands in a certificate that is valid for this repository now.
    #[error("no root key stands in a valid certificate: {0}")]
    NoValidCertificate(String),
    /// None of the root's keys is pinned that stand in a valid certificate.
    #[error("no key that is pinned is one of the root: it has {0}")]
    NotPinned(String),
    /// None of them is the one that a person has named.
    #[error("it is not the root that was named: it has {0}")]
    NotNamed(String),
    /// Nothing is pinned, and trust on first use is off.
    #[error("nothing is pinned for {0} and trust on first use is off")]
    NothingPinned(Gun),
    /// Too few of the keys have signed that count.
    #[error("{found} of {needed} keys that count have signed; those that count are {counted}")]
    NotSigned {
        /// Distinct keys with a valid signature.
        found: u64,
        /// How many the root needs.
        needed: u64,
        /// The keys that count.
        counted: String,
    },
}

impl TrustPinning {
    /// The same for one command in which a person names the root.
    #[must_use]
    pub fn naming(&self, root: RootId) -> Self {
        Self { named: Some(root), ..self.clone() }
    }

    /// What is pinned for a repository; none where nothing is (Notary `trustpinning.NewTrustPinChecker`): by the GUN itself, else by the longest
    /// prefix with a `*`, else by the longest prefix with authorities. The host has no case, as on the network.
    #[must_use]
    pub fn pin_of(&self, gun: &Gun) -> Option<Pin> {
        let path = gun.as_str().get(gun.host().len()..).unwrap_or_default();
        let names = [gun.as_str().to_owned(), format!("{}{path}", gun.host().to_ascii_lowercase())];
        let begins = |prefix: &str| names.iter().any(|name| name.starts_with(prefix));
        let longest = self.pins.iter().filter(|(pattern, _)| pattern.strip_suffix('*').is_some_and(begins));
        let pin = names.iter().find_map(|name| self.pins.get(name));
        let pin = pin.or_else(|| longest.max_by_key(|(pattern, _)| pattern.len()).map(|(_, pin)| pin));
        let authorities = || {
            let longest = self.authorities.iter().filter(|(prefix, _)| begins(prefix)).max_by_key(|(prefix, _)| prefix.len());
            longest.map(|(_, authorities)| Pin { authorities: Some(authorities.clone()), ..Pin::default() })
        };
        pin.cloned().or_else(authorities)
    }

    /// Whether a root of a repository may be the first though nothing vouches for it.
    #[must_use]
    pub fn first_use_of(&self, gun: &Gun) -> FirstUse {
        self.first_use_at.get(&gun.host().to_ascii_lowercase()).copied().unwrap_or(self.first_use)
    }
}

impl Pin {
    /// Those of some keys that are pinned.
    pub(crate) fn pinned<'a>(&self, keys: Vec<(&'a str, &'a Key)>, at: Timestamp) -> Result<Vec<(&'a str, &'a Key)>, PinError> {
        let roots = match &self.authorities {
            None => Vec::new(),
            Some(Authorities::Unreadable(reason)) => return Err(PinError::InvalidCa { reason: Some(reason.clone()) }),
            Some(Authorities::Pem(pem)) => {
                let bundle = CertificateBundle::from_pem(pem).map_err(|_| PinError::InvalidCa { reason: None })?;
                iter::once(bundle.leaf()).chain(bundle.intermediates()).cloned().collect()
            }
        };
        Ok(keys.into_iter().filter(|(_, key)| self.names(key) || is_issued(key, &roots, at)).collect())
    }

    fn names(&self, key: &Key) -> bool {
        self.certificates.contains(&key.id()) || key.canonical_id().is_ok_and(|id| self.keys.contains(&id))
    }
}

fn is_issued(key: &Key, authorities: &[Certificate], at: Timestamp) -> bool {
    let bundle = key.certificates().and_then(Result::ok);
    !authorities.is_empty() && bundle.is_some_and(|bundle| chain::verify(&bundle, authorities, at).is_ok())
}

impl RootId {
    /// Reads 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn from_hex(hex: &str) -> Option<Self> {
        Some(Self(TufKeyId::from_hex(hex)?, CanonicalKeyId::from_hex(hex)?))
    }

    pub(crate) fn names(self, key: &Key) -> bool {
        self.0 == key.id() || key.canonical_id().is_ok_and(|id| self.1 == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::digest::Sha256;

    fn of(n: u8) -> Pin {
        Pin { certificates: vec![TufKeyId::new(Sha256::of(&[n])); usize::from(n)], ..Pin::default() }
    }

    fn pins(list: &[(&str, Pin)], ca: &[(&str, &[u8])]) -> TrustPinning {
        TrustPinning {
            pins: list.iter().map(|(pattern, pin)| ((*pattern).to_owned(), pin.clone())).collect(),
            authorities: ca.iter().map(|(prefix, pem)| ((*prefix).to_owned(), Authorities::Pem(pem.to_vec()))).collect(),
            ..TrustPinning::default()
        }
    }

    #[test]
    fn the_narrowest_pin_wins() {
        let pins = pins(
            &[("reg/a", of(1)), ("reg/*", of(2)), ("reg/b*", of(0))],
            &[("other", b"short"), ("other/x", b"long"), ("reg/c", b"behind the pins")],
        );
        let pin = |gun: &str| match pins.pin_of(&Gun::parse(gun).unwrap()) {
            Some(Pin { authorities: Some(Authorities::Pem(pem)), .. }) => String::from_utf8(pem).unwrap(),
            Some(pin) => format!("{} certificates", pin.certificates.len()),
            None => "none".to_owned(),
        };
        assert_eq!(
            [pin("reg/a"), pin("reg/b/c"), pin("reg/c"), pin("other/x/y"), pin("other/z"), pin("third/x")],
            ["1 certificates", "0 certificates", "2 certificates", "long", "short", "none"]
        );
    }

    #[test]
    fn a_host_has_no_case_and_a_path_has() {
        let mut pins = pins(&[("dtr.example.com/a", of(1)), ("Dtr.example.com/B", of(2)), ("dtr.example.com/c/*", of(3))], &[]);
        pins.first_use_at.insert("dtr.example.com".to_owned(), FirstUse::Refuse);
        let certificates = |gun: &str| pins.pin_of(&Gun::parse(gun).unwrap()).map(|pin| pin.certificates.len());
        assert_eq!(certificates("DTR.example.com/a"), Some(1));
        assert_eq!(certificates("Dtr.Example.com/c/x"), Some(3));
        assert_eq!((certificates("Dtr.example.com/B"), certificates("dtr.example.com/A")), (Some(2), None));
        assert_eq!(pins.first_use_of(&Gun::parse("DTR.example.com/z").unwrap()), FirstUse::Refuse);
        assert_eq!(pins.first_use_of(&Gun::parse("dtr.example.org/z").unwrap()), FirstUse::Trust);
    }
}
