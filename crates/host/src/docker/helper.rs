//! Credential helpers: programs named `docker-credential-<name>` that are asked over standard input (docker/docker-credential-helpers).

use std::{
    ffi::OsString,
    process::{Command, Stdio},
    time::Duration,
};

use serde::Deserialize;
use zeroize::Zeroize;

use super::config::host_of;
use crate::{
    http::credential::{Credential, CredentialError, Found, Secret},
    process::{self, Bounds, Output},
};
use client::safe_text::printable;

/// Longest answer that is read, in bytes.
const MAX_ANSWER: u64 = 1 << 20;

/// What a helper prints, on standard output, where it has no credentials.
const NOT_FOUND: &str = "credentials not found in native keychain";

/// How helpers are run.
#[derive(Clone, Debug)]
pub(super) struct Helpers {
    /// How long a helper may take before it is killed.
    pub(super) deadline: Duration,
    /// Where helpers are searched, in place of this process's `PATH`.
    pub(super) path: Option<OsString>,
}

impl Helpers {
    /// Asks a helper for the credentials of a server; none where it has none.
    pub(super) fn get(&self, name: &str, server: &str) -> Result<Option<Found>, CredentialError> {
        let program = format!("docker-credential-{name}");
        let fail = |reason: String| CredentialError { origin: program.clone(), reason };
        if !is_name(name) {
            return Err(CredentialError {
                origin: "Docker's config.json".to_owned(),
                reason: format!("\"{}\" cannot be the name of a credential helper", printable(name)),
            });
        }
        if server.contains(['\r', '\n', '\0']) {
            return Err(fail("the server's name holds a line break".to_owned()));
        }
        let output = self.run(&program, server).map_err(&fail)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stdout);
            if said.trim() == NOT_FOUND {
                return Ok(None);
            }
            // helpers complain on standard output; only what cannot be an answer of ours is repeated
            let complaint =
                if said.trim_start().starts_with('{') || said.trim().is_empty() { output.complaint } else { shorten(&said) };
            return Err(fail(format!("it failed ({}): {}", output.status, printable(complaint.trim()))));
        }
        let answer: HelperCredential = serde_json::from_slice(&output.stdout)
            .map_err(|_| fail("its answer is not the JSON of a credential helper".to_owned()))?;
        answer.into_found(server, &program).map_err(&fail)
    }

    fn run(&self, program: &str, server: &str) -> Result<Output, String> {
        let mut command = Command::new(program);
        command.arg("get").stdin(Stdio::piped()).stderr(Stdio::piped());
        process::without_secrets(&mut command);
        if let Some(path) = &self.path {
            command.env("PATH", path);
        }
        process::run(&mut command, server.as_bytes(), Bounds { deadline: self.deadline, answer: MAX_ANSWER })
    }
}

/// Letters, digits, `.`, `_` and `-`, beginning with a letter or digit: it can be neither a path nor an option.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
        && !name.contains("..")
        && name.len() <= 128
}

fn shorten(text: &str) -> String {
    text.chars().take(200).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HelperCredential {
    #[serde(rename = "ServerURL", default)]
    server_url: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    secret: String,
}

impl HelperCredential {
    fn into_found(mut self, server: &str, program: &str) -> Result<Option<Found>, String> {
        // some helpers leave it empty, and some give it in another form; another host is never right
        if !self.server_url.is_empty() && !host_of(&self.server_url).eq_ignore_ascii_case(host_of(server)) {
            return Err(format!("asked for {server}, it answered for {}", printable(&shorten(&self.server_url))));
        }
        if self.secret.is_empty() {
            return Ok(None);
        }
        let user = std::mem::take(&mut self.username);
        let secret = Secret::new(std::mem::take(&mut self.secret));
        let (false, Some(secret)) = (user.contains(['\r', '\n', '\0']), secret) else {
            return Err("its answer holds a line break or NUL in the user's name or the secret".to_owned());
        };
        let credential = if user == "<token>" {
            Credential::IdentityToken { user: None, token: secret }
        } else if user.is_empty() || user.contains(':') {
            return Err("its answer has a user's name that is empty or holds a colon".to_owned());
        } else {
            Credential::Basic { user, password: secret }
        };
        Ok(Some(Found { credential, source: program.to_owned() }))
    }
}

impl Drop for HelperCredential {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, thread, time::Instant};

    use super::*;

    /// Runs a shell script as the helper `x`.
    fn ask(script: &str, deadline: Duration) -> Result<Option<Found>, CredentialError> {
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("docker-credential-x");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let mut path = dir.path().as_os_str().to_owned();
        path.push(":/usr/bin:/bin");
        let helpers = Helpers { deadline, path: Some(path) };
        loop {
            match helpers.get("x", "dtr.example.com") {
                // another test forked while this one had the script open for writing
                Err(e) if e.reason.contains("Text file busy") => thread::sleep(Duration::from_millis(5)),
                answer => return answer,
            }
        }
    }

    fn reason(script: &str) -> String {
        ask(script, Duration::from_secs(5)).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn a_helper_is_asked_on_standard_input() {
        let found = ask(r#"read -r s; printf '{"ServerURL":"%s","Username":"jeff","Secret":"s3"}' "$s""#, Duration::from_secs(5));
        let found = found.unwrap().unwrap();
        assert_eq!(found.describe(), "user jeff from docker-credential-x");
        assert!(matches!(found.credential, Credential::Basic { user, password } if user == "jeff" && password.expose() == "s3"));
        let token = ask(r#"echo '{"Username":"<token>","Secret":"t"}'"#, Duration::from_secs(5)).unwrap().unwrap();
        assert!(matches!(token.credential, Credential::IdentityToken { user: None, .. }));
        let none = ask("echo 'credentials not found in native keychain'; exit 1", Duration::from_secs(5));
        assert!(none.unwrap().is_none());
    }

    #[test]
    fn what_a_helper_may_not_answer() {
        assert!(
            reason(r#"printf '%s' '{"ServerURL":"https://evil.example.org","Username":"u","Secret":"s"}'"#)
                .contains("answered for https://evil")
        );
        assert!(reason(r#"printf '%s' '{"Username":"u\nx","Secret":"s"}'"#).contains("line break"));
        assert!(reason(r#"printf '%s' '{"Username":"u","Secret":"s\r"}'"#).contains("line break"));
        assert!(reason("echo garbage").contains("not the JSON"));
        let complaint = reason(r"printf 'no \033[31mkeychain' >&2; exit 3");
        assert!(complaint.contains("exit status: 3") && complaint.contains(r"\u{1b}[31mkeychain"), "{complaint}");
        let leak = reason(r#"printf '%s' '{"Username":"u","Secret":"hunter2"}'; exit 1"#);
        assert!(!leak.contains("hunter2"), "{leak}");
    }

    #[test]
    fn a_helper_that_hangs_or_never_stops_is_killed() {
        let start = Instant::now();
        let late = ask("sleep 60", Duration::from_millis(300)).map(|_| ()).unwrap_err();
        assert!(late.reason.contains("within 0.3 s"), "{late}");
        assert!(reason("yes").contains("longer than"));
        assert!(start.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn no_child_sees_a_secret() {
        let script = r#"env | grep -q PASSPHRASE && exit 7; [ "$#" = 1 ] || exit 8; echo '{"Username":"u","Secret":"s"}'"#;
        assert!(ask(script, Duration::from_secs(5)).unwrap().is_some());
    }

    #[test]
    fn a_path_or_an_option_is_never_run() {
        let helpers = Helpers { deadline: Duration::from_secs(1), path: None };
        for name in ["../../x", "/bin/sh", "-x", "", "a\0b", "a/b", "a..b", "a b", ".", "é"] {
            let error = helpers.get(name, "example.com").map(|_| ()).unwrap_err();
            assert!(error.reason.contains("cannot be the name"), "{name:?}: {error}");
        }
        assert!(helpers.get("no-such-helper", "example.com").map(|_| ()).unwrap_err().reason.contains("cannot be run"));
    }
}
