//! The program as Docker's CLI plugin: as Docker 29 calls it, and under a real docker.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "the support files are shared")]

mod docker;
#[path = "../support/peers/process.rs"]
mod process;
#[path = "../support/peers/programs.rs"]
mod programs;
mod protocol;
mod socket;

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// Longest that anything here may take to end.
const SOON: Duration = Duration::from_secs(10);

/// A home with the plugin under a name in Docker's folder, and with `key.pem`.
fn home(name: &str) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join(".docker/cli-plugins")).unwrap();
    symlink(env!("CARGO_BIN_EXE_dct"), plugin(home.path(), name)).unwrap();
    let key = home.path().join("key.pem");
    fs::write(&key, include_str!("../../testdata/peers/bundles/jeff-ec/key.pem")).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    home
}

fn plugin(home: &Path, name: &str) -> PathBuf {
    home.join(".docker/cli-plugins").join(name)
}

/// A program in that home, with nothing of the environment but where programs are.
fn command(program: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("HOME", home).env("TERM", "xterm").env("PATH", std::env::var_os("PATH").unwrap()).current_dir(home);
    command
}

/// A server on loopback that takes connections and says nothing; an image there.
fn silent_server() -> (TcpListener, String) {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let image = format!("localhost:{}/prod/nginx:1", server.local_addr().unwrap().port());
    (server, image)
}

fn wait_until(what: &str, mut reached: impl FnMut() -> bool) {
    let start = Instant::now();
    while !reached() {
        assert!(start.elapsed() < SOON, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
