//! Which of the real programs are installed, and what a test does where one is not.

use std::{env, fs, io::Write, os::unix::fs::PermissionsExt, path::PathBuf, process::Command, sync::OnceLock, time::Duration};

use super::process;

/// The servers, and the tools that they are set up with.
pub(crate) const SERVERS: [&str; 5] = ["notary-server", "notary-signer", "docker-registry", "nginx", "openssl"];
/// The clients that speak to the same servers as `dct` does.
pub(crate) const CLIENTS: [&str; 2] = ["docker", "notary"];

/// Whether all of `programs` are installed. Where one is not, says so aloud (past the capture of the test runner), and fails in CI.
pub(crate) fn installed(programs: &[&str]) -> bool {
    let absent: Vec<&str> = programs.iter().copied().filter(|name| path_of(name).is_none()).collect();
    if absent.is_empty() {
        return true;
    }
    skip(&absent.join(", "));
    false
}

/// Where a program is: on `PATH`, or where Debian puts servers, which a person's `PATH` may lack.
pub(crate) fn path_of(name: &str) -> Option<PathBuf> {
    let search = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&search)
        .chain(["/usr/sbin".into(), "/usr/local/sbin".into()])
        .map(|folder| folder.join(name))
        .find(|file| fs::metadata(file).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0))
}

/// Whether `docker` is of the line whose words are compared. Where it is not, says so aloud, and fails in CI.
pub(crate) fn docker_is_28() -> bool {
    static VERSION: OnceLock<String> = OnceLock::new();
    let version = VERSION.get_or_init(|| {
        let mut command = Command::new("docker");
        // It exits with an error where there is no Engine, and tells its own version all the same.
        let (_, stdout, _) =
            process::run(command.args(["version", "--format", "{{.Client.Version}}"]), "", Duration::from_secs(20));
        String::from_utf8_lossy(&stdout).trim().to_owned()
    });
    if version.starts_with("28.") {
        return true;
    }
    skip(&format!("docker 28 (this one is {version})"));
    false
}

/// Says `SKIPPED: … is not installed` aloud; in CI it is a failure.
pub(crate) fn skip(what: &str) {
    assert!(env::var_os("CI").is_none(), "{what}: not installed, and in CI the peers must be there");
    // The runner captures the print macros alone.
    writeln!(std::io::stderr(), "SKIPPED: {what} is not installed").expect("stderr is writable");
}
