//! The library's failures in notary's words, with what a person could do about them under this name.

use crate::{
    face::{asked::is_notary, failure, hints::withheld_hint, peer_words::of_trust::of_pin, proxy_words, status_words, tls_words},
    term::error::CliError,
};
use client::{
    error::OpsError,
    keys::error::KeysError,
    ports::{DecisionError, RemoteError},
    repo::error::RepoError,
    repo::rotate::RotateError,
    state::error::{Origin, StateError},
};
use trust::{
    edit::plan::PlanError,
    verify::{error::UpdateError, pinning::PinError},
};

/// A failure of a command.
#[must_use]
pub fn told(error: &OpsError) -> CliError {
    let told = match words(error) {
        Some(words) => failure::behind(&words, error),
        None => failure::plain(error),
    };
    match hint(error) {
        Some(hint) => told.with_hints(&[hint]),
        None => told,
    }
}

/// Why a repository cannot be made.
pub(crate) fn of_beginning(error: &OpsError) -> CliError {
    let told = told(error);
    if matches!(error, OpsError::Keys(KeysError::KeyOfAnother { .. })) { told.prefixed(IMPORTING) } else { told }
}

/// Why a role gets no other keys.
pub(crate) fn of_rotation(error: &RotateError) -> CliError {
    match error {
        RotateError::NotRotatable(role) => CliError::new(format!("notary does not currently permit rotating the {role} key")),
        RotateError::NotTheServers(role) => CliError::new(format!("notary does not permit the server managing the {role} key")),
        RotateError::NotTheClients(role) => CliError::new(format!("notary does not permit the client managing the {role} key")),
        RotateError::GivenKey(error) => told(error).prefixed(IMPORTING),
        RotateError::ServerKey(error) => told(error).prefixed("unable to rotate remote key: "),
        RotateError::Ops(error) => told(error),
    }
}

/// What notary puts before the failure to store a key that was given.
const IMPORTING: &str = "Error importing key: ";

/// Notary's words, where they hide the failure.
fn words(error: &OpsError) -> Option<String> {
    match error {
        // notary says no more than this where its first question to the server went unanswered
        OpsError::Remote(RemoteError::Proxy { .. } | RemoteError::Unreachable { .. } | RemoteError::Tls { .. }) => {
            Some("client is offline".to_owned())
        }
        OpsError::Plan(PlanError::NameOutsidePaths { .. }) => Some("Could not add all targets".to_owned()),
        OpsError::State(StateError::Untrusted { error: UpdateError::Pin(error), .. }) => {
            of_pin(error).map(|words| format!("could not validate the path to a trusted root: {words}"))
        }
        _ => None,
    }
}

fn hint(error: &OpsError) -> Option<String> {
    let hint = match error {
        // the settings of this are ours, under whatever name we run
        OpsError::Remote(RemoteError::Withheld { withheld, .. }) => return Some(withheld_hint(withheld)),
        OpsError::Remote(RemoteError::Status { asked, status, facts }) => {
            return status_words::hint(asked, *status, facts, "by -s, or by remote_server.url in the configuration file");
        }
        OpsError::Remote(RemoteError::Tls { asked, fault }) => return tls_words::hint_of_notary(asked, fault),
        OpsError::Remote(RemoteError::Proxy { asked, proxy, fault }) => return Some(proxy_words::hint(asked, proxy, fault)),
        OpsError::Remote(error) => return remote_hint(error).map(str::to_owned),
        OpsError::Decision(DecisionError::AttemptsExceeded | DecisionError::NewAttemptsExceeded) => {
            "where nobody can be asked, passphrases come from NOTARY_ROOT_PASSPHRASE, NOTARY_TARGETS_PASSPHRASE, NOTARY_SNAPSHOT_PASSPHRASE \
             and NOTARY_DELEGATION_PASSPHRASE, or from --passphrase-file"
        }
        OpsError::Plan(PlanError::SetAside { .. }) => {
            "it comes back when the server has the file that was signed; `notary witness` signs as your own what the role's file holds, where it \
             lacks signatures alone"
        }
        OpsError::State(StateError::NotInitialized { .. }) => {
            "`notary init` and `notary publish` make it, where it is yours; is -s the server that has it?"
        }
        OpsError::State(StateError::Untrusted { error: UpdateError::Pin(PinError::NothingPinned(_)), .. }) => {
            "trust_pinning.certs in the configuration file takes the root that the repository's owner tells you of"
        }
        OpsError::State(StateError::Untrusted { error: UpdateError::Pin(PinError::NotPinned(_)), .. }) => {
            "where the repository's owner tells of another root key or certificate, trust_pinning in the configuration file takes that one"
        }
        OpsError::State(StateError::AnotherIsPublished { gun, .. }) => {
            return Some(format!("`notary delete {gun}` forgets the one that was never published; its keys stay"));
        }
        OpsError::Repo(RepoError::NoPinnedKey { .. }) => {
            "trust_pinning in the configuration file names another root; --rootcert takes the certificate that it names"
        }
        OpsError::Keys(KeysError::NoSigningKeys { role, .. }) => {
            return Some(format!("this takes the private key of {role}, in the folder private of the trust folder (-d)"));
        }
        OpsError::State(StateError::Untrusted {
            origin: Origin::Store,
            error: UpdateError::Malformed { .. } | UpdateError::RootMissing { .. },
        }) => {
            "restore the trust folder (-d) from a copy; or begin anew with `notary delete GUN`, once the repository's owner has told you the \
             ID of its root key"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}

fn remote_hint(error: &RemoteError) -> Option<&'static str> {
    Some(match error {
        RemoteError::Unauthorized { .. } => {
            "log in: on a terminal the name and the password are asked for, elsewhere NOTARY_AUTH holds the base64 of NAME:PASSWORD"
        }
        RemoteError::Forbidden { .. } => "ask the owner of the repository for access, or log in as another user",
        RemoteError::Unreachable { .. } => {
            "the server is named by -s, or by remote_server.url in the configuration file; a proxy by HTTPS_PROXY"
        }
        RemoteError::BadAnswer { asked, .. } if is_notary(asked) => {
            "if this is not the Notary server, name that one by -s, or by remote_server.url in the configuration file"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::peer_words::Worded as _;
    use client::ports::{Asked, CertificateFault, ConnectFault, RefusedCertificate, Service, Step};
    use trust::model::gun::Gun;

    #[test]
    fn notary_s_words_come_first_and_ours_below_them() {
        let asked = || Asked { service: Service::Notary, step: Step::Challenge, url: "https://notary-server:4443/v2/".to_owned() };
        let error =
            told(&RemoteError::Unreachable { asked: asked(), fault: ConnectFault::Other, cause: "no such host".to_owned() }.into());
        assert_eq!(error.message(), ["client is offline"]);
        assert_eq!(error.cause(), Some("https://notary-server:4443/v2/: no such host"));
        assert!(error.hints()[0].contains("-s"));
        let gun = Gun::parse("a/b").unwrap();
        for (pin, words) in [
            (PinError::NothingPinned(gun), "invalid trust pinning specified"),
            (PinError::NotPinned("1f7a".to_owned()), "unable to match any certificates to trust_pinning config"),
            (PinError::NotSigned { found: 0, needed: 1, counted: "1f7a".to_owned() }, "failed to validate integrity of roots"),
        ] {
            let cause = pin.worded();
            let error = told(&OpsError::State(StateError::Untrusted { origin: Origin::Server, error: pin.into() }));
            assert_eq!(error.message(), [format!("could not validate the path to a trusted root: {words}")]);
            assert!(error.cause().unwrap().contains(&cause));
        }
    }

    #[test]
    fn no_hint_speaks_of_docker_s_logins_or_folders() {
        let address = || "https://n".to_owned();
        let asked = || Asked::request(Service::Notary, "https://n/v2/a/_trust/tuf/root.json");
        let gun = Gun::parse("a/b").unwrap();
        for error in [
            OpsError::from(RemoteError::Unauthorized { asked: asked(), reason: String::new() }),
            RemoteError::Forbidden { asked: asked(), user: None }.into(),
            RemoteError::Tls { asked: asked(), fault: RefusedCertificate::unread("x", CertificateFault::UnknownAuthority).into() }
                .into(),
            RemoteError::BadAnswer { asked: asked(), reason: String::new() }.into(),
            RemoteError::Status { asked: asked(), status: 302, facts: Box::default() }.into(),
            OpsError::State(StateError::NotInitialized { gun, server: address() }),
            OpsError::Decision(DecisionError::NewAttemptsExceeded),
            OpsError::Repo(RepoError::NoPinnedKey { gun: Gun::parse("a/b").unwrap() }),
            OpsError::State(StateError::Untrusted {
                origin: Origin::Server,
                error: PinError::NothingPinned(Gun::parse("a/b").unwrap()).into(),
            }),
            OpsError::State(StateError::Untrusted { origin: Origin::Server, error: PinError::NotPinned(String::new()).into() }),
        ] {
            let hints = told(&error).hints().join(" ");
            assert!(!hints.is_empty() && !hints.to_lowercase().contains("docker") && !hints.contains("dct"), "{hints}");
        }
    }
}
