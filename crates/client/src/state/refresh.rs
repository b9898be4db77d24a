//! Brings the trust data of a repository up to date, in as few round trips as the wire allows.

pub mod read_back;
pub mod recovery;
mod warnings;
mod what_was_sent;

use std::{
    collections::BTreeMap,
    marker::PhantomData,
    time::{Duration, Instant},
};

use self::warnings::warn;
use crate::{
    error::OpsError,
    ports::{Bytes, Commit, FileRef, RemoteError, Stored, TrustSet, Warning},
    session::Session,
    state::error::{Origin, StateError},
};
use trust::{
    edit::local::LocalRepo,
    model::{digest::Sha256, gun::Gun, role::RoleName},
    verify::{
        bootstrap::RootWalk,
        ends::{ExpiryCheck, Judged, Overlooked},
        error::UpdateError,
        trusted::TrustedRepo,
        update::{Freshness, RootChain},
    },
};

/// How often a state is judged anew because another process of this machine has stored a later one meanwhile.
const MAX_JUDGEMENTS: usize = 5;

/// How long one run walks, where roots come slowly or are costly to verify.
const MAX_WALK: Duration = Duration::from_secs(20);

/// How long the files of delegations are fetched and verified, each of which may have further ones below it.
const MAX_TIME_OF_DELEGATIONS: Duration = Duration::from_secs(120);

/// A repository as it is to be written: the server's, or a draft of this machine.
pub enum WritableRepo {
    /// The server has it.
    Published(Box<TrustedRepo>),
    /// It was initialised on this machine, and the server does not have it yet.
    Unpublished(Box<LocalRepo>),
}

/// The verified state of a repository, to read from. Where the server cannot be reached the last verified state answers, with a
/// warning; never where it has answered.
pub fn for_reading(session: &Session<'_>, gun: &Gun) -> Result<TrustedRepo, OpsError> {
    bring_up_to_date(session, gun, Outage::AnswerFromStore).0
}

/// The failure of one who wants what the server has never had.
pub(crate) fn not_initialized(session: &Session<'_>, gun: &Gun) -> OpsError {
    StateError::NotInitialized { gun: gun.clone(), server: session.remote.address(gun) }.into()
}

/// The verified state of a repository as the server has it now, to publish to; none where the repository is nowhere.
pub fn for_writing(session: &Session<'_>, gun: &Gun) -> Result<Option<WritableRepo>, OpsError> {
    match bring_up_to_date(session, gun, Outage::Fail) {
        (Ok(repo), _) => Ok(Some(WritableRepo::Published(Box::new(repo)))),
        (Err(OpsError::State(StateError::NotInitialized { .. })), Some(local)) => {
            local.check(session.pins, session.now).map_err(in_store)?;
            Ok(Some(WritableRepo::Unpublished(Box::new(local))))
        }
        (Err(OpsError::State(StateError::NotInitialized { .. })), None) => Ok(None),
        (Err(error), _) => Err(error),
    }
}

/// The state that the server has, and a repository of that name that was only ever initialised here.
fn bring_up_to_date(session: &Session<'_>, gun: &Gun, outage: Outage) -> (Result<TrustedRepo, OpsError>, Option<LocalRepo>) {
    for _ in 0..MAX_JUDGEMENTS {
        let opened = Refresh::<Judged>::open(session, gun).and_then(|refresh| Ok((refresh.unpublished()?, refresh)));
        let (unpublished, refresh) = match opened {
            Ok(opened) => opened,
            Err(error) => return (Err(error), None),
        };
        let result = match refresh.run(outage) {
            Ok((_, Commit::Overtaken)) => continue,
            Ok((repo, Commit::Stored)) => Ok(repo),
            Err(OpsError::State(StateError::Untrusted { origin: Origin::Server, .. })) if unpublished.is_some() => {
                Err(OpsError::State(StateError::AnotherIsPublished { gun: gun.clone(), server: session.remote.address(gun) }))
            }
            Err(error) => Err(error),
        };
        return (result, unpublished);
    }
    (Err(OpsError::State(StateError::OvertakenHere { gun: gun.clone() })), None)
}

/// What to do where the Notary server cannot be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    /// The last verified state answers while it is valid, with a warning (docker `pull`).
    AnswerFromStore,
    /// Nothing answers.
    Fail,
}

/// How a walk over roots ends, and so what comes of an update.
trait Settles: ExpiryCheck {
    fn settle(walk: RootWalk, session: &Session<'_>) -> Result<RootChain<Self>, UpdateError>
    where
        Self: Sized;
}

impl Settles for Judged {
    fn settle(walk: RootWalk, session: &Session<'_>) -> Result<RootChain<Self>, UpdateError> {
        walk.settle(session.pins, session.now)
    }
}

impl Settles for Overlooked {
    fn settle(walk: RootWalk, session: &Session<'_>) -> Result<RootChain<Self>, UpdateError> {
        walk.settle_for_recovery(session.pins, session.now)
    }
}

struct Refresh<'a, E = Judged> {
    session: &'a Session<'a>,
    gun: &'a Gun,
    stored: Stored,
    by_hash: BTreeMap<Sha256, Bytes>,
    ends: PhantomData<E>,
}

/// What the first round trip brought.
struct FirstFetch {
    walk: RootWalk,
    newest_root: Option<Bytes>,
    timestamp: Result<Bytes, RemoteError>,
}

impl Refresh<'_> {
    fn run(mut self, outage: Outage) -> Result<(TrustedRepo, Commit), OpsError> {
        let FirstFetch { walk, newest_root, timestamp } = self.begin()?;
        let repo = match timestamp.map_err(OpsError::from).and_then(|timestamp| self.fetched(walk.clone(), newest_root, timestamp))
        {
            Err(OpsError::Remote(error)) if error.is_outage() && outage == Outage::AnswerFromStore => {
                return Ok((self.answer_from_store(walk, error.into())?, Commit::Stored));
            }
            result => result?,
        };
        let commit = self.commit(&repo)?;
        if commit == Commit::Stored {
            warn(self.session, &repo);
            self.look_for_sent(&repo);
        }
        Ok((repo, commit))
    }

    /// The last state that was verified here, while its timestamp has not expired.
    fn answer_from_store(mut self, walk: RootWalk, outage: OpsError) -> Result<TrustedRepo, OpsError> {
        let Some(timestamp) = self.stored.files.get(&RoleName::timestamp()).cloned() else { return Err(outage) };
        match self.verify(walk, timestamp, Freshness::Cached) {
            Ok(repo) => {
                self.session.warn(Warning::AnsweredFromStore { outage: outage.to_string() });
                warn(self.session, &repo);
                Ok(repo)
            }
            Err(OpsError::State(StateError::Untrusted { error: error @ UpdateError::Expired { .. }, .. })) => {
                Err(OpsError::State(StateError::Untrusted { origin: Origin::Store, error }))
            }
            Err(_) => Err(outage),
        }
    }

    /// What an `init` left here that no server has seen: root and targets, and no trace of a published state.
    fn unpublished(&self) -> Result<Option<LocalRepo>, OpsError> {
        let files = &self.stored.files;
        let published = !self.stored.floor.is_empty() || files.contains_key(&RoleName::timestamp());
        match (files.get(&RoleName::root()), files.get(&RoleName::targets())) {
            (Some(root), Some(targets)) if !published => {
                LocalRepo::resume(self.gun, Bytes::clone(root), Bytes::clone(targets)).map(Some).map_err(in_store)
            }
            _ => Ok(None),
        }
    }
}

impl<'a, E: Settles> Refresh<'a, E> {
    fn open(session: &'a Session<'a>, gun: &'a Gun) -> Result<Self, OpsError> {
        let stored = session.store.load(gun)?;
        let mut by_hash = stored.published.clone();
        by_hash.extend(stored.files.values().map(|bytes| (Sha256::of(bytes), Bytes::clone(bytes))));
        Ok(Self { session, gun, stored, by_hash, ends: PhantomData })
    }

    /// One round trip: the timestamp, and the newest root where there is no stored one or it has ended.
    fn begin(&self) -> Result<FirstFetch, OpsError> {
        let session = self.session;
        let stored = self.resume()?;
        let needs_root = stored.as_ref().is_none_or(|walk| walk.is_stale(session.pins, session.now));
        let files = if needs_root { vec![FileRef::Timestamp, FileRef::CurrentRoot] } else { vec![FileRef::Timestamp] };
        let mut answers = session.remote.fetch_all(self.gun, &files).into_iter();
        let timestamp = self.told_apart(answers.next().unwrap_or_else(|| Err(no_answer())))?;
        let root = answers.next().map(|root| self.told_apart(root)).transpose()?;
        match (stored, root) {
            (Some(walk), None) => Ok(FirstFetch { walk, newest_root: None, timestamp }),
            (Some(walk), Some(Ok(root))) => Ok(FirstFetch { walk, newest_root: Some(root), timestamp }),
            (Some(walk), Some(Err(error))) => Ok(FirstFetch { walk, newest_root: None, timestamp: Err(error) }),
            (None, Some(Ok(root))) => {
                let walk = RootWalk::first_use(self.gun, root).map_err(on_server)?;
                Ok(FirstFetch { walk, newest_root: None, timestamp })
            }
            (None, Some(Err(error))) => Err(error.into()),
            (None, None) => Err(no_answer().into()),
        }
    }

    /// The root that is trusted here; none where nothing of the repository is stored.
    fn resume(&self) -> Result<Option<RootWalk>, OpsError> {
        match self.stored.files.get(&RoleName::root()) {
            Some(root) => {
                let walk = RootWalk::resume(self.gun, Bytes::clone(root), self.stored.floor.clone()).map_err(in_store)?;
                Ok(Some(walk.heed(&self.stored.files)))
            }
            None if self.stored.floor.is_empty() && self.stored.files.is_empty() => Ok(None),
            None => Err(in_store(UpdateError::RootMissing { gun: self.gun.clone() })),
        }
    }

    /// Not found means that the repository is not initialised, or is gone where a published state of it was seen before.
    fn told_apart(&self, answer: Result<Bytes, RemoteError>) -> Result<Result<Bytes, RemoteError>, OpsError> {
        let Err(refusal @ RemoteError::NotFound { .. }) = answer else { return Ok(answer) };
        if !self.stored.floor.is_empty() || self.stored.files.contains_key(&RoleName::timestamp()) {
            return Err(StateError::Gone { refusal }.into());
        }
        Err(not_initialized(self.session, self.gun))
    }

    /// Verifies what the server has, and walks to its newest root where the trusted one does not explain it.
    fn fetched(&mut self, walk: RootWalk, newest_root: Option<Bytes>, timestamp: Bytes) -> Result<TrustedRepo<E>, OpsError> {
        if let Some(newest) = newest_root {
            let walk = self.climb(walk, &newest)?;
            return self.verify(walk, timestamp, Freshness::Fetched);
        }
        let error = match self.verify(walk.clone(), Bytes::clone(&timestamp), Freshness::Fetched) {
            Err(OpsError::State(StateError::Untrusted { error, .. })) if error.may_be_cured_by_a_new_root() => error,
            result => return result,
        };
        let newest = self.fetch(&FileRef::CurrentRoot)?;
        let version = walk.version();
        let walk = self.climb(walk, &newest)?;
        if walk.version() == version { Err(on_server(error)) } else { self.verify(walk, timestamp, Freshness::Fetched) }
    }

    /// Walks from the trusted root to the newest, over every version between them, as far as one run goes. Each is verified before the next is asked for
    /// (TUF 5.3): a claim of two thousand million roots costs one request.
    fn climb(&self, mut walk: RootWalk, newest: &Bytes) -> Result<RootWalk, OpsError> {
        let begun = Instant::now();
        let steps = walk.steps_to(newest).map_err(on_server)?;
        let fetched = if steps.arrive { steps.versions.len().saturating_sub(1) } else { steps.versions.len() };
        for version in steps.versions.iter().take(fetched).copied() {
            if begun.elapsed() > MAX_WALK {
                return Err(self.cut_short(&walk)?);
            }
            let root = self.fetch(&FileRef::RootVersion(version)).map_err(|error| match error {
                RemoteError::NotFound { .. } => on_server(UpdateError::RootGap(version)),
                error => error.into(),
            })?;
            walk = walk.step(root).map_err(on_server)?;
        }
        if !steps.arrive {
            return Err(self.cut_short(&walk)?);
        }
        if steps.versions.is_empty() { Ok(walk) } else { walk.step(Bytes::clone(newest)).map_err(on_server) }
    }

    /// Stores a root that was walked to, beside what was stored (TUF 5.3.8), where the walk began with a trusted one.
    fn cut_short(&self, walk: &RootWalk) -> Result<OpsError, OpsError> {
        if walk.is_known() {
            let mut files = self.stored.files.clone();
            files.insert(RoleName::root(), Bytes::clone(walk.bytes()));
            // where another process has stored a later state, it has come as far
            self.session.store.commit(self.gun, &TrustSet { files, floor: walk.floor() }).map(drop)?;
        }
        Ok(on_server(UpdateError::ManyRoots(walk.version())))
    }

    fn verify(&mut self, walk: RootWalk, timestamp: Bytes, freshness: Freshness) -> Result<TrustedRepo<E>, OpsError> {
        let refused = if freshness == Freshness::Fetched { on_server } else { in_store };
        let chain = E::settle(walk, self.session).map_err(refused)?;
        let stage = chain.timestamp(timestamp, freshness).map_err(refused)?;
        let snapshot = self.get(&[stage.needs()], freshness).remove(&RoleName::snapshot()).unwrap_or_else(|| Err(no_answer()))?;
        let stage = stage.snapshot(snapshot).map_err(refused)?;
        let mut files = self.get(&stage.needs(), freshness);
        let targets = files.remove(&RoleName::targets()).unwrap_or_else(|| Err(no_answer()))?;
        let mut repo = stage.targets(targets, &self.stored.files).map_err(refused)?;
        let began = Instant::now();
        loop {
            let needs = repo.needs().map_err(refused)?;
            if needs.is_empty() {
                return Ok(repo);
            }
            let missing: Vec<FileRef> =
                needs.iter().filter(|file| role_of(file).is_none_or(|role| !files.contains_key(role))).cloned().collect();
            files.extend(self.get(&missing, freshness));
            for role in needs.iter().filter_map(role_of) {
                match files.remove(role).unwrap_or_else(|| Err(no_answer())) {
                    // a server that keeps a file in another form than it was sent in lists the hash of a file that it does not have
                    Err(RemoteError::NotFound { .. }) => {
                        repo.set_aside(role, format!("the server lists a file of {role}, and does not have it (404)"));
                    }
                    // what was set aside when the server could be reached was not stored
                    Err(_) if freshness == Freshness::Cached => {
                        repo.set_aside(role, format!("the listed file of {role} is not on this machine"));
                    }
                    Ok(_) if began.elapsed() > MAX_TIME_OF_DELEGATIONS => {
                        let seconds = MAX_TIME_OF_DELEGATIONS.as_secs();
                        repo.set_aside(role, format!("{role} is not looked at: the files of delegations have taken {seconds} s"));
                    }
                    answer => repo = repo.delegation(role, &answer?).map_err(refused)?,
                }
            }
        }
    }

    /// Files by role: those that are here by their hash, and the others fetched together.
    fn get(&mut self, files: &[FileRef], freshness: Freshness) -> BTreeMap<RoleName, Result<Bytes, RemoteError>> {
        let mut found = BTreeMap::new();
        let mut missing = Vec::new();
        for file in files {
            let FileRef::Hashed { role, sha256, .. } = file else { continue };
            match self.by_hash.get(sha256) {
                Some(bytes) => drop(found.insert(role.clone(), Ok(Bytes::clone(bytes)))),
                None => missing.push(file.clone()),
            }
        }
        if freshness == Freshness::Cached || missing.is_empty() {
            return found;
        }
        let answers = self.session.remote.fetch_all(self.gun, &missing);
        for (file, answer) in missing.iter().zip(answers) {
            let FileRef::Hashed { role, sha256, .. } = file else { continue };
            if let Ok(bytes) = &answer {
                // a second pass, after a new root, finds it here
                self.by_hash.insert(*sha256, Bytes::clone(bytes));
            }
            found.insert(role.clone(), answer);
        }
        found
    }

    fn fetch(&self, file: &FileRef) -> Result<Bytes, RemoteError> {
        self.session.remote.fetch_all(self.gun, std::slice::from_ref(file)).pop().unwrap_or_else(|| Err(no_answer()))
    }

    fn commit(&self, repo: &TrustedRepo<E>) -> Result<Commit, OpsError> {
        let set = TrustSet { files: repo.all_files(), floor: repo.floor() };
        if set.files == self.stored.files && set.floor == self.stored.floor && self.stored.published.is_empty() {
            return Ok(Commit::Stored);
        }
        Ok(self.session.store.commit(self.gun, &set)?)
    }
}

fn role_of(file: &FileRef) -> Option<&RoleName> {
    match file {
        FileRef::Hashed { role, .. } => Some(role),
        _ => None,
    }
}

fn on_server(error: UpdateError) -> OpsError {
    OpsError::State(StateError::Untrusted { origin: Origin::Server, error })
}

fn in_store(error: UpdateError) -> OpsError {
    OpsError::State(StateError::Untrusted { origin: Origin::Store, error })
}

/// A remote gives as many answers as it gets questions; a cached state asks none.
fn no_answer() -> RemoteError {
    RemoteError::Unusable("a file of the last verified state is not on this machine".to_owned())
}
