//! Credential helpers: programs named `docker-credential-<name>` that are asked over standard input (docker/docker-credential-helpers).

use std::{
    ffi::OsString,
    io::{Read, Write},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

use super::config::host_of;
use crate::adapters::net::{
    credential::{Credential, CredentialError, Found, Secret},
    text::printable,
};

/// Longest answer that is read, in bytes.
const MAX_ANSWER: u64 = 1 << 20;

/// How much of a helper's complaint is kept, in bytes.
const MAX_COMPLAINT: u64 = 1 << 10;

/// What a helper prints, on standard output, where it has no credentials.
const NOT_FOUND: &str = "credentials not found in native keychain";

/// Variables that hold a secret of ours or of a peer's; no child sees them.
const SECRET_VARIABLES: [&str; 8] = [
    "DOCKER_AUTH_CONFIG",
    "DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE",
    "DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE",
    "NOTARY_AUTH",
    "NOTARY_DELEGATION_PASSPHRASE",
    "NOTARY_ROOT_PASSPHRASE",
    "NOTARY_SNAPSHOT_PASSPHRASE",
    "NOTARY_TARGETS_PASSPHRASE",
];

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
        let answer: Answer = serde_json::from_slice(&output.stdout)
            .map_err(|_| fail("its answer is not the JSON of a credential helper".to_owned()))?;
        answer.into_found(server, &program).map_err(&fail)
    }

    fn run(&self, program: &str, server: &str) -> Result<Output, String> {
        let mut command = Command::new(program);
        command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for variable in SECRET_VARIABLES {
            command.env_remove(variable);
        }
        if let Some(path) = &self.path {
            command.env("PATH", path);
        }
        let child = command.spawn().map_err(|e| format!("it cannot be run: {e}"))?;
        Running { child }.finish(server, Instant::now() + self.deadline, self.deadline)
    }
}

/// Letters, digits, `.`, `_` and `-`, beginning with a letter or digit: it can be neither a path nor an option.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
        && !name.contains("..")
        && name.len() <= 128
}

struct Output {
    status: ExitStatus,
    stdout: Zeroizing<Vec<u8>>,
    complaint: String,
}

/// A helper that runs; killed when it is dropped.
struct Running {
    child: Child,
}

impl Running {
    fn finish(mut self, server: &str, deadline: Instant, allowed: Duration) -> Result<Output, String> {
        if let Some(mut stdin) = self.child.stdin.take() {
            // one that does not read its question may still answer
            let _ = stdin.write_all(server.as_bytes());
        }
        // the pipes are read by threads of their own: a child of the helper may hold them open for ever
        let stdout = self.child.stdout.take().map(|pipe| read_in_background(pipe, MAX_ANSWER + 1));
        let stderr = self.child.stderr.take().map(|pipe| read_in_background(pipe, MAX_COMPLAINT));
        let late = || format!("it did not answer within {} s", allowed.as_secs_f32());
        let stdout = receive(stdout, deadline).ok_or_else(late)?;
        if stdout.len() as u64 > MAX_ANSWER {
            return Err(format!("its answer is longer than {MAX_ANSWER} bytes"));
        }
        let status = self.wait(deadline).map_err(|e| e.to_string())?.ok_or_else(late)?;
        let complaint = receive(stderr, deadline.min(Instant::now() + Duration::from_millis(200))).unwrap_or_default();
        Ok(Output { status, stdout, complaint: String::from_utf8_lossy(&complaint).into_owned() })
    }

    fn wait(&mut self, deadline: Instant) -> std::io::Result<Option<ExitStatus>> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Some(status));
            }
            if Instant::now() >= deadline {
                return Ok(None);
            }
            thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_in_background(pipe: impl Read + Send + 'static, limit: u64) -> mpsc::Receiver<Zeroizing<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Zeroizing::new(Vec::new());
        let _ = pipe.take(limit).read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    receiver
}

fn receive(pipe: Option<mpsc::Receiver<Zeroizing<Vec<u8>>>>, deadline: Instant) -> Option<Zeroizing<Vec<u8>>> {
    pipe?.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok()
}

fn shorten(text: &str) -> String {
    text.chars().take(200).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(rename = "ServerURL", default)]
    server_url: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    secret: String,
}

impl Answer {
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

impl Drop for Answer {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

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
