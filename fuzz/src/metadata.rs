//! Metadata as it comes, before anyone has vouched for it.

use std::{collections::BTreeMap, sync::Arc};

use trust::{
    json::value::Json,
    model::{digest::Sha256, key_id::CanonicalKeyId, root::Root, snapshot::Snapshot, targets::Targets, timestamp},
    model::{payload::Payload, role::RoleName},
    verify::{
        bootstrap::RootWalk,
        envelope::Unverified,
        floor::Floor,
        pinning::{Authorities, FirstUse, Pin, TrustPinning},
        update::Freshness,
    },
};

use crate::forge::forge;

/// What is written is read as the same again, and what is canonical stays as it is.
pub(crate) fn json(bytes: &[u8]) {
    let Ok(json) = Json::parse(bytes) else { return };
    let canonical = json.canonical();
    // a control character is written raw, which no reader takes: it is refused before anything is signed
    if json.control_character().is_some() {
        assert!(Json::parse(&canonical).is_err());
        return;
    }
    let again = Json::parse(&canonical).expect("the canonical form is JSON");
    assert_eq!(again, json);
    assert_eq!(again.canonical(), canonical);
    assert_eq!(Json::parse(&json.in_file()).as_ref(), Ok(&json));
}

/// No stage takes what its keys have not signed, and an envelope says the same under each role.
pub(crate) fn envelope(bytes: &[u8]) {
    let bytes: Arc<[u8]> = bytes.into();
    let forge = forge();
    let parsed = [
        parses::<Root>(&RoleName::root(), &bytes),
        parses::<timestamp::Timestamp>(&RoleName::timestamp(), &bytes),
        parses::<Snapshot>(&RoleName::snapshot(), &bytes),
        parses::<Targets>(&RoleName::targets(), &bytes),
    ];
    assert!(parsed == [true; 4] || parsed == [false; 4], "{parsed:?}");
    if let Ok(stage) = forge.chain.clone().timestamp(Arc::clone(&bytes), Freshness::Fetched) {
        let _ = stage.needs();
    }
    if let Ok(stage) = forge.with_timestamp(forge.chain.clone(), &bytes).expect("a timestamp").snapshot(Arc::clone(&bytes)) {
        let _ = stage.needs();
    }
    if let Ok(repo) = forge.repo(forge.chain.clone(), &bytes, None) {
        assert_eq!(repo.all_files().get(&RoleName::targets()), Some(&bytes));
    }
    let repo = forge.repo(forge.chain.clone(), &forge.delegating(), Some(&bytes));
    if let Ok(repo) = repo
        && let Some(file) = repo.targets(&forge.delegation)
    {
        assert_eq!(file.bytes(), &bytes);
    }
}

fn parses<T: Payload>(role: &RoleName, bytes: &Arc<[u8]>) -> bool {
    Unverified::<T>::parse(role, Arc::clone(bytes)).is_ok()
}

/// A root is kept byte for byte, and no walk goes from the trusted one to whatever is offered.
pub(crate) fn root(bytes: &[u8]) {
    let bytes: Arc<[u8]> = bytes.into();
    let forge = forge();
    let trusted = RootWalk::first_use(&forge.gun, Arc::clone(&forge.root)).expect("a root");
    let _ = trusted.steps_to(&bytes);
    if let Ok(walk) = trusted.step(Arc::clone(&bytes)) {
        assert_eq!(walk.version().get(), 2);
    }
    for walk in
        [RootWalk::first_use(&forge.gun, Arc::clone(&bytes)), RootWalk::resume(&forge.gun, Arc::clone(&bytes), Floor::default())]
    {
        let Ok(walk) = walk else { continue };
        assert_eq!(walk.bytes(), &bytes);
        let walk =
            walk.heed(&BTreeMap::from([(RoleName::timestamp(), Arc::clone(&bytes)), (RoleName::targets(), Arc::clone(&bytes))]));
        assert_eq!(walk.floor().root(), Some(&bytes));
        let strict = walk.clone().settle(&TrustPinning::default(), forge.now).is_ok();
        assert_ne!(walk.is_stale(&TrustPinning::default(), forge.now), strict);
        let recovered = walk.settle_for_recovery(&TrustPinning::default(), forge.now).is_ok();
        assert!(recovered || !strict, "recovery overlooks ends, and asks for nothing more");
    }
}

/// A pattern on the first line, authorities behind it. A pin that names nothing pins nothing, and no bundle may let more in than no pin does.
pub(crate) fn pins(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (pattern, pem) = bytes.split_at(end);
    let pattern = String::from_utf8_lossy(pattern).into_owned();
    let forge = forge();
    let walk = RootWalk::first_use(&forge.gun, Arc::clone(&forge.root)).expect("a root");
    let authorities = Authorities::Pem(pem.to_vec());
    let pin = Pin { authorities: Some(authorities.clone()), keys: vec![CanonicalKeyId::new(Sha256::of(pem))], ..Pin::default() };
    for pins in [
        TrustPinning { pins: [(pattern.clone(), pin)].into(), first_use: FirstUse::Refuse, ..TrustPinning::default() },
        TrustPinning { authorities: [(pattern, authorities)].into(), first_use: FirstUse::Refuse, ..TrustPinning::default() },
    ] {
        let settled = walk.clone().settle(&pins, forge.now).is_ok();
        assert!(!settled || pins.pin_of(&forge.gun).is_some(), "nothing is pinned, and first use is refused");
    }
}
