//! Why a command ends, for a person: the words, the cause, the hints and the exit code.
//!
//! The library's errors hold facts; this file alone adds hints and chooses exit codes. A hint never suggests loosening a check.

use crate::{
    ops::{
        error::{OpsError, Origin},
        ports::{KeyStoreError, RegistryError, RemoteError, StoreError, TlsFault},
    },
    tuf::{error::UpdateError, key_id::CanonicalKeyId, verify::VerifyError},
};

/// Exit codes. Docker's: 125 is for a command line that its flag parser refuses, 1 for all else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// 1
    Failed,
    /// 125
    BadFlag,
}

impl ExitStatus {
    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::BadFlag => 125,
        }
    }
}

/// A failure as a person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliError {
    message: Vec<String>,
    cause: Option<String>,
    hints: Vec<String>,
    facts: Option<String>,
    status: ExitStatus,
}

impl CliError {
    /// An error of these words; each line of them is printed as one.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: vec![message.into()], cause: None, hints: Vec::new(), facts: None, status: ExitStatus::Failed }
    }

    /// An error without words of its own, after others have been said.
    #[must_use]
    pub fn silent(status: ExitStatus) -> Self {
        Self { message: Vec::new(), cause: None, hints: Vec::new(), facts: None, status }
    }

    /// Puts words of the peer before the first line.
    #[must_use]
    pub fn prefixed(mut self, prefix: &str) -> Self {
        match self.message.first_mut() {
            Some(first) => first.insert_str(0, prefix),
            None => self.message.push(prefix.to_owned()),
        }
        self
    }

    /// Adds a further line of the message.
    #[must_use]
    pub fn and(mut self, line: impl Into<String>) -> Self {
        self.message.push(line.into());
        self
    }

    /// Sets the fact behind the peer's words.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Adds what a person could do.
    #[must_use]
    pub fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Sets the exit code.
    #[must_use]
    pub fn with_status(mut self, status: ExitStatus) -> Self {
        self.status = status;
        self
    }

    /// The lines of the message, in the peer's words where it has any.
    #[must_use]
    pub fn message(&self) -> &[String] {
        &self.message
    }

    /// The fact behind the message.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// What a person could do.
    #[must_use]
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// The failure as the program knows it, for `--debug`.
    #[must_use]
    pub fn facts(&self) -> Option<&str> {
        self.facts.as_deref()
    }

    /// How the process ends.
    #[must_use]
    pub fn status(&self) -> ExitStatus {
        self.status
    }
}

/// A failure in its own words.
#[must_use]
pub fn plain(error: &OpsError) -> CliError {
    with_facts(CliError::new(words(error)), error)
}

/// The failure in Notary's words, where it has some that hide what happened; the failure itself is then the cause.
fn words(error: &OpsError) -> String {
    match refusal(error) {
        Some(401) => "you are not authorized to perform this operation: server returned 401.".to_owned(),
        Some(status) => format!("unable to reach trust server at this time: {status}."),
        None => error.to_string(),
    }
}

/// The status by which the Notary server itself refused, rather than its token server.
fn refusal(error: &OpsError) -> Option<u16> {
    let OpsError::Remote(error) = error else { return None };
    let (url, status) = match error {
        RemoteError::Unauthorized { url, .. } => (url, 401),
        RemoteError::Forbidden { url, .. } => (url, 403),
        RemoteError::Status { url, status: status @ 400.. } => (url, *status),
        _ => return None,
    };
    // without a login for Basic, only the server is named
    let is_notary = url.contains("/_trust/tuf/") || url::Url::parse(url).is_ok_and(|url| url.path() == "/");
    is_notary.then_some(status)
}

/// Words of the peer that hide the failure, and the failure as their cause.
#[must_use]
pub fn behind(words: &str, error: &OpsError) -> CliError {
    let origin = origin(error).map(|origin| format!(" ({origin})")).unwrap_or_default();
    with_facts(CliError::new(words), error).because(without_error_numbers(&format!("{error}{origin}")))
}

/// A failure around the trust data of a repository, in the words of docker's `trust.NotaryError`. Docker never comes to the `potential malicious
/// behavior` of a root that does not verify, since it tests for the wrong types; here it is said.
#[must_use]
pub fn about_repository(name: &str, error: &OpsError) -> CliError {
    let words = match error {
        OpsError::NotInitialized { .. } => format!("Error: remote trust data does not exist for {name}: {error}"),
        OpsError::Remote(RemoteError::NotFound { .. }) => {
            format!("Error: trust data missing for remote repository {name} or remote repository not found: {error}")
        }
        OpsError::Remote(RemoteError::Unusable(_) | RemoteError::Rejected { .. } | RemoteError::Conflict { .. }) => {
            error.to_string()
        }
        OpsError::Remote(_) if refusal(error).is_none() => format!("Error: error contacting notary server: {error}"),
        OpsError::Untrusted { error, .. } => untrusted(name, error),
        _ => words(error),
    };
    with_facts(CliError::new(words), error)
}

fn untrusted(name: &str, error: &UpdateError) -> String {
    let malicious = "Warning: potential malicious behavior - trust data";
    match error {
        UpdateError::Expired { .. } => format!("Error: remote repository {name} out-of-date: {error}"),
        UpdateError::Rollback { .. } => format!("{malicious} version is lower than expected for remote repository {name}: {error}"),
        UpdateError::Verify(VerifyError::NoSignatures(_) | VerifyError::Threshold { .. }) => {
            format!("{malicious} has insufficient signatures for remote repository {name}: {error}")
        }
        _ => format!("{malicious} mismatch for remote repository {name}: {error}"),
    }
}

fn with_facts(mut error: CliError, failure: &OpsError) -> CliError {
    error.message.iter_mut().for_each(|line| *line = without_error_numbers(line));
    error.cause = cause(failure);
    error.hints.extend(hint(failure));
    error.facts = Some(format!("{failure:?}"));
    error
}

fn cause(failure: &OpsError) -> Option<String> {
    match failure {
        OpsError::NoSignableRole { roles, .. } if !roles.is_empty() => {
            let keys = |keys: &[CanonicalKeyId]| keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let roles: Vec<_> = roles.iter().map(|(role, ids)| format!("{role} by {}", keys(ids))).collect();
            Some(format!("none of these keys is on this machine: {}", roles.join("; ")))
        }
        _ if refusal(failure).is_some() => Some(failure.to_string()),
        _ => origin(failure).map(str::to_owned),
    }
}

/// Where refused data came from.
fn origin(failure: &OpsError) -> Option<&'static str> {
    match failure {
        OpsError::Untrusted { origin: Origin::Server, .. } => Some("the Notary server sent this"),
        OpsError::Untrusted { origin: Origin::Store, .. } => Some("this is stored on this machine"),
        _ => None,
    }
}

fn hint(failure: &OpsError) -> Option<String> {
    match failure {
        OpsError::NotInitialized { .. } => Some("`dct signer add` and `dct sign` initialize a repository".to_owned()),
        OpsError::AnotherIsPublished { gun, .. } => {
            Some(format!("`dct delete {gun}` forgets the one that was never published; its keys stay"))
        }
        OpsError::Untrusted { origin: Origin::Store, error: UpdateError::Malformed { .. } | UpdateError::RootMissing { .. } } => Some(
            "restore ~/.docker/trust from a copy; or begin anew with `dct delete REPOSITORY`, once the repository's owner has told you \
             the ID of its root key"
                .to_owned(),
        ),
        OpsError::NoAccount(_) => Some("`docker login` for the registry, or begin with `dct signer add`".to_owned()),
        OpsError::NoSignableRole { .. } => {
            Some("load the private key of one of its signers with `dct key load`, or become one with `dct signer add`".to_owned())
        }
        OpsError::NoSigningKeys { role, .. } => Some(format!(
            "this takes the private key of {role}, which lies in ~/.docker/trust/private where the repository was initialized"
        )),
        OpsError::Overtaken { .. } => Some("nothing was published; `dct inspect` shows what is signed now".to_owned()),
        OpsError::Registry(RegistryError::NoSuchTag { .. }) => {
            Some("push the image first; its registry must have what is signed".to_owned())
        }
        OpsError::Store(StoreError::Io { source, .. }) | OpsError::Keys(KeyStoreError::Io { source, .. }) => disk_hint(source),
        OpsError::Remote(error) => notary_hint(error).or_else(|| remote_hint(error)),
        OpsError::Registry(RegistryError::Remote(error)) => remote_hint(error),
        _ => None,
    }
}

fn disk_hint(error: &std::io::Error) -> Option<String> {
    (error.kind() == std::io::ErrorKind::StorageFull)
        .then(|| "nothing that was there is lost; make room on that disk, and run the command again".to_owned())
}

/// What is true of the Notary server alone, and not of a registry or a token server.
fn notary_hint(error: &RemoteError) -> Option<String> {
    let is_notary = |url: &str| url.contains("/_trust/tuf/") || url.ends_with("/v2/");
    let hint = match error {
        // a repository that this machine has not seen is `NotInitialized`
        RemoteError::NotFound { url } if url.ends_with("/timestamp.json") => {
            "this machine has seen trust data of the repository; ask who administers the server why it is gone"
        }
        RemoteError::BadAnswer { url, .. } if is_notary(url) => {
            "if this is not the Notary server, name that one in DOCKER_CONTENT_TRUST_SERVER"
        }
        RemoteError::Status { url, status: 300..400 } if is_notary(url) => {
            "redirects are not followed; name the Notary server itself in DOCKER_CONTENT_TRUST_SERVER"
        }
        RemoteError::Unreachable { url, .. } if is_notary(url) => {
            "another server can be named in DOCKER_CONTENT_TRUST_SERVER, a proxy in HTTPS_PROXY"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}

fn remote_hint(error: &RemoteError) -> Option<String> {
    let hint = match error {
        RemoteError::Unauthorized { .. } => {
            "log in with `docker login` for the registry as a user who has access, or name a folder whose config.json has such a login in \
             DOCKER_CONFIG or --config"
        }
        RemoteError::Forbidden { .. } => {
            "ask the owner of the repository for access, or log in as another user with `docker login`"
        }
        RemoteError::Tls { url, fault, .. } => return tls_hint(url, *fault),
        RemoteError::Unreachable { .. } => "a proxy can be named in HTTPS_PROXY",
        _ => return None,
    };
    Some(hint.to_owned())
}

fn tls_hint(url: &str, fault: TlsFault) -> Option<String> {
    let host = host_of(url).unwrap_or_else(|| "HOST".to_owned());
    match fault {
        TlsFault::UnknownAuthority => Some(format!(
            "if your own authority issued the certificate, put that authority's certificate in tls/{host}/ca.crt of Docker's folder \
             (~/.docker, unless DOCKER_CONFIG or --config names another) or in /etc/docker/certs.d/{host}/ca.crt"
        )),
        TlsFault::Name => Some("use a name of the server that is in its certificate".to_owned()),
        TlsFault::NotTls => Some("is this the port on which the server speaks https?".to_owned()),
        TlsFault::Time => Some("ask who administers the server to renew it, and look at the date of this machine".to_owned()),
        TlsFault::Other => None,
    }
}

/// The host, with its port where the URL names one, as Docker names the folder of its certificates.
fn host_of(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// The text without the numbers that Rust puts behind the operating system's words: `(os error 28)`.
fn without_error_numbers(text: &str) -> String {
    const NUMBER: &str = " (os error ";
    let mut pieces = text.split(NUMBER);
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |words, piece| match piece.split_once(')') {
        Some((number, rest)) if number.bytes().all(|b| b.is_ascii_digit()) => words + rest,
        _ => words + NUMBER + piece,
    })
}

/// An error of the operating system as Go words it: without a capital letter and a number.
#[must_use]
pub fn os_words(error: &std::io::Error) -> String {
    let words = error.to_string();
    let words = words.split(" (os error").next().unwrap_or_default();
    let mut chars = words.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tuf::{gun::Gun, role::RoleName, version::Version};

    fn failures() -> Vec<OpsError> {
        let url = || "https://dtr.example.com:4443/v2/".to_owned();
        let gun = Gun::parse("dtr.example.com/prod/nginx").unwrap();
        let untrusted = |error| OpsError::Untrusted { origin: Origin::Server, error };
        let threshold = VerifyError::Threshold { role: RoleName::targets(), found: 0, needed: 1 };
        vec![
            untrusted(UpdateError::Rollback { role: RoleName::timestamp(), found: Version::FIRST, floor: Version::FIRST }),
            untrusted(UpdateError::Verify(threshold.clone())),
            untrusted(UpdateError::RootRotation(threshold)),
            OpsError::NotInitialized { gun: gun.clone(), server: url() },
            OpsError::NoSignableRole { gun, roles: vec![(RoleName::releases(), Vec::new())] },
            OpsError::NoSigningKeys { role: RoleName::targets(), keys: Vec::new() },
            OpsError::NoAccount("no account".to_owned()),
            OpsError::Registry(RegistryError::NoSuchTag { url: url() }),
            RemoteError::Tls { url: url(), fault: TlsFault::UnknownAuthority, cause: "unknown authority".to_owned() }.into(),
            RemoteError::Unauthorized { url: url(), reason: "no credentials".to_owned() }.into(),
            RemoteError::Forbidden { url: url(), user: None }.into(),
            RemoteError::NotFound { url: url() }.into(),
            RemoteError::Status { url: url(), status: 500 }.into(),
            RemoteError::Unreachable { url: url(), cause: "refused".to_owned() }.into(),
        ]
    }

    #[test]
    fn no_hint_suggests_loosening_a_check() {
        for failure in failures() {
            let hints = about_repository("x", &failure).hints().join(" ").to_lowercase();
            for word in ["insecure", "disable", "skip", "ignore", "http://", "dct delete", "expir", "trust anew"] {
                assert!(!hints.contains(word), "{hints}");
            }
            if matches!(failure, OpsError::Untrusted { .. }) {
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
            &RemoteError::Tls { url: "https://h:4443/v2/".to_owned(), fault: TlsFault::UnknownAuthority, cause: String::new() }
                .into(),
        );
        assert!(error.hints()[0].contains("~/.docker/tls/h:4443/ca.crt"), "{:?}", error.hints());
    }

    #[test]
    fn numbers_of_errors_are_left_out_wherever_they_stand() {
        for (text, words) in [
            ("write /x: No space left on device (os error 28)", "write /x: No space left on device"),
            ("a (os error 2), and b (os error 13): c", "a, and b: c"),
            ("a file named (os error x)", "a file named (os error x)"),
            ("cut off (os error ", "cut off (os error "),
            ("", ""),
        ] {
            assert_eq!(without_error_numbers(text), words);
        }
    }
}
