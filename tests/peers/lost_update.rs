//! Two people publish at the same moment, each another role, on the real server with MariaDB: it can say yes to both and list one of the two files. Nobody
//! is told success of what is not there, and what was lost is published again.

use std::{
    collections::BTreeMap,
    io::Write as _,
    sync::{Barrier, Mutex},
    thread,
    time::{Duration, Instant},
};

use client::{
    error::OpsError,
    outcome::HeardWarnings,
    ports::{Bytes, ChangeFile, Changelist, KeyFiles, NotaryRemote, RemoteError, StoreError, Warning},
    repo::{publish_staged::publish_staged, signer, stage},
    session::{RefuseUnreleased, Session},
    state::refresh::for_reading,
};
use jiff::Timestamp;
use trust::{
    crypto::{private_key::PrivateKey, secret::Passphrase},
    edit::change::Change,
    model::{digest::Sha256, gun::Gun, hashes::FileMeta, key::Key, key_name::KeyName, role::RoleName, targets::Target},
    verify::pinning::TrustPinning,
};

use crate::{
    keys::MemoryKeys,
    lone_server::LoneServer,
    memory::{MemoryRegistry, MemoryStore, Nobody},
};

/// At most so many pairs of updates.
const PAIRS: u32 = 5000;

/// For so many seconds, or as many as `DCT_TEST_RACE_SECONDS` says.
const SECONDS: u64 = 30;

fn easy() -> Passphrase {
    Passphrase::new("easy".to_owned())
}

/// Somebody who gives each new key the same passphrase.
struct Easy;

impl client::ports::Decisions for Easy {
    fn passphrase(&self, _: &client::ports::PassphraseRequest) -> Result<Passphrase, client::ports::DecisionError> {
        Ok(easy())
    }
}

/// One staged change.
#[derive(Default)]
struct Staged(Mutex<Vec<ChangeFile>>);

impl Changelist for Staged {
    fn list(&self, _: &Gun) -> Result<Vec<ChangeFile>, StoreError> {
        Ok(self.0.lock().unwrap().clone())
    }

    fn add(&self, _: &Gun, _: Timestamp, changes: &[Vec<u8>]) -> Result<(), StoreError> {
        let file = |bytes: &Vec<u8>| ChangeFile { name: "change".to_owned(), content: Ok(Bytes::from(bytes.clone())) };
        self.0.lock().unwrap().extend(changes.iter().map(file));
        Ok(())
    }

    fn remove(&self, _: &Gun, _: &[ChangeFile]) -> Result<(), StoreError> {
        self.0.lock().unwrap().clear();
        Ok(())
    }
}

/// Someone who publishes in one role, or reads, with a trust folder of their own.
struct Person<'a> {
    remote: &'a dyn NotaryRemote,
    keys: &'a MemoryKeys,
    store: MemoryStore,
    /// What they were warned of.
    warnings: Vec<Warning>,
}

impl<'a> Person<'a> {
    fn new(remote: &'a dyn NotaryRemote, keys: &'a MemoryKeys) -> Self {
        Self { remote, keys, store: MemoryStore::default(), warnings: Vec::new() }
    }

    fn with<T>(&mut self, act: impl FnOnce(&Session<'_>) -> T) -> T {
        let (heard, pins) = (HeardWarnings::default(), TrustPinning::default());
        let session = Session {
            store: &self.store,
            remote: self.remote,
            registry: &MemoryRegistry::default(),
            accounts: &Nobody,
            keys: self.keys,
            key_files: self.keys,
            events: &heard,
            decisions: &Easy,
            pins: &pins,
            unreleased: &RefuseUnreleased::default(),
            now: now(),
        };
        let result = act(&session);
        self.warnings.extend(heard.warnings());
        result
    }

    /// Signs a content of this number under one name.
    fn publish(&mut self, gun: &Gun, role: &RoleName, number: u32) -> Result<(), OpsError> {
        let target = Target { meta: FileMeta::of_image(1, content(role, number)), custom: None };
        let change = Change::AddTarget { role: role.clone(), name: "name".to_owned(), target };
        self.with(|session| {
            let staged = Staged::default();
            stage::stage(&staged, gun, session.now, &[change])?;
            publish_staged(session, &staged, gun).map(drop)
        })
    }

    /// What each role signs under the name.
    fn read(&mut self, gun: &Gun) -> Result<BTreeMap<RoleName, Sha256>, OpsError> {
        self.with(|session| {
            let repo = for_reading(session, gun)?;
            let entries = repo.entries(Some("name"));
            Ok(entries.iter().map(|entry| (entry.role.clone(), entry.target.meta.sha256)).collect())
        })
    }
}

#[allow(clippy::disallowed_methods, reason = "a real server signs for some days from now")]
fn now() -> Timestamp {
    Timestamp::now()
}

fn content(role: &RoleName, number: u32) -> Sha256 {
    Sha256::of(format!("{role} {number}").as_bytes())
}

#[test]
fn of_two_updates_at_the_same_moment_none_is_lost_and_none_is_said_to_be_there_that_is_not() {
    let Some(server) = LoneServer::start() else { return };
    let (keys, gun) = (MemoryKeys::default(), Gun::parse("example.com/prod/race").unwrap());
    let key = PrivateKey::generate_p256().unwrap();
    keys.add(&key, &KeyName::of("alice"), None, &easy()).unwrap();
    let mut owner = Person::new(&server, &keys);
    let alice = RoleName::signer("alice").unwrap();
    owner.with(|session| signer::add(session, &gun, &alice, &[Key::of(&key)])).unwrap();
    let roles = [RoleName::targets(), RoleName::releases()];
    for role in &roles {
        owner.publish(&gun, role, 0).unwrap();
    }

    let mut people = [(); 2].map(|()| Person::new(&server, &keys));
    let mut reader = Person::new(&server, &keys);
    let seconds = std::env::var("DCT_TEST_RACE_SECONDS").map_or(SECONDS, |seconds| seconds.parse().expect("a number"));
    let (deadline, mut tally) = (Instant::now() + Duration::from_secs(seconds), Tally::default());
    while tally.pairs < PAIRS && Instant::now() < deadline {
        tally.pairs += 1;
        let results = at_once(&mut people, &roles, &gun, tally.pairs);
        let there = reader.read(&gun).unwrap();
        for ((person, role), result) in people.iter_mut().zip(&roles).zip(results) {
            let is_there = there.get(role) == Some(&content(role, tally.pairs));
            match result {
                Ok(()) if is_there => tally.confirmed += 1,
                Ok(()) => {
                    tally.displaced_late += 1;
                    person.warnings.clear();
                    person.read(&gun).unwrap();
                    let is_told = |it: &Warning| matches!(it, Warning::SentNotThere { .. });
                    assert!(person.warnings.iter().any(is_told), "{role}: {there:?}");
                }
                // an error that says so is no lie
                Err(OpsError::Remote(RemoteError::Status { .. })) => tally.refused += 1,
                Err(error) => panic!("pair {}, {role}: {error:?}, {there:?}", tally.pairs),
            }
        }
    }
    let warnings = people.iter().flat_map(|person| &person.warnings);
    tally.again = warnings.filter(|it| matches!(it, Warning::LostAndSentAgain { .. })).count();
    std::io::stderr().write_all(format!("{tally:?}\n").as_bytes()).unwrap();
    assert!(tally.pairs > 20, "{tally:?} in {seconds} s");
    // only a server that stands still in the midst of an update is that late; the next look has said so
    assert!(tally.displaced_late <= 1, "success was said, and another's update displaced it then: {tally:?}");
}

/// What became of the updates.
#[derive(Debug, Default)]
struct Tally {
    pairs: u32,
    confirmed: u32,
    /// Lost by the server, and published again.
    again: usize,
    /// Refused with an error.
    refused: u32,
    /// Lost after they were confirmed.
    displaced_late: u32,
}

fn at_once(people: &mut [Person<'_>; 2], roles: &[RoleName; 2], gun: &Gun, number: u32) -> Vec<Result<(), OpsError>> {
    let barrier = &Barrier::new(2);
    thread::scope(|scope| {
        let publishing = people.iter_mut().zip(roles).map(|(person, role)| {
            scope.spawn(move || {
                barrier.wait();
                person.publish(gun, role, number)
            })
        });
        publishing.collect::<Vec<_>>().into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}
