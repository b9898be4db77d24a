//! Runs another program for an answer: bounded in time and size, and without our secrets in its environment.

use std::{
    ffi::{OsStr, OsString},
    io::{ErrorKind, Read, Write},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use zeroize::Zeroizing;

/// How much of a program's complaint is kept, in bytes.
const MAX_COMPLAINT: u64 = 1 << 10;

/// How long the rest of what a program said is waited for once it has ended: another one that it left behind may hold its pipes.
const REST: Duration = Duration::from_millis(200);

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

/// The variable that a person has named.
static NAMED: OnceLock<OsString> = OnceLock::new();

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
    let child = command.stdout(Stdio::piped()).spawn();
    let child = child.map_err(|e| format!("it cannot be run: {}: {e}", command.get_program().display()))?;
    Running { child }.finish(input, bounds)
}

/// Keeps a variable from all programs that are run from now on: a person has named it as one that holds a private key. One a process is enough.
pub fn keep_from_programs(name: &OsStr) {
    // where one was named before, that one stays
    let _ = NAMED.set(name.to_owned());
}

fn is_secret(name: &OsStr) -> bool {
    NAMED.get().is_some_and(|named| named == name)
        || name.to_str().is_some_and(|name| SECRET_VARIABLES.contains(&name))
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
        let stdout = self.child.stdout.take().map(|pipe| Reading::begin(pipe, bounds.answer + 1));
        let stderr = self.child.stderr.take().map(|pipe| Reading::begin(pipe, MAX_COMPLAINT));
        let is_too_long = || stdout.as_ref().is_some_and(|stdout| stdout.len() > bounds.answer);
        let late = || format!("it did not answer within {} s", bounds.deadline.as_secs_f32());
        let status = self.wait(deadline, is_too_long).map_err(|e| e.to_string())?;
        // what a program has said is there once it has ended, whoever else may still hold its pipes
        let rest = deadline.min(Instant::now() + REST);
        let said = |reading: Option<Reading>| reading.map(|reading| reading.finish(rest)).unwrap_or_default();
        let stdout = said(stdout);
        if stdout.len() as u64 > bounds.answer {
            return Err(format!("its answer is longer than {} bytes", bounds.answer));
        }
        let status = status.ok_or_else(late)?;
        Ok(Output { status, stdout, complaint: String::from_utf8_lossy(&said(stderr)).into_owned() })
    }

    /// Waits until the program ends, or is not worth waiting for; none where it goes on.
    fn wait(&mut self, deadline: Instant, is_enough: impl Fn() -> bool) -> std::io::Result<Option<ExitStatus>> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Some(status));
            }
            if Instant::now() >= deadline || is_enough() {
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

/// What a thread of its own reads from a pipe.
struct Reading {
    bytes: Arc<Mutex<Zeroizing<Vec<u8>>>>,
    /// Hears nothing until the thread has come to the end.
    end: mpsc::Receiver<()>,
}

impl Reading {
    fn begin(input: impl Read + Send + 'static, limit: u64) -> Self {
        // room for what is usual, so that no copy of a secret is left behind by a growing buffer
        let bytes = Arc::new(Mutex::new(Zeroizing::new(Vec::with_capacity(64 * 1024 + 2))));
        let (sender, end) = mpsc::channel();
        thread::spawn({
            let bytes = Arc::clone(&bytes);
            move || {
                let mut input = input.take(limit);
                let mut block = Zeroizing::new([0; 4096]);
                loop {
                    match input.read(&mut *block) {
                        Ok(0) => break,
                        Ok(read) => held(&bytes).extend(block.iter().take(read)),
                        Err(error) if error.kind() == ErrorKind::Interrupted => {}
                        Err(_) => break,
                    }
                }
                let _ = sender.send(());
            }
        });
        Self { bytes, end }
    }

    fn len(&self) -> u64 {
        held(&self.bytes).len() as u64
    }

    /// What was read to the end, or by then.
    fn finish(self, deadline: Instant) -> Zeroizing<Vec<u8>> {
        let _ = self.end.recv_timeout(deadline.saturating_duration_since(Instant::now()));
        std::mem::take(&mut *held(&self.bytes))
    }
}

fn held(bytes: &Mutex<Zeroizing<Vec<u8>>>) -> MutexGuard<'_, Zeroizing<Vec<u8>>> {
    bytes.lock().unwrap_or_else(PoisonError::into_inner)
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
