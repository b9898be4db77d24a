//! Runs another program for an answer: bounded in time and size, and without our secrets in its environment.

use std::{
    ffi::OsStr,
    io::{Read, Write},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use zeroize::Zeroizing;

/// How much of a program's complaint is kept, in bytes.
const MAX_COMPLAINT: u64 = 1 << 10;

/// Variables that hold a secret of ours or of a peer's; no program that we run sees them.
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

/// How the names of all our variables with passphrases begin.
const SECRET_PREFIX: &str = "DCT_PASSPHRASE";

/// What a program may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// How long it may run before it is killed.
    pub(super) deadline: Duration,
    /// Longest answer that is read, in bytes.
    pub(super) answer: u64,
}

/// What a program said.
pub(super) struct Output {
    /// How it ended.
    pub(super) status: ExitStatus,
    /// Its standard output.
    pub(super) stdout: Zeroizing<Vec<u8>>,
    /// The beginning of its standard error; empty where that is not ours to read.
    pub(super) complaint: String,
}

/// Takes our secrets out of the environment that a program will have.
pub(super) fn without_secrets(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_secret(name)) {
        command.env_remove(name);
    }
    command
}

/// Runs a program whose standard output is piped, with a text on its standard input where that is piped too. An error says why there is no answer.
pub(super) fn run(command: &mut Command, input: &[u8], bounds: Bounds) -> Result<Output, String> {
    let child = command.stdout(Stdio::piped()).spawn().map_err(|e| format!("it cannot be run: {e}"))?;
    Running { child }.finish(input, bounds)
}

fn is_secret(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| SECRET_VARIABLES.contains(&name))
        || name.as_encoded_bytes().starts_with(SECRET_PREFIX.as_bytes())
}

/// A program that runs; killed when it is dropped.
struct Running {
    child: Child,
}

impl Running {
    fn finish(mut self, input: &[u8], bounds: Bounds) -> Result<Output, String> {
        let deadline = Instant::now() + bounds.deadline;
        if let Some(mut stdin) = self.child.stdin.take() {
            // one that does not read its question may still answer
            let _ = stdin.write_all(input);
        }
        // the pipes are read by threads of their own: a child of the program may hold them open for ever
        let stdout = self.child.stdout.take().map(|pipe| read_in_background(pipe, bounds.answer + 1));
        let stderr = self.child.stderr.take().map(|pipe| read_in_background(pipe, MAX_COMPLAINT));
        let late = || format!("it did not answer within {} s", bounds.deadline.as_secs_f32());
        let stdout = receive(stdout, deadline).ok_or_else(late)?;
        if stdout.len() as u64 > bounds.answer {
            return Err(format!("its answer is longer than {} bytes", bounds.answer));
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

fn read_in_background(input: impl Read + Send + 'static, limit: u64) -> mpsc::Receiver<Zeroizing<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        // room for what is usual, so that no copy of a secret is left behind by a growing buffer
        let mut bytes = Zeroizing::new(Vec::with_capacity(64 * 1024 + 2));
        let _ = input.take(limit).read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    receiver
}

fn receive(pipe: Option<mpsc::Receiver<Zeroizing<Vec<u8>>>>, deadline: Instant) -> Option<Zeroizing<Vec<u8>>> {
    pipe?.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_with_a_passphrase_is_a_secret() {
        for name in [
            "DCT_PASSPHRASE",
            "DCT_PASSPHRASE_JEFF",
            "DCT_PASSPHRASE_1a2b3c4_FILE",
            "DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE",
            "NOTARY_AUTH",
        ] {
            assert!(is_secret(OsStr::new(name)), "{name}");
        }
        for name in ["PATH", "HOME", "DOCKER_CONTENT_TRUST_SERVER", "DCT_CACHE_DIR"] {
            assert!(!is_secret(OsStr::new(name)), "{name}");
        }
    }
}
