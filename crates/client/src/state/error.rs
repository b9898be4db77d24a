//! Why trust data cannot be brought up to date or published: the failures that arise here, each with its words, its code and its facts.

use crate::{
    error::{
        code::Coded,
        facts::{Facts, facts, moment, number, text, texts, with},
    },
    overtaken::{Overtaken, listed},
    ports::RemoteError,
};
use trust::{
    model::{gun::Gun, role::RoleName, version::Version},
    verify::error::UpdateError,
};

/// Where refused trust data came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The Notary server sent it.
    Server,
    /// It is stored on this machine.
    Store,
}

/// A failure around a repository's trust data. `E` is any failure, as one of these may hold another.
#[derive(Debug, thiserror::Error)]
pub enum StateError<E: Coded> {
    /// The repository was initialised on this machine and never published, and the server has another one by its name.
    #[error("{gun} was initialised on this machine and not published, and {server} has another repository by that name")]
    AnotherIsPublished {
        /// The repository.
        gun: Gun,
        /// The server's address.
        server: String,
    },
    /// Others published again and again while this update was under way.
    #[error("{gun}: other publishers were faster {attempts} times in a row: {last}")]
    Contended {
        /// The repository.
        gun: Gun,
        /// How often it was tried.
        attempts: u32,
        /// The last refusal.
        last: RemoteError,
    },
    /// The server has no trust data for the repository, and had some when this machine saw it last.
    #[error(transparent)]
    Gone {
        /// The server's answer.
        refusal: RemoteError,
    },
    /// This machine has never read the repository, and what the server shows of it has expired.
    #[error(
        "{gun} was never read on this machine, and {role} expired at {at}: what has expired is not signed anew on the server's word alone"
    )]
    NeverSeen {
        /// The repository.
        gun: Gun,
        /// What has expired.
        role: RoleName,
        /// When.
        at: jiff::Timestamp,
    },
    /// The server has no trust data for the repository.
    #[error("{server} has no trust data of {gun}")]
    NotInitialized {
        /// The repository.
        gun: Gun,
        /// The server's address.
        server: String,
    },
    /// The server took an update again and again, and kept none of it.
    #[error("{gun}: the server said {times} times in a row that it took the update, and its state does not have it")]
    NotKept {
        /// The repository.
        gun: Gun,
        /// How often it was tried.
        times: u32,
    },
    /// Someone else changed what roles sign under names since this was sent or begun. It is not published over that.
    #[error("while this was under way, someone else {}", listed(.0))]
    Overtaken(Vec<Overtaken>),
    /// Other processes of this machine stored later states again and again while this one was judged.
    #[error("{gun}: other processes on this machine have stored a later state, again and again; run it once more")]
    OvertakenHere {
        /// The repository.
        gun: Gun,
    },
    /// Someone else published a role above what this update had published, without its change. It is not published over that.
    #[error(
        "{role}: while this was under way, someone else published {} of it, without this change",
        version.map_or_else(|| "another file".to_owned(), |version| format!("version {version}"))
    )]
    TakenBack {
        /// The role.
        role: RoleName,
        /// Its version now.
        version: Option<Version>,
    },
    /// The server took an update, and did not show it in time.
    #[error("{gun}: the update is taken, and not yet visible{}", if reason.is_none() { ": the server shows the state from before" } else { "" })]
    Unconfirmed {
        /// The repository.
        gun: Gun,
        /// Why its state cannot be seen; none where it shows the one from before.
        reason: Option<Box<E>>,
    },
    /// The trust data is refused.
    #[error("{error}")]
    Untrusted {
        /// Where it came from.
        origin: Origin,
        /// What is wrong with it.
        error: UpdateError,
    },
}

impl<E: Coded> Coded for StateError<E> {
    fn code(&self) -> &'static str {
        match self {
            Self::AnotherIsPublished { .. } => "another-is-published",
            Self::Contended { .. } => "contended",
            Self::Gone { refusal } => refusal.code(),
            Self::NeverSeen { .. } => "never-seen",
            Self::NotInitialized { .. } => "not-initialized",
            Self::NotKept { .. } => "not-kept",
            Self::Overtaken(_) => "overtaken",
            Self::OvertakenHere { .. } => "overtaken-here",
            Self::TakenBack { .. } => "taken-back",
            Self::Unconfirmed { .. } => "unconfirmed",
            Self::Untrusted { error, .. } => error.code(),
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::AnotherIsPublished { gun, server } | Self::NotInitialized { gun, server } => {
                facts([("repository", text(gun)), ("server", text(server))])
            }
            Self::Contended { gun, attempts, last } => {
                with(last.facts(), [("repository", text(gun)), ("attempts", number(*attempts))])
            }
            Self::Gone { refusal } => refusal.facts(),
            Self::NeverSeen { gun, role, at } => facts([("repository", text(gun)), ("role", text(role)), ("expired", moment(*at))]),
            Self::NotKept { gun, times } => facts([("repository", text(gun)), ("attempts", number(*times))]),
            Self::Overtaken(names) => {
                facts([("roles", texts(names.iter().map(|it| &it.role))), ("names", texts(names.iter().map(|it| &it.name)))])
            }
            Self::OvertakenHere { gun } => facts([("repository", text(gun))]),
            Self::TakenBack { role, version } => {
                let version = version.map(|version| ("version", number(version.get())));
                with(facts([("role", text(role))]), version)
            }
            Self::Unconfirmed { gun, reason } => {
                let because = reason.as_ref().map(|reason| ("because", text(reason.code())));
                with(facts([("repository", text(gun))]), because)
            }
            Self::Untrusted { origin, error } => {
                let origin = if *origin == Origin::Server { "server" } else { "store" };
                with(error.facts(), [("origin", text(origin))])
            }
        }
    }
}
