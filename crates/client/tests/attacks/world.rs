//! A client that reads one repository, and the verdicts that it can give.
//!
//! - REJ: an error; nothing that is stored has changed; the same again and again; and the honest server afterwards succeeds.
//! - STALE: the last verified state, with a warning.
//! - OK: the right entries.

use std::collections::{BTreeMap, BTreeSet};

use client::{
    error::OpsError,
    outcome::HeardWarnings,
    ports::Warning,
    session::{RefuseUnreleased, Session},
    state::refresh,
};
use jiff::Timestamp;
use trust::{
    model::{gun::Gun, key_id::TufKeyId},
    verify::{
        pinning::{Pin, TrustPinning},
        update::Freshness,
    },
};

use crate::support::{
    forge::{Forge, NOW},
    memory::{Fault, MemoryRegistry, MemoryRemote, MemoryStore, Nobody},
};

pub(crate) const GUN: &str = "example.com/prod/nginx";

/// Role, name, and the SHA-256 of the content in base64.
pub(crate) type Entries = BTreeSet<(String, String, String)>;

pub(crate) struct World {
    pub(crate) store: MemoryStore,
    pub(crate) remote: MemoryRemote,
    pub(crate) pins: TrustPinning,
    pub(crate) now: Timestamp,
}

pub(crate) struct Answer {
    pub(crate) entries: Entries,
    pub(crate) freshness: Freshness,
    pub(crate) warnings: Vec<Warning>,
}

impl Answer {
    /// Whether a role was set aside with a warning, for a reason that has these words.
    pub(crate) fn sets_aside(&self, of: &str, why: &str) -> bool {
        let is_told = |warning: &Warning| matches!(warning, Warning::RoleSetAside { role, reason, .. } if role.as_str() == of && reason.contains(why));
        self.warnings.iter().any(is_told)
    }
}

impl World {
    /// A client that has never seen the repository.
    pub(crate) fn cold() -> Self {
        Self {
            store: MemoryStore::default(),
            remote: MemoryRemote::default(),
            pins: TrustPinning::default(),
            now: NOW.parse().unwrap(),
        }
    }

    /// A client that has just read a valid repository, and that repository.
    pub(crate) fn warm() -> (Self, Forge) {
        let forge = Forge::new(GUN);
        let world = Self::cold();
        world.accepts(&forge);
        (world, forge)
    }

    /// Reads what the server serves.
    pub(crate) fn read(&self) -> Result<Answer, OpsError> {
        let (repo, warnings) = self.ask(&RefuseUnreleased::default(), |session| refresh::for_reading(session, &gun()));
        let repo = repo?;
        let entries = repo.entries(None).into_iter().map(|entry| {
            let sha256 = <base64ct::Base64 as base64ct::Encoding>::encode_string(entry.target.meta.sha256.as_bytes());
            (entry.role.to_string(), entry.name.to_owned(), sha256)
        });
        Ok(Answer { entries: entries.collect(), freshness: repo.freshness(), warnings })
    }

    /// One command of a person without keys, and what they are warned of.
    pub(crate) fn ask<R>(&self, unreleased: &RefuseUnreleased, command: impl FnOnce(&Session<'_>) -> R) -> (R, Vec<Warning>) {
        let heard = HeardWarnings::default();
        let session = Session {
            store: &self.store,
            remote: &self.remote,
            registry: &MemoryRegistry::default(),
            accounts: &Nobody,
            keys: &Nobody,
            key_files: &Nobody,
            events: &heard,
            decisions: &Nobody,
            pins: &self.pins,
            unreleased,
            now: self.now,
        };
        let result = command(&session);
        (result, heard.warnings())
    }

    /// OK: the server serves this repository, and all that it signs is found.
    pub(crate) fn accepts(&self, forge: &Forge) -> Answer {
        self.remote.serve(forge.files());
        let answer = self.read().unwrap_or_else(|error| panic!("an honest repository was refused: {error}"));
        assert_eq!(answer.freshness, Freshness::Fetched);
        assert_eq!(answer.entries, entries_of(forge));
        answer
    }

    /// OK, and a role is set aside with a warning that names it.
    pub(crate) fn accepts_without(&self, forge: &Forge, role: &str) -> Answer {
        self.remote.serve(forge.files());
        let answer = self.read().unwrap_or_else(|error| panic!("refused as a whole: {error}"));
        let mut expected = entries_of(forge);
        expected.retain(|(of, ..)| of != role);
        assert_eq!(answer.entries, expected);
        assert!(answer.sets_aside(role, ""), "{:?}", answer.warnings);
        answer
    }

    /// REJ for these files, with a cause that says `why`; and then the honest repository is accepted.
    pub(crate) fn rejects(&self, hostile: &Forge, why: &str, honest: &Forge) {
        self.rejects_files(hostile.files(), why, honest);
    }

    /// The same for files that no forge would serve.
    pub(crate) fn rejects_files(&self, hostile: BTreeMap<String, Vec<u8>>, why: &str, honest: &Forge) {
        self.remote.serve(hostile);
        self.refuses(why);
        self.accepts(honest);
    }

    /// The server answers each request for a file whose name begins so with a fault: REJ; and then the honest repository is accepted.
    pub(crate) fn rejects_fault(&self, prefix: &str, fault: Fault, why: &str, honest: &Forge) {
        self.remote.serve(honest.files());
        self.remote.fail(prefix, fault);
        self.refuses(why);
        self.accepts(honest);
    }

    /// The server is in trouble: the last verified state answers, with a warning, and stays as it is.
    pub(crate) fn is_stale(&self, prefix: &str, fault: Fault, last: &Entries) {
        self.remote.fail(prefix, fault);
        let before = self.store.of(&gun());
        for _ in 0..3 {
            let answer = self.read().unwrap_or_else(|error| panic!("the last state does not answer: {error}"));
            assert_eq!(answer.freshness, Freshness::Cached);
            assert_eq!(&answer.entries, last);
            assert!(
                answer.warnings.iter().any(|warning| matches!(warning, Warning::AnsweredFromStore { .. })),
                "{:?}",
                answer.warnings
            );
        }
        assert_eq!(format!("{before:?}"), format!("{:?}", self.store.of(&gun())));
    }

    /// Whatever is served now is refused each time, and nothing that is stored changes.
    pub(crate) fn refuses(&self, why: &str) {
        let before = self.store.of(&gun());
        for run in 0..4 {
            let error = match self.read() {
                Ok(answer) => panic!("run {run} accepted it: {:?}", answer.entries),
                Err(error) => error.to_string(),
            };
            assert!(error.contains(why), "run {run}: {error:?} does not say {why:?}");
            assert!(error.len() < 1000, "{error}");
            let after = self.store.of(&gun());
            assert!(before.files == after.files && before.floor == after.floor, "run {run} changed what is stored");
        }
    }
}

/// A pin to root certificates.
pub(crate) fn by_certificates(ids: &[TufKeyId]) -> Pin {
    Pin { certificates: ids.to_vec(), ..Pin::default() }
}

/// All that a forge's roles sign.
pub(crate) fn entries_of(forge: &Forge) -> Entries {
    let roles = forge.signed.iter().filter(|(role, _)| role.starts_with("targets"));
    let entries = roles.flat_map(|(role, signed)| {
        let targets = signed["targets"].as_object().unwrap();
        targets
            .iter()
            .map(move |(name, target)| (role.clone(), name.clone(), target["hashes"]["sha256"].as_str().unwrap().to_owned()))
    });
    entries.collect()
}

pub(crate) fn gun() -> Gun {
    Gun::parse(GUN).unwrap()
}
