//! Failures of the use cases and of what is behind the ports.

use std::fmt::Display;

use super::Worded;
use client::{
    error::OpsError,
    image::{error::ImageError, revoke_image::RevokeError},
    keys::{error::KeysError, import_key::ImportError},
    ports::{DecisionError, EngineError},
    repo::error::RepoError,
    state::error::StateError,
};

impl Worded for OpsError {
    fn worded(&self) -> String {
        match self {
            Self::Decision(error) => error.worded(),
            Self::Engine(error) => error.worded(),
            Self::Image(error) => error.worded(),
            Self::Init(error) => error.worded(),
            Self::Keys(error) => error.worded(),
            Self::Plan(error) => error.worded(),
            Self::Repo(error) => error.worded(),
            Self::State(error) => error.worded(),
            Self::Crypto(_)
            | Self::KeyFormat(_)
            | Self::KeyStore(_)
            | Self::PublicKey(_)
            | Self::Registry(_)
            | Self::Remote(_)
            | Self::RootEdit(_)
            | Self::Sign(_)
            | Self::Store(_) => self.to_string(),
        }
    }
}

impl Worded for KeysError {
    fn worded(&self) -> String {
        match self {
            Self::KeyOfAnother { name, gun } => {
                let of = gun.as_ref().map_or_else(String::new, |gun| format!(" of {gun}"));
                format!("key with same ID already exists for role: {name}{of}")
            }
            Self::NoSigningKeys { keys, .. } => {
                let keys: Vec<_> = keys.iter().map(ToString::to_string).collect();
                format!("could not find necessary signing keys, at least one of these keys must be available: {}", keys.join(", "))
            }
        }
    }
}

impl Worded for StateError<OpsError> {
    fn worded(&self) -> String {
        match self {
            Self::NotInitialized { gun, server } => {
                format!("{} does not have trust data for {gun}", server.strip_prefix("https://").unwrap_or(server))
            }
            Self::Unconfirmed { reason: Some(reason), .. } => format!("{self}: {}", reason.worded()),
            Self::Untrusted { error, .. } => error.worded(),
            _ => self.to_string(),
        }
    }
}

impl Worded for RepoError<OpsError> {
    fn worded(&self) -> String {
        match self {
            Self::DeletedAlone { error, .. } => format!("{self}: {}", error.worded()),
            Self::NoKeyOfCertificate => {
                "error initializing repository with certificate: cannot find matching private key id".to_owned()
            }
            Self::Staged { error, .. } => error.worded(),
            _ => self.to_string(),
        }
    }
}

impl Worded for ImageError<OpsError> {
    fn worded(&self) -> String {
        match self {
            Self::NoSignableRole { .. } => "no valid signing keys for delegation roles".to_owned(),
            Self::NoTrustData { tag } => no_trust_data(tag),
            Self::NoTrustedTags { gun } => format!("No trusted tags for {gun}"),
            Self::PushedUnsigned { error, .. } => error.worded(),
            _ => self.to_string(),
        }
    }
}

/// What is said of a name that nobody signs.
pub(crate) fn no_trust_data(name: &(impl Display + ?Sized)) -> String {
    format!("No valid trust data for {name}")
}

impl Worded for DecisionError {
    fn worded(&self) -> String {
        match self {
            Self::AttemptsExceeded => "password invalid, operation has failed.".to_owned(),
            Self::NewAttemptsExceeded => "maximum number of passphrase attempts exceeded".to_owned(),
            Self::Interrupted | Self::NoAnswer(_) => self.to_string(),
        }
    }
}

impl Worded for EngineError {
    fn worded(&self) -> String {
        match self {
            Self::NoSuchImage(message) | Self::Refused { message, .. } => format!("Error response from daemon: {message}"),
            Self::Unreachable { host, .. } => {
                format!("Cannot connect to the Docker daemon at {host}. Is the docker daemon running?")
            }
            _ => self.to_string(),
        }
    }
}

impl Worded for RevokeError {
    fn worded(&self) -> String {
        match self {
            Self::NoSuchTag(tag) => no_trust_data(tag),
            Self::NoTags => "no signed tags to remove".to_owned(),
            Self::Kept { .. } => self.to_string(),
            Self::Ops(error) => error.worded(),
        }
    }
}

impl Worded for ImportError {
    fn worded(&self) -> String {
        match self {
            Self::NoKey => "invalid key pem block".to_owned(),
            Self::Sealed => "Invalid key generated, key may be encrypted and does not contain path header".to_owned(),
            Self::NoGun => "Cannot have canonical role key without a gun, don't know what gun it belongs to".to_owned(),
            Self::Ops(error) => error.worded(),
            _ => self.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use client::ports::{Asked, ConnectFault, RemoteError, Service};
    use trust::model::{gun::Gun, key_id::CanonicalKeyId, key_name::KeyName, role::RoleName, tag::Tag};

    fn gun() -> Gun {
        Gun::parse("h/x").unwrap()
    }

    #[test]
    fn the_peers_words_are_made_from_facts() {
        let id = CanonicalKeyId::from_hex(&"1f".repeat(32)).unwrap();
        let server = "https://h".to_owned();
        let not_initialized = || OpsError::State(StateError::NotInitialized { gun: gun(), server: server.clone() });
        let keys = vec![id];
        for (error, words) in [
            (
                KeysError::KeyOfAnother { name: KeyName::from(RoleName::root()), gun: None }.into(),
                "key with same ID already exists for role: root".to_owned(),
            ),
            (
                KeysError::NoSigningKeys { role: RoleName::targets(), keys }.into(),
                format!("could not find necessary signing keys, at least one of these keys must be available: {id}"),
            ),
            (not_initialized(), "h does not have trust data for h/x".to_owned()),
            (
                RepoError::NoKeyOfCertificate.into(),
                "error initializing repository with certificate: cannot find matching private key id".to_owned(),
            ),
            (
                ImageError::NoSignableRole { gun: gun(), roles: Vec::new() }.into(),
                "no valid signing keys for delegation roles".to_owned(),
            ),
            (ImageError::NoTrustData { tag: Tag::parse("1").unwrap() }.into(), "No valid trust data for 1".to_owned()),
            (ImageError::NoTrustedTags { gun: gun() }.into(), "No trusted tags for h/x".to_owned()),
            (DecisionError::AttemptsExceeded.into(), "password invalid, operation has failed.".to_owned()),
            (DecisionError::NewAttemptsExceeded.into(), "maximum number of passphrase attempts exceeded".to_owned()),
            (EngineError::NoSuchImage("no x".to_owned()).into(), "Error response from daemon: no x".to_owned()),
            (EngineError::Refused { status: 500, message: "no".to_owned() }.into(), "Error response from daemon: no".to_owned()),
            (
                EngineError::Unreachable { host: "unix:///s".to_owned(), fault: ConnectFault::Other, cause: "x".to_owned() }.into(),
                "Cannot connect to the Docker daemon at unix:///s. Is the docker daemon running?".to_owned(),
            ),
        ] {
            let error: OpsError = error;
            assert_eq!(error.worded(), words);
        }
    }

    #[test]
    fn a_failure_that_holds_another_has_the_words_of_both() {
        let inner = || Box::new(OpsError::from(DecisionError::AttemptsExceeded));
        let asked = Asked::request(Service::Notary, "https://h/x");
        for (error, words) in [
            (
                OpsError::from(RepoError::DeletedAlone { gun: gun(), error: inner() }),
                "h/x is deleted on the server, and was not published anew: password invalid, operation has failed.",
            ),
            (
                StateError::Unconfirmed { gun: gun(), reason: Some(inner()) }.into(),
                "h/x: the update is taken, and not yet visible: password invalid, operation has failed.",
            ),
            (
                StateError::Unconfirmed { gun: gun(), reason: None }.into(),
                "h/x: the update is taken, and not yet visible: the server shows the state from before",
            ),
            (
                ImageError::PushedUnsigned { gun: gun(), pushed: Vec::new(), error: inner() }.into(),
                "password invalid, operation has failed.",
            ),
            (StateError::Gone { refusal: RemoteError::NotFound { asked } }.into(), "https://h/x: not found (404)"),
        ] {
            assert_eq!(error.worded(), words);
        }
    }
}
