//! A throw-away home of one person on one machine, and the three clients run in it: `dct`, `docker` and `notary`, on the same `~/.docker/trust`.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use base64ct::{Base64, Encoding};
use serde_json::json;

use super::{Peers, process, programs, token};

/// The longest that a client may take, among many others on a slow machine.
const LIMIT: Duration = Duration::from_secs(120);

/// The passphrase of root keys, unless a test says otherwise.
pub(crate) const ROOT_PASSPHRASE: &str = "root passphrase";
/// The passphrase of all other keys, unless a test says otherwise.
pub(crate) const REPOSITORY_PASSPHRASE: &str = "repository passphrase";

/// A home: files under a temporary folder, and an environment that holds nothing of the host's.
pub(crate) struct Home {
    folder: tempfile::TempDir,
    env: BTreeMap<String, OsString>,
    server: String,
    ca: PathBuf,
}

/// How a program ended and what it wrote.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// The command line, for messages.
    pub(crate) command: String,
    /// What it wrote to standard output.
    pub(crate) stdout: String,
    /// What it wrote to standard error.
    pub(crate) stderr: String,
    /// The exit code; -1 for a signal.
    pub(crate) code: i32,
}

impl Run {
    /// It must have ended well.
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{self}");
        self
    }

    /// It must have failed with this exit code.
    pub(crate) fn fails(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self}");
        self
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "$ {}\n{}--- stderr ---\n{}--- exit {} ---", self.command, self.stdout, self.stderr, self.code)
    }
}

impl Home {
    /// The home of a person who is logged in (see `token::USERS`), knows the CA, and has passphrases in the environment.
    pub(crate) fn new(peers: &Peers, user: &str) -> Self {
        let home = Self::anonymous(peers);
        let auth = Base64::encode_string(format!("{user}:{}", token::password_of(user)).as_bytes());
        home.write_config(&json!({"auths": {peers.host(): {"auth": auth}}}));
        home.with("NOTARY_AUTH", &auth)
    }

    /// The same of somebody who is not logged in.
    pub(crate) fn anonymous(peers: &Peers) -> Self {
        let folder = tempfile::Builder::new().prefix("dct-home-").tempdir().expect("a temporary folder");
        let docker = folder.path().join(".docker");
        let tls = docker.join("tls").join(peers.host());
        fs::create_dir_all(&tls).expect("writable");
        fs::set_permissions(&docker, fs::Permissions::from_mode(0o700)).expect("a mode");
        fs::copy(peers.ca(), tls.join("ca.crt")).expect("writable");
        let home = Self { env: BTreeMap::new(), server: peers.url(), ca: peers.ca().to_owned(), folder };
        let path = std::env::var_os("PATH").unwrap_or_default();
        let here = home.path().as_os_str().to_owned();
        let mut home = home.with("HOME", "").with("DOCKER_CONFIG", "");
        home.env.insert("HOME".into(), here);
        home.env.insert("DOCKER_CONFIG".into(), docker.into());
        home.env.insert("PATH".into(), path);
        home.with("LANG", "C.UTF-8")
            // no Engine of the host
            .with("DOCKER_HOST", "unix:///nonexistent/docker.sock")
            .with("DCT_SIGN_FROM", "registry")
            .with("DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE", ROOT_PASSPHRASE)
            .with("DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE", REPOSITORY_PASSPHRASE)
            .with("NOTARY_ROOT_PASSPHRASE", ROOT_PASSPHRASE)
            .with("NOTARY_TARGETS_PASSPHRASE", REPOSITORY_PASSPHRASE)
            .with("NOTARY_SNAPSHOT_PASSPHRASE", REPOSITORY_PASSPHRASE)
            .with("NOTARY_DELEGATION_PASSPHRASE", REPOSITORY_PASSPHRASE)
    }

    /// With one variable more, or another value of it.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.into());
        self
    }

    /// Without a variable.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.env.remove(name);
        self
    }

    /// The home folder, which is also where the programs run.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// `~/.docker/trust`.
    pub(crate) fn trust_dir(&self) -> PathBuf {
        self.path().join(".docker/trust")
    }

    /// Where Docker's configuration has the CA of the servers.
    pub(crate) fn docker_tls_dir(&self) -> String {
        let host = self.server.trim_start_matches("https://");
        self.path().join(".docker/tls").join(host).to_string_lossy().into_owned()
    }

    /// The private key files, in order of name.
    pub(crate) fn key_files(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.trust_dir().join("private")) else { return Vec::new() };
        let mut files: Vec<PathBuf> = entries
            .map(|entry| entry.expect("readable").path())
            .filter(|path| path.extension().is_some_and(|e| e == "key"))
            .collect();
        files.sort();
        files
    }

    /// Replaces `~/.docker/config.json`.
    pub(crate) fn write_config(&self, config: &serde_json::Value) {
        fs::write(self.path().join(".docker/config.json"), config.to_string()).expect("writable");
    }

    /// Runs our binary.
    pub(crate) fn dct(&self, args: &[&str]) -> Run {
        self.dct_with_input(args, "")
    }

    /// Runs our binary with something on standard input.
    pub(crate) fn dct_with_input(&self, args: &[&str], input: &str) -> Run {
        self.run("dct", Path::new(env!("CARGO_BIN_EXE_dct")), args, input)
    }

    /// Runs `docker trust …`. Seen with 28.2.2 and no Engine: `key generate`, `key load`, `signer add`, `inspect`, `sign` of a tag
    /// that is signed already, and `revoke` all work; `sign` of a new tag alone wants an Engine (`engine::Engine` stands in).
    pub(crate) fn docker_trust(&self, args: &[&str]) -> Run {
        let mut all = vec!["trust"];
        all.extend_from_slice(args);
        self.docker(&all)
    }

    /// The same with something on standard input.
    pub(crate) fn docker_trust_with_input(&self, args: &[&str], input: &str) -> Run {
        let mut all = vec!["trust"];
        all.extend_from_slice(args);
        self.run("docker", &programs::path_of("docker").expect("looked for at the start"), &all, input)
    }

    /// Runs `docker …`.
    pub(crate) fn docker(&self, args: &[&str]) -> Run {
        self.run("docker", &programs::path_of("docker").expect("looked for at the start"), args, "")
    }

    /// Runs `notary …` on Docker's trust folder, with the server and its CA.
    pub(crate) fn notary(&self, args: &[&str]) -> Run {
        self.notary_with_input(args, "")
    }

    /// The same with something on standard input.
    pub(crate) fn notary_with_input(&self, args: &[&str], input: &str) -> Run {
        let trust = self.trust_dir();
        let (trust, ca) = (trust.to_string_lossy(), self.ca.to_string_lossy());
        let mut all = vec!["-d", &trust, "-s", &self.server, "--tlscacert", &ca];
        all.extend_from_slice(args);
        self.run("notary", &programs::path_of("notary").expect("looked for at the start"), &all, input)
    }

    /// Runs our binary by the name `notary`, as `notary` above.
    pub(crate) fn dct_as_notary_with_input(&self, args: &[&str], input: &str) -> Run {
        let trust = self.trust_dir();
        let (trust, ca) = (trust.to_string_lossy(), self.ca.to_string_lossy());
        let mut all = vec!["-d", &trust, "-s", &self.server, "--tlscacert", &ca];
        all.extend_from_slice(args);
        self.dct_as_plain_notary_with_input(&all, input)
    }

    /// The same without the flags for server and folder.
    pub(crate) fn dct_as_plain_notary_with_input(&self, args: &[&str], input: &str) -> Run {
        let link = self.path().join(".bin/notary");
        if !link.exists() {
            fs::create_dir_all(link.parent().expect("a folder")).expect("writable");
            std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_dct"), &link).expect("writable");
        }
        self.run("notary (ours)", &link, args, input)
    }

    /// Runs `notary …` without the flags for server and folder.
    pub(crate) fn plain_notary_with_input(&self, args: &[&str], input: &str) -> Run {
        self.run("notary", &programs::path_of("notary").expect("looked for at the start"), args, input)
    }

    /// Runs another program in this home.
    pub(crate) fn other(&self, name: &str, args: &[&str]) -> Run {
        self.run(name, &programs::path_of(name).expect("looked for before"), args, "")
    }

    fn run(&self, name: &str, program: &Path, args: &[&str], input: &str) -> Run {
        let mut command = Command::new(program);
        command.args(args).current_dir(self.path()).env_clear().envs(&self.env);
        let (status, stdout, stderr) = process::run(&mut command, input, LIMIT);
        Run {
            command: format!("{name} {}", args.join(" ")),
            stdout: String::from_utf8_lossy(&stdout).into_owned(),
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
            code: status.code().unwrap_or(-1),
        }
    }
}
