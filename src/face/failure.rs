//! The library's failures in words: the peer's where it has any, with the fact behind them as their cause.

use super::{
    hints::{hint, nobody_is_left},
    peer_words::Worded as _,
};
use crate::term::error::{CliError, without_error_numbers};
use client::{
    error::{OpsError, code::Coded as _},
    image::error::ImageError,
    ports::{EngineError, RemoteError, Service, Step},
    state::error::{Origin, StateError},
};
use trust::{
    model::key_id::CanonicalKeyId,
    verify::{error::UpdateError, pinning::PinError, threshold::VerifyError},
};

/// A failure in its own words.
#[must_use]
pub fn plain(error: &OpsError) -> CliError {
    told(&words(error), error)
}

/// The failure in Notary's words, where it has some that hide what happened; the failure itself is then the cause.
fn words(error: &OpsError) -> String {
    match refusal(error) {
        Some(401) => "you are not authorized to perform this operation: server returned 401.".to_owned(),
        Some(status) => format!("unable to reach trust server at this time: {status}."),
        None => error.worded(),
    }
}

/// The status by which the Notary server itself refused, rather than its token server.
fn refusal(error: &OpsError) -> Option<u16> {
    let OpsError::Remote(error) = error else { return None };
    let (asked, status) = match error {
        RemoteError::Unauthorized { asked, .. } | RemoteError::Withheld { asked, .. } => (asked, 401),
        RemoteError::Forbidden { asked, .. } => (asked, 403),
        RemoteError::Status { asked, status: status @ 400.., .. } => (asked, *status),
        _ => return None,
    };
    // without a login for Basic, only the server is named
    let is_notary = asked.service == Service::Notary && matches!(asked.step, Step::Request | Step::Server);
    is_notary.then_some(status)
}

/// Words of the peer that hide the failure, and the failure as their cause.
#[must_use]
pub fn behind(words: &str, error: &OpsError) -> CliError {
    let origin = origin(error).map(|origin| format!(" ({origin})")).unwrap_or_default();
    told(words, error).because(without_error_numbers(&format!("{}{origin}", error.worded())))
}

/// A failure around the trust data of a repository, in the words of docker's `trust.NotaryError`. Docker never comes to the `potential malicious
/// behavior` of a root that does not verify, since it tests for the wrong types; here it is said.
#[must_use]
pub fn about_repository(name: &str, error: &OpsError) -> CliError {
    let said = error.worded();
    let words = match error {
        OpsError::State(StateError::NotInitialized { .. }) => {
            format!("Error: remote trust data does not exist for {name}: {said}")
        }
        OpsError::State(StateError::Gone { .. })
        | OpsError::Remote(RemoteError::NoServerKey { .. } | RemoteError::NotFound { .. }) => {
            format!("Error: trust data missing for remote repository {name} or remote repository not found: {said}")
        }
        OpsError::Remote(RemoteError::Unusable(_) | RemoteError::Rejected { .. } | RemoteError::Conflict { .. }) => said,
        OpsError::Remote(_) if refusal(error).is_none() => format!("Error: error contacting notary server: {said}"),
        OpsError::State(StateError::Untrusted { error, .. }) => untrusted(name, error),
        _ => words(error),
    };
    told(&words, error)
}

fn untrusted(name: &str, error: &UpdateError) -> String {
    let said = error.worded();
    let malicious = "Warning: potential malicious behavior - trust data";
    match error {
        UpdateError::Leap { .. } => format!("Error: remote repository {name} cannot be followed: {said}"),
        UpdateError::Expired { .. } => format!("Error: remote repository {name} out-of-date: {said}"),
        UpdateError::Pin(PinError::InvalidCa { .. } | PinError::NothingPinned(_) | PinError::NotNamed(_)) => {
            format!("Error: remote repository {name} is not trusted here: {said}")
        }
        UpdateError::ManyRoots(_) => format!("Error: remote repository {name} is further on than this run went: {said}"),
        UpdateError::Rollback { .. } => format!("{malicious} version is lower than expected for remote repository {name}: {said}"),
        UpdateError::Verify(VerifyError::NoSignatures(_) | VerifyError::Threshold { .. }) => {
            format!("{malicious} has insufficient signatures for remote repository {name}: {said}")
        }
        _ => format!("{malicious} mismatch for remote repository {name}: {said}"),
    }
}

fn told(words: &str, failure: &OpsError) -> CliError {
    let mut error = CliError::new(without_error_numbers(words)).coded(failure.code());
    error = error.with_facts(failure.facts()).with_insides(format!("{failure:?}"));
    if let Some(cause) = cause(failure) {
        error = error.because(cause);
    }
    match hint(failure) {
        Some(hint) => error.hinted(hint),
        None => error,
    }
}

fn cause(failure: &OpsError) -> Option<String> {
    match failure {
        OpsError::Image(ImageError::NoSignableRole { roles, .. }) if nobody_is_left(roles) => Some("no signer is left".to_owned()),
        OpsError::Image(ImageError::NoSignableRole { roles, .. }) if !roles.is_empty() => {
            let keys = |keys: &[CanonicalKeyId]| keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let roles: Vec<_> = roles.iter().map(|(role, ids)| format!("{role} by {}", keys(ids))).collect();
            Some(format!("none of these keys is on this machine: {}", roles.join("; ")))
        }
        OpsError::Engine(EngineError::Unreachable { cause, .. }) => Some(cause.clone()),
        _ if refusal(failure).is_some() => Some(without_error_numbers(&failure.worded())),
        _ => origin(failure).map(str::to_owned),
    }
}

/// Where refused data came from.
fn origin(failure: &OpsError) -> Option<&'static str> {
    match failure {
        // what the person has said, and no matter of who sent it
        OpsError::State(StateError::Untrusted {
            error: UpdateError::Pin(PinError::InvalidCa { .. } | PinError::NothingPinned(_)),
            ..
        }) => None,
        OpsError::State(StateError::Untrusted { origin: Origin::Server, .. }) => Some("the Notary server sent this"),
        OpsError::State(StateError::Untrusted { origin: Origin::Store, .. }) => Some("this is stored on this machine"),
        _ => None,
    }
}

/// What keeps an image from being pulled: docker says what no error of the repository is as it is.
pub(crate) fn of_pull(name: &str, error: &OpsError) -> CliError {
    match error {
        OpsError::Image(ImageError::NoTrustData { .. } | ImageError::NoTrustedTags { .. }) => plain(error),
        _ => about_repository(name, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use client::{
        keys::error::KeysError,
        ports::{Asked, CertificateFault, ConnectFault, RefusedCertificate, RegistryError, TlsFault, Withheld},
    };
    use trust::model::{digest::Sha256, gun::Gun, role::RoleName, tag::Tag, version::Version};

    fn credentials() -> Withheld {
        Withheld::Credentials { registry: "dtr.example.com:4443".to_owned(), host: "auth.example.org".to_owned() }
    }

    fn unknown_authority() -> TlsFault {
        RefusedCertificate::unread("h", CertificateFault::UnknownAuthority).into()
    }

    fn failures() -> Vec<OpsError> {
        let url = || "https://dtr.example.com:4443/v2/".to_owned();
        let asked = || Asked { service: Service::Notary, step: Step::Challenge, url: url() };
        let gun = Gun::parse("dtr.example.com/prod/nginx").unwrap();
        let untrusted = |error| OpsError::State(StateError::Untrusted { origin: Origin::Server, error });
        let threshold = VerifyError::Threshold { role: RoleName::targets(), found: 0, needed: 1 };
        vec![
            untrusted(UpdateError::Rollback { role: RoleName::timestamp(), found: Version::FIRST, floor: Version::FIRST }),
            untrusted(UpdateError::Verify(threshold.clone())),
            untrusted(UpdateError::RootRotation(threshold)),
            OpsError::State(StateError::NotInitialized { gun: gun.clone(), server: url() }),
            OpsError::Image(ImageError::NoSignableRole { gun, roles: vec![(RoleName::releases(), Vec::new())] }),
            OpsError::Keys(KeysError::NoSigningKeys { role: RoleName::targets(), keys: Vec::new() }),
            OpsError::Image(ImageError::NoAccount { host: "dtr.example.com".to_owned() }),
            OpsError::Registry(RegistryError::NoSuchTag { url: url() }),
            RemoteError::Tls { asked: asked(), fault: unknown_authority() }.into(),
            RemoteError::Unauthorized { asked: asked(), reason: "no credentials".to_owned() }.into(),
            RemoteError::Withheld { asked: asked(), reason: "another site".to_owned(), withheld: Box::new(credentials()) }.into(),
            RemoteError::Forbidden { asked: asked(), user: None }.into(),
            RemoteError::NotFound { asked: asked() }.into(),
            OpsError::State(StateError::Gone { refusal: RemoteError::NotFound { asked: asked() } }),
            RemoteError::Status { asked: asked(), status: 500, facts: Box::default() }.into(),
            RemoteError::Unreachable { asked: asked(), fault: ConnectFault::Other, cause: "refused".to_owned() }.into(),
        ]
    }

    #[test]
    fn who_has_an_account_is_not_told_to_log_in() {
        let host = || "dtr.example.com".to_owned();
        let hints = |error| plain(&error).hints().join(" ");
        assert!(hints(OpsError::Image(ImageError::NoAccount { host: host() })).contains("docker login"));
        let named = hints(OpsError::Image(ImageError::AccountNamesNoSigner { name: "root".to_owned(), host: host() }));
        assert!(named.contains("dct signer add") && !named.contains("docker login"), "{named}");
    }

    #[test]
    fn who_may_not_speak_to_the_engine_is_told_so_and_no_other_is() {
        let told = |fault| {
            plain(&EngineError::Unreachable { host: "unix:///s".to_owned(), fault, cause: "permission denied".to_owned() }.into())
        };
        assert!(told(ConnectFault::Denied).hints()[0].contains("the group docker"));
        assert!(told(ConnectFault::Other).hints()[0].contains("DOCKER_HOST"));
    }

    #[test]
    fn only_who_has_seen_a_repository_is_told_that_it_is_gone() {
        let missing =
            || RemoteError::NotFound { asked: Asked::request(Service::Notary, "https://n/v2/a/_trust/tuf/timestamp.json") };
        assert!(plain(&OpsError::State(StateError::Gone { refusal: missing() })).hints()[0].contains("why it is gone"));
        assert!(plain(&missing().into()).hints().is_empty());
    }

    #[test]
    fn what_is_pushed_and_not_signed_is_named_by_its_digest() {
        let gun = Gun::parse("dtr.example.com/prod/nginx").unwrap();
        let pushed = vec![(Tag::parse("2").unwrap(), Some(Sha256::of(b"pushed")))];
        let refused = RemoteError::Rejected { asked: Asked::request(Service::Notary, String::new()), message: "no".to_owned() };
        let told = plain(&OpsError::Image(ImageError::PushedUnsigned { gun, pushed, error: Box::new(refused.into()) }));
        assert!(told.hints()[0].contains(&format!(":2@sha256:{}", Sha256::of(b"pushed"))), "{:?}", told.hints());
    }

    #[test]
    fn who_would_sign_another_content_than_the_released_one_is_told_both_and_each_way_on() {
        let (gun, released) = (Gun::parse("dtr.example.com/prod/nginx").unwrap(), Sha256::of(b"theirs"));
        let served = Box::new(Ok(Sha256::of(b"mine")));
        let ways = [&format!("`dct sign {gun}:2@sha256:{released}`"), "`dct sign --registry`", "`dct sign --local`"];
        let told = plain(&OpsError::Image(ImageError::ReleasedUnserved {
            gun: gun.clone(),
            tag: Tag::parse("2").unwrap(),
            released,
            served,
        }));
        for content in [released, Sha256::of(b"mine")] {
            assert!(told.message()[0].contains(&content.to_string()), "{told:?}");
        }
        for way in ways {
            assert!(told.hints()[0].contains(way), "{told:?}");
        }
    }

    #[test]
    fn no_hint_suggests_loosening_a_check() {
        for failure in failures() {
            let hints = about_repository("x", &failure).hints().join(" ").to_lowercase();
            for word in ["insecure", "disable", "skip", "ignore", "http://", "dct delete", "expir", "trust anew"] {
                assert!(!hints.contains(word), "{hints}");
            }
            if matches!(failure, OpsError::State(StateError::Untrusted { .. })) {
                assert_eq!(hints, "");
            }
        }
    }

    #[test]
    fn failures_of_a_repository_are_told_in_docker_s_words() {
        let words: Vec<String> = failures().iter().map(|failure| about_repository("REPO", failure).message()[0].clone()).collect();
        let malicious = "Warning: potential malicious behavior - trust data";
        for (words, begin) in words.iter().zip([
            &format!("{malicious} version is lower than expected for remote repository REPO: "),
            &format!("{malicious} has insufficient signatures for remote repository REPO: "),
            &format!("{malicious} mismatch for remote repository REPO: "),
            "Error: remote trust data does not exist for REPO: ",
            "no valid signing keys for delegation roles",
            "could not find necessary signing keys, at least one of these keys must be available: ",
            "no account",
            "https://dtr.example.com:4443/v2/: the registry has no such tag",
            "Error: error contacting notary server: ",
            "Error: error contacting notary server: ",
            "Error: error contacting notary server: ",
            "Error: error contacting notary server: ",
            "Error: trust data missing for remote repository REPO or remote repository not found: ",
            "Error: trust data missing for remote repository REPO or remote repository not found: ",
            "Error: error contacting notary server: ",
            "Error: error contacting notary server: ",
        ]) {
            assert!(words.starts_with(begin), "{words}");
        }
    }

    #[test]
    fn words_that_hide_a_failure_have_it_as_their_cause() {
        let failure = &failures()[1];
        let error = behind("no signatures or cannot access x", failure);
        assert_eq!(error.message(), ["no signatures or cannot access x"]);
        assert_eq!(error.cause().unwrap(), format!("{failure} (the Notary server sent this)"));
    }

    #[test]
    fn the_folder_of_a_certificate_is_named() {
        let error = plain(
            &RemoteError::Tls { asked: Asked::server(Service::Notary, "https://h:4443/v2/"), fault: unknown_authority() }.into(),
        );
        assert!(error.hints()[0].contains("tls/h:4443/ca.crt of Docker's folder"), "{:?}", error.hints());
    }

    #[test]
    fn the_setting_is_named_that_allows_a_host_of_another_site() {
        let tokens = Withheld::Tokens { registry: "dtr.example.com".to_owned(), host: "notary.example.org:4443".to_owned() };
        for (withheld, setting) in [
            (credentials(), "token-realms = [\"auth.example.org\"] below [registry.\"dtr.example.com:4443\"] in dct/config.toml"),
            (tokens, "token-receivers = [\"notary.example.org:4443\"] below [registry.\"dtr.example.com\"] in dct/config.toml"),
        ] {
            let asked = Asked::server(Service::Notary, "https://dtr.example.com/");
            let error = plain(&RemoteError::Withheld { asked, reason: String::new(), withheld: Box::new(withheld) }.into());
            assert!(error.hints()[0].ends_with(setting), "{:?}", error.hints());
        }
    }
}
