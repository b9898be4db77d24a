//! The facts of a failure, by name: what a program would else have to read out of a sentence.

use std::{collections::BTreeMap, fmt::Display};

use serde::Serialize;

use super::{OpsError, Origin, code::Coded as _};
use crate::ports::{Asked, EngineError, KeyStoreError, RegistryError, RemoteError, Service, StoreError, Withheld};
use trust::{
    edit::plan::PlanError,
    verify::{error::UpdateError, pinning::PinError, threshold::VerifyError},
};

/// Facts by name, in `camelCase`.
pub type Facts = BTreeMap<&'static str, Fact>;

/// A fact. Digests are `sha256:…`, IDs hexadecimal digits, moments RFC 3339.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Fact {
    /// A count, a version or a status.
    Number(u64),
    /// A name, an ID, an address or the words of another program.
    Text(String),
    /// Several of those.
    Texts(Vec<String>),
}

fn text(fact: &(impl Display + ?Sized)) -> Fact {
    Fact::Text(fact.to_string())
}

fn texts(facts: impl IntoIterator<Item = impl Display>) -> Fact {
    Fact::Texts(facts.into_iter().map(|fact| fact.to_string()).collect())
}

impl OpsError {
    /// What is known of the failure. A name that is not there is not known, or has no meaning for the kind.
    #[must_use]
    pub fn facts(&self) -> Facts {
        match self {
            Self::AccountNamesNoSigner { name, host } => facts([("account", text(name)), ("registry", text(host))]),
            Self::AlreadyHere { gun }
            | Self::NoPinnedKey { gun }
            | Self::NoTrustedTags { gun }
            | Self::OvertakenHere { gun }
            | Self::PublishedMeanwhile(gun)
            | Self::Unreleased { gun } => facts([("repository", text(gun))]),
            Self::AlreadyPublished { gun, server }
            | Self::AnotherIsPublished { gun, server }
            | Self::NotInitialized { gun, server } => facts([("repository", text(gun)), ("server", text(server))]),
            Self::Contended { gun, attempts, last } => {
                with(of_remote(last), [("repository", text(gun)), ("attempts", number(*attempts))])
            }
            Self::DeletedAlone { gun, error } => facts([("repository", text(gun)), ("because", text(error.code()))]),
            Self::DigestNotReleased { gun, named } => facts([("repository", text(gun)), ("named", digest(named))]),
            Self::Engine(error) => of_engine(error),
            Self::KeyOfAnother { name, gun } => {
                let of = gun.as_ref().map(|gun| ("repository", text(gun)));
                with(facts([("name", text(name))]), of)
            }
            Self::Keys(error) => of_keys(error),
            Self::NeverSeen { gun, role, at } => facts([("repository", text(gun)), ("role", text(role)), ("expired", text(at))]),
            Self::NoAccount { host } => facts([("registry", text(host))]),
            Self::NoSignableRole { gun, roles } => {
                let keys = roles.iter().flat_map(|(_, keys)| keys);
                facts([("repository", text(gun)), ("roles", texts(roles.iter().map(|(role, _)| role))), ("keys", texts(keys))])
            }
            Self::NoSigningKeys { role, keys } => facts([("role", text(role)), ("keys", texts(keys))]),
            Self::NoTrustData { tag } => facts([("tag", text(tag))]),
            Self::NotAChange { gun, number, file, .. } | Self::Staged { gun, number, file, .. } => {
                facts([("repository", text(gun)), ("change", count(*number)), ("file", text(file))])
            }
            Self::NotKept { gun, times } => facts([("repository", text(gun)), ("attempts", number(*times))]),
            Self::OtherDigestReleased { tag, named, released } => {
                facts([("tag", text(tag)), ("named", digest(named)), ("released", digest(released))])
            }
            Self::Overtaken(names) => {
                facts([("roles", texts(names.iter().map(|it| &it.role))), ("names", texts(names.iter().map(|it| &it.name)))])
            }
            Self::Plan(error) => of_plan(error),
            Self::PushUnclear { tag, served, reported } => {
                let reported = reported.iter().map(|digest| format!("sha256:{digest}"));
                facts([("tag", text(tag)), ("served", digest(served)), ("reported", texts(reported))])
            }
            Self::PushedUnsigned { gun, pushed, error } => facts([
                ("repository", text(gun)),
                ("tags", texts(pushed.iter().map(|(tag, _)| tag))),
                ("because", text(error.code())),
            ]),
            Self::Registry(error) => of_registry(error),
            Self::ReleasedUnserved { gun, tag, released, served } => {
                let served = served.as_ref().as_ref().ok().map(|served| ("served", digest(served)));
                with(facts([("repository", text(gun)), ("tag", text(tag)), ("released", digest(released))]), served)
            }
            Self::ReleasesUnusable { gun, reason } => facts([("repository", text(gun)), ("reason", text(reason))]),
            Self::Remote(error) => of_remote(error),
            Self::RoleUnusable { role, reason } | Self::Unrenewable { role, reason } => {
                facts([("role", text(role)), ("reason", text(reason))])
            }
            Self::RootCertificateCounts { gun, until } => facts([("repository", text(gun)), ("expires", text(until))]),
            Self::RootCertificateEnded { gun, at, refusal } => {
                with(of_remote(refusal), [("repository", text(gun)), ("expired", text(at))])
            }
            Self::RotatedMeanwhile(role) => facts([("role", text(role))]),
            Self::SignedUnreleased { released, unreleased } => facts([
                ("released", texts(released)),
                ("unreleased", texts(unreleased.iter().map(|it| &it.tag))),
                ("digests", texts(unreleased.iter().map(|it| format!("sha256:{}", it.digest)))),
            ]),
            Self::Store(error) => of_store(error),
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
                with(of_update(error), [("origin", text(origin))])
            }
            Self::Crypto(_)
            | Self::Decision(_)
            | Self::Init(_)
            | Self::KeyFormat(_)
            | Self::NoKeyOfCertificate
            | Self::NotSignable(_)
            | Self::PublicKey(_)
            | Self::RootEdit(_)
            | Self::Sign(_) => Facts::new(),
        }
    }
}

fn facts<const N: usize>(facts: [(&'static str, Fact); N]) -> Facts {
    facts.into()
}

fn with(mut facts: Facts, more: impl IntoIterator<Item = (&'static str, Fact)>) -> Facts {
    facts.extend(more);
    facts
}

fn digest(digest: &trust::model::digest::Sha256) -> Fact {
    Fact::Text(format!("sha256:{digest}"))
}

fn count(count: usize) -> Fact {
    Fact::Number(u64::try_from(count).unwrap_or(u64::MAX))
}

fn number(number: impl Into<u64>) -> Fact {
    Fact::Number(number.into())
}

fn service(service: Service) -> (&'static str, Fact) {
    ("service", text(service.name()))
}

fn asked(asked: &Asked) -> Facts {
    facts([service(asked.service), ("url", text(&asked.url))])
}

fn of_remote(error: &RemoteError) -> Facts {
    match error {
        RemoteError::Conflict { asked: of, .. } | RemoteError::NotFound { asked: of } => asked(of),
        RemoteError::BadAnswer { asked: of, reason } | RemoteError::Unauthorized { asked: of, reason } => {
            with(asked(of), [("reason", text(reason))])
        }
        RemoteError::Forbidden { asked: of, user } => with(asked(of), user.as_ref().map(|user| ("user", text(user)))),
        RemoteError::Rejected { asked: of, message } => with(asked(of), [("said", text(message))]),
        RemoteError::Status { asked: of, status, said } => {
            let said = said.as_ref().map(|said| ("said", text(said)));
            with(with(asked(of), [("status", number(*status))]), said)
        }
        RemoteError::Tls { asked: of, cause, .. } | RemoteError::Unreachable { asked: of, cause } => {
            with(asked(of), [("reason", text(cause))])
        }
        RemoteError::Withheld { asked: of, withheld, .. } => {
            let (Withheld::Credentials { registry, host } | Withheld::Tokens { registry, host }) = &**withheld;
            with(asked(of), [("registry", text(registry)), ("host", text(host))])
        }
        RemoteError::Unusable(reason) => facts([("reason", text(reason))]),
    }
}

fn of_registry(error: &RegistryError) -> Facts {
    match error {
        RegistryError::NoSuchDigest { url } | RegistryError::NoSuchTag { url } => {
            facts([service(Service::Registry), ("url", text(url))])
        }
        RegistryError::Remote(error) => of_remote(error),
    }
}

fn of_engine(error: &EngineError) -> Facts {
    let engine = service(Service::Engine);
    match error {
        EngineError::BadAnswer { host, reason: cause }
        | EngineError::Lost { host, cause }
        | EngineError::Unreachable { host, cause } => facts([engine, ("host", text(host)), ("reason", text(cause))]),
        EngineError::Credentials(error) => of_remote(error),
        EngineError::Failed(said) | EngineError::NoSuchImage(said) => facts([engine, ("said", text(said))]),
        EngineError::Refused { status, message } => facts([engine, ("status", number(*status)), ("said", text(message))]),
        EngineError::Unusable(reason) => facts([engine, ("reason", text(reason))]),
    }
}

fn of_keys(error: &KeyStoreError) -> Facts {
    match error {
        KeyStoreError::BadKeyFile { path, reason } => facts([("path", text(&path.display())), ("reason", text(reason))]),
        KeyStoreError::Copy(path) => facts([("path", text(&path.display()))]),
        KeyStoreError::Io { path, source, .. } => facts([("path", text(&path.display())), ("reason", text(source))]),
        KeyStoreError::NoSuchKey(id) | KeyStoreError::WrongPassphrase(id) => facts([("key", text(id))]),
        KeyStoreError::WrongKey { path, found } => facts([("path", text(&path.display())), ("found", text(found))]),
    }
}

fn of_store(error: &StoreError) -> Facts {
    match error {
        StoreError::Busy { gun, path, seconds } => {
            facts([("repository", text(gun)), ("path", text(&path.display())), ("seconds", number(*seconds))])
        }
        StoreError::Corrupt { path, reason } => facts([("path", text(&path.display())), ("reason", text(reason))]),
        StoreError::Io { path, source, .. } => facts([("path", text(&path.display())), ("reason", text(source))]),
    }
}

fn of_plan(error: &PlanError) -> Facts {
    match error {
        PlanError::LastVersion(role)
        | PlanError::NoKeys(role)
        | PlanError::NoSuchRole(role)
        | PlanError::OutOfReach { role, .. }
        | PlanError::PathsOutsideParent(role)
        | PlanError::SetAside { role, .. }
        | PlanError::TooFewKeys(role)
        | PlanError::UnknownRole(role) => facts([("role", text(role))]),
        PlanError::NameOutsidePaths { role, name } | PlanError::UnusableEntry { role, name } => {
            facts([("role", text(role)), ("name", text(name))])
        }
        PlanError::Scope(scope) => facts([("role", text(scope))]),
        PlanError::WitnessOfRoot => facts([("role", text("root"))]),
    }
}

fn of_update(error: &UpdateError) -> Facts {
    match error {
        UpdateError::Checksum { role, .. } | UpdateError::Malformed { role, .. } | UpdateError::RoleRemoved { role } => {
            facts([("role", text(role))])
        }
        UpdateError::Equivocation { role, version } | UpdateError::Replaced { role, version, .. } => {
            facts([("role", text(role)), ("version", number(version.get()))])
        }
        UpdateError::Expired { role, at } => facts([("role", text(role)), ("expired", text(&at.moment()))]),
        UpdateError::Leap { role, found, floor } => {
            let floor = floor.as_ref().map(|floor| ("expected", number(floor.get())));
            with(facts([("role", text(role)), ("found", number(found.get()))]), floor)
        }
        UpdateError::ManyRoots(version) | UpdateError::RootGap(version) | UpdateError::RootMoved { version } => {
            facts([("role", text("root")), ("version", number(version.get()))])
        }
        UpdateError::Pin(error) => of_pin(error),
        UpdateError::Rollback { role, found, floor } => {
            facts([("role", text(role)), ("found", number(found.get())), ("expected", number(floor.get()))])
        }
        UpdateError::RootMissing { gun } => facts([("repository", text(gun)), ("role", text("root"))]),
        UpdateError::RootRotation(error) | UpdateError::Verify(error) => of_verify(error),
        UpdateError::RootSequence { found, trusted } => {
            facts([("role", text("root")), ("found", number(*found)), ("expected", number(trusted.get()))])
        }
        UpdateError::TooManyDelegations(most) => facts([("most", count(*most))]),
    }
}

fn of_pin(error: &PinError) -> Facts {
    let root = ("role", text("root"));
    match error {
        PinError::InvalidCa { reason } => with(facts([root]), reason.as_ref().map(|reason| ("reason", text(reason)))),
        PinError::NoValidCertificate(found) | PinError::NotNamed(found) | PinError::NotPinned(found) => {
            facts([root, ("found", text(found))])
        }
        PinError::NotSigned { found, needed, counted } => {
            facts([root, ("found", number(*found)), ("expected", number(*needed)), ("keys", text(counted))])
        }
        PinError::NothingPinned(gun) => facts([root, ("repository", text(gun))]),
    }
}

fn of_verify(error: &VerifyError) -> Facts {
    match error {
        VerifyError::Format(_) => Facts::new(),
        VerifyError::KeyId { role, id } => facts([("role", text(role)), ("key", text(id))]),
        VerifyError::NoSignatures(role) | VerifyError::TooManySignatures(role) => facts([("role", text(role))]),
        VerifyError::Threshold { role, found, needed } => {
            facts([("role", text(role)), ("found", number(*found)), ("expected", number(*needed))])
        }
    }
}
