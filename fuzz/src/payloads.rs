//! Metadata that is signed: what a payload says, read, written and read again.

use std::sync::Arc;

use trust::{
    edit::{apply::apply, change::Change, changelist::StagedChange, local::LocalRepo, plan::Base, recovery::Recoverable},
    json::value::Json,
    model::{key::Key, payload::Payload, role::RoleName},
    verify::{bootstrap::RootWalk, floor::Floor, pinning::TrustPinning, trusted::TrustedRepo, update::Freshness},
};

use crate::forge::{Forge, forge};

fn signed(role: &RoleName, bytes: &[u8]) -> Option<(&'static Forge, Arc<[u8]>)> {
    let json = Json::parse(bytes).ok()?;
    Some((forge(), forge().sign(role, &json)))
}

/// A root is the same from the store as from a server, and says the same when it is written anew.
pub(crate) fn root(bytes: &[u8]) {
    let Some((forge, file)) = signed(&RoleName::root(), bytes) else { return };
    let walk = RootWalk::first_use(&forge.gun, Arc::clone(&file));
    let resumed = RootWalk::resume(&forge.gun, Arc::clone(&file), Floor::default());
    assert_eq!(walk.is_ok(), resumed.is_ok());
    let Ok(walk) = walk else { return };
    let _ = walk.steps_to(&forge.root);
    let trusted = RootWalk::first_use(&forge.gun, Arc::clone(&forge.root)).expect("a root");
    if let Ok(next) = trusted.clone().step(Arc::clone(&file)) {
        assert_eq!(Some(next.version()), trusted.version().next());
        let _ = next.settle(&TrustPinning::default(), forge.now);
    }
    let targets = forge.delegating();
    for file in [&file, &forge.root] {
        let Ok(local) = LocalRepo::resume(&forge.gun, Arc::clone(file), Arc::clone(&targets)) else { continue };
        let _ = local.check(&TrustPinning::default(), forge.now);
        let again = forge.sign(&RoleName::root(), &local.root().to_json());
        let again = LocalRepo::resume(&forge.gun, again, Arc::clone(&targets)).expect("what was written is read");
        assert!(**again.root() == **local.root(), "a root says something else when it is written anew");
    }
    if let Ok(chain) = walk.clone().settle(&TrustPinning::default(), forge.now) {
        let _ = forge.repo(chain, &targets, None);
    }
    if let Ok(chain) = walk.settle_for_recovery(&TrustPinning::default(), forge.now) {
        let _ = forge.repo(chain, &targets, None);
    }
}

/// A timestamp asks for one file.
pub(crate) fn timestamp(bytes: &[u8]) {
    let Some((forge, file)) = signed(&RoleName::timestamp(), bytes) else { return };
    if let Ok(stage) = forge.chain.clone().timestamp(file, Freshness::Fetched) {
        let _ = stage.needs();
        assert!(stage.snapshot(forge.delegating()).is_err(), "a targets file is no snapshot");
    }
}

/// A snapshot that names the trusted root asks for targets, first.
pub(crate) fn snapshot(bytes: &[u8]) {
    let Some((forge, file)) = signed(&RoleName::snapshot(), bytes) else { return };
    let stage = forge.with_timestamp(forge.chain.clone(), &file).expect("a timestamp");
    if let Ok(stage) = stage.snapshot(file) {
        assert!(!stage.needs().is_empty());
        let _ = stage.targets(forge.delegating(), &std::collections::BTreeMap::new());
    }
}

/// A targets file says the same when it is written anew, and whatever it says can be looked up in and edited.
pub(crate) fn targets(bytes: &[u8]) {
    let role = RoleName::targets();
    let Some((forge, file)) = signed(&role, bytes) else { return };
    let repo = forge.repo(forge.chain.clone(), &file, None);
    let recovered = recoverable(forge, &file, None);
    assert!(recovered.is_some() || repo.is_err(), "recovery overlooks ends, and asks for nothing more");
    let Ok(repo) = repo else { return };
    use_all(forge, &repo);
    let payload = repo.targets(&role).expect("the file");
    let again = forge.sign(&role, &payload.to_json());
    let again = forge.repo(forge.chain.clone(), &again, None).expect("what was written is read");
    assert!(again.targets(&role).is_some_and(|again| **again == **payload), "a file says something else when it is written anew");
}

/// The same for a delegation's file, which is set aside where it cannot be used.
pub(crate) fn delegation(bytes: &[u8]) {
    let role = &forge().delegation;
    let Some((forge, file)) = signed(role, bytes) else { return };
    let targets = forge.delegating();
    let _ = recoverable(forge, &targets, Some(&file));
    let Ok(repo) = forge.repo(forge.chain.clone(), &targets, Some(&file)) else { return };
    use_all(forge, &repo);
    let Some(payload) = repo.targets(role) else {
        assert!(repo.skipped().contains_key(role), "a file is used, or set aside");
        return;
    };
    let again = forge.sign(role, &payload.to_json());
    let again = forge.repo(forge.chain.clone(), &targets, Some(&again)).expect("what was written is read");
    assert!(again.targets(role).is_some_and(|again| **again == **payload), "a file says something else when it is written anew");
}

fn recoverable(forge: &Forge, targets: &Arc<[u8]>, delegation: Option<&Arc<[u8]>>) -> Option<Recoverable> {
    let walk = RootWalk::first_use(&forge.gun, Arc::clone(&forge.root)).ok()?;
    let chain = walk.settle_for_recovery(&TrustPinning::default(), forge.now).ok()?;
    let found = Recoverable::new(forge.repo(chain, targets, delegation).ok()?);
    let _ = (found.role_ends(), found.certificate_ends(), found.ended(forge.now), found.set_aside(forge.now));
    Some(found)
}

/// What a command does with a repository.
fn use_all(forge: &Forge, repo: &TrustedRepo) {
    let (role, mut more) = (RoleName::targets(), repo.clone());
    let _ = more.needs();
    let roles: Vec<RoleName> = repo.delegations().map(|(_, delegation)| delegation.name.clone()).chain([role.clone()]).collect();
    for entry in repo.entries(None) {
        let _ = (entry, repo.floor(), repo.all_files());
    }
    let _ = repo.entries_by_priority(&roles, Some("latest"));
    let changes = [
        Change::RemoveTarget { role: role.clone(), name: "latest".to_owned() },
        Change::Witness { role: role.clone() },
        Change::PurgeKeys {
            below: role,
            keys: roles.iter().flat_map(|role| repo.role_keys(role).canonical_ids().collect::<Vec<_>>()).collect(),
        },
    ];
    for change in changes {
        let _ = apply(Base::Trusted(repo), &[change], forge.now, &|_| true);
    }
}

/// A key is the same when it is written, and its ID does not depend on how it was read.
pub(crate) fn server_key(bytes: &[u8]) {
    let Ok(json) = Json::parse(bytes) else { return };
    let Ok(key) = Key::read(&json, "key") else { return };
    let again = Key::read(&key.to_json(), "key").expect("what was written is read");
    assert!(again == key && again.id() == key.id());
    let verifying = key.verifying_key();
    if let (Ok(bare), Ok(id)) = (key.bare(), key.canonical_id()) {
        assert!(bare.id().to_string() == id.to_string());
    }
    if let Ok(verifying) = verifying {
        let _ = (verifying.algorithm(), verifying.cost(), verifying.check_size());
        assert!(verifying.identity() == key.verifying_key().expect("the same").identity());
    }
}

/// A staged change is the same when it is written, and comes to the same changes; each of these can be staged again.
pub(crate) fn change(bytes: &[u8]) {
    let Ok(staged) = StagedChange::parse(bytes) else { return };
    assert_eq!(StagedChange::parse(&staged.to_bytes()).as_ref(), Ok(&staged));
    let Ok(changes) = staged.changes() else { return };
    for change in &changes {
        let Some(staged) = StagedChange::of(change) else { continue };
        let read = StagedChange::parse(&staged.to_bytes()).expect("what was staged is read");
        assert_eq!(read, staged);
        let _ = read.changes();
    }
    let forge = forge();
    let repo = forge.repo(forge.chain.clone(), &forge.delegating(), None).expect("a repository");
    for can_sign in [true, false] {
        let _ = apply(Base::Trusted(&repo), &changes, forge.now, &|_| can_sign);
    }
}
