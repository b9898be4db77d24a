//! Child processes with an end: servers that die with the harness, and clients with a time limit.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::programs;

/// How long a server may take until it answers.
const START: Duration = Duration::from_secs(30);

/// Runs its arguments as a child, and ends that child when standard input ends: so no server outlives the test, even if the test is killed.
const KEEPER: &str = r#"exec 3<&0
"$@" 3<&- </dev/null &
server=$!
(read -r _ <&3; kill -9 "$server") 2>/dev/null &
reader=$!
wait "$server"
kill "$reader" 2>/dev/null"#;

/// A server; dropped, it ends.
pub(crate) struct Server {
    name: String,
    keeper: Child,
    log: PathBuf,
}

impl Server {
    /// Starts a program whose output goes to a log in `folder`.
    pub(crate) fn start(name: &str, args: &[&OsStr], envs: &[(&str, &str)], folder: &Path) -> Self {
        let log = folder.join(format!("{name}.log"));
        let out = File::create(&log).expect("a log file");
        let keeper = Command::new("/bin/sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(programs::path_of(name).expect("looked for before"))
            .args(args)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .envs(envs.iter().copied())
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(out.try_clone().expect("a second handle"))
            .stderr(out)
            .spawn()
            .expect("/bin/sh starts");
        Self { name: name.to_owned(), keeper, log }
    }

    /// Waits until `ready` says so; a server that ends or takes too long fails the test with its log.
    pub(crate) fn wait_until(&mut self, ready: impl Fn() -> bool) {
        let deadline = Instant::now() + START;
        while !ready() {
            let ended = self.keeper.try_wait().expect("the keeper can be asked");
            assert!(ended.is_none(), "{} ended at its start:\n{}", self.name, self.log());
            assert!(Instant::now() < deadline, "{} does not answer after {START:?}:\n{}", self.name, self.log());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// What the server has written so far.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// Runs a command to its end with `input` on standard input; one that takes longer than `limit` is killed, and the test fails.
pub(crate) fn run(command: &mut Command, input: &str, limit: Duration) -> (ExitStatus, Vec<u8>, Vec<u8>) {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.to_owned();
    // A program that does not read its input closes the pipe: no fault of the test.
    let writer = thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let stdout = drain(child.stdout.take().expect("piped"));
    let stderr = drain(child.stderr.take().expect("piped"));
    let deadline = Instant::now() + limit;
    let status = loop {
        if let Some(status) = child.try_wait().expect("the child can be asked") {
            break Some(status);
        }
        if Instant::now() >= deadline {
            break None;
        }
        thread::sleep(Duration::from_millis(3));
    };
    if status.is_none() {
        let _ = child.kill();
        let _ = child.wait();
    }
    let (stdout, stderr) = (stdout.join().expect("no panic"), stderr.join().expect("no panic"));
    writer.join().expect("no panic");
    let Some(status) = status else {
        panic!(
            "{command:?} did not end within {limit:?}\n{}\n{}",
            String::from_utf8_lossy(&stdout),
            String::from_utf8_lossy(&stderr)
        );
    };
    (status, stdout, stderr)
}

fn drain(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}
