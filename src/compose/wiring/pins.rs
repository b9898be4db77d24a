//! The pins of the settings, for the repositories of Docker's registries.

use std::{collections::BTreeMap, fs::File, path::Path};

use crate::{
    config::{root_settings::PinSettings, settings::DctSettings},
    term::error::os_words,
};
use host::bounded::read_bounded;
use trust::{
    crypto::x509::CertificateBundle,
    verify::pinning::{Authorities, FirstUse, Pin, TrustPinning},
};

/// Longest file of authorities that is read, in bytes.
const MAX_FILE: u64 = 4 << 20;

pub(super) fn pins(settings: &DctSettings) -> TrustPinning {
    let first_use = |trusted| if trusted { FirstUse::Trust } else { FirstUse::Refuse };
    let mut pinning = TrustPinning { first_use: first_use(settings.root.first_use), ..TrustPinning::default() };
    let mut files = BTreeMap::new();
    for (registry, set) in settings.registries() {
        pinning.first_use_at.extend(set.root.first_use.map(|trusted| (registry.to_owned(), first_use(trusted))));
        let pins = set.root.pins.iter();
        pinning.pins.extend(pins.map(|(pattern, set)| (pattern.of_registry(registry), pin(set, &mut files))));
    }
    pinning
}

/// A file that several pins name is read once.
fn pin<'a>(set: &'a PinSettings, files: &mut BTreeMap<&'a Path, Authorities>) -> Pin {
    let authorities = set.ca.as_deref().map(|file| files.entry(file).or_insert_with(|| authorities(file)).clone());
    Pin { certificates: set.certificates.clone(), keys: set.keys.clone(), authorities }
}

/// Whoever needs no root of those repositories needs none of their authorities: what is wrong with a file is told where it counts.
fn authorities(file: &Path) -> Authorities {
    let pem = read(file).and_then(|pem| CertificateBundle::from_pem(&pem).map(|_| pem).map_err(|error| error.to_string()));
    pem.map_or_else(|reason| Authorities::Unreadable(format!("{}: {reason}", file.display())), Authorities::Pem)
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    let mut pem = Vec::new();
    let read = File::open(file).and_then(|file| read_bounded(file, MAX_FILE, &mut pem));
    read.map(|()| pem).map_err(|error| os_words(&error))
}
