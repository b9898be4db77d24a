//! A person with a home of their own, who runs the program.

use std::{
    collections::BTreeMap,
    fs::{self, DirBuilder},
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use client::ports::{KeyFiles as _, Keys as _};
use forge::key::Key;
use host::keyfiles::key_folder::KeyFolder;
use sha2::{Digest as _, Sha256};
use snapbox::data::Inline;
use trust::crypto::secret::Passphrase;

use crate::https::Identity;

/// The passphrase of all keys that the program makes.
pub(crate) const PASSPHRASE: &str = "correct-horse-battery";

/// Longer than this no command takes, whatever a server does.
const BOUND: Duration = Duration::from_secs(25);

/// A home, and what the program is told by the environment.
pub(crate) struct Person {
    home: tempfile::TempDir,
    /// Variables beside `HOME` and the passphrases.
    pub(crate) variables: Vec<(String, String)>,
    /// What stands on standard input.
    pub(crate) answer: Option<&'static str>,
    /// What stands for other words in transcripts.
    pub(crate) names: Vec<(String, &'static str)>,
}

/// What a run said.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
    /// The command, what it said and its exit code, without what differs from run to run.
    pub(crate) transcript: String,
}

impl Person {
    pub(crate) fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap(), variables: Vec::new(), answer: None, names: Vec::new() }
    }

    /// Another person whose home has the same in it.
    pub(crate) fn twin(&self) -> Self {
        let home = tempfile::tempdir().unwrap();
        let copied = Command::new("cp").arg("-a").arg(self.home().join(".")).arg(home.path()).status().unwrap();
        assert!(copied.success());
        Self { home, variables: self.variables.clone(), answer: self.answer, names: self.names.clone() }
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn trust(&self) -> PathBuf {
        self.home().join(".docker/trust")
    }

    /// Writes a file below the home, for its owner alone.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.home().join(path);
        DirBuilder::new().recursive(true).mode(0o700).create(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Puts a CA where Docker looks for it.
    pub(crate) fn trusts(&self, ca: &Identity, host: &str) {
        self.write(&format!(".docker/tls/{host}/ca.crt"), &ca.certificate);
    }

    /// Has the private key of a test key, made of its name, in the key store.
    pub(crate) fn holds(&self, name: &str, headers: &str) {
        let id = Key::p256(name).id();
        self.write(&format!(".docker/trust/private/{id}.key"), private_pem(name, headers));
    }

    /// The program with these arguments.
    pub(crate) fn dct(&self, args: &[&str]) -> Command {
        self.told(Command::new(env!("CARGO_BIN_EXE_dct")), args)
    }

    /// A command to which this person's environment, folder and arguments are given.
    pub(crate) fn told(&self, mut command: Command, args: &[&str]) -> Command {
        command.args(args).current_dir(self.home()).stdin(Stdio::null()).env_clear();
        // no Engine of the host
        command.env("HOME", self.home()).env("PATH", "/usr/bin:/bin").env("DCT_SIGN_FROM", "registry");
        for kind in ["ROOT", "REPOSITORY"] {
            command.env(format!("DOCKER_CONTENT_TRUST_{kind}_PASSPHRASE"), PASSPHRASE);
        }
        if let Some(answer) = self.answer {
            self.write("answer", answer);
            command.stdin(fs::File::open(self.home().join("answer")).unwrap());
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        let begun = Instant::now();
        let output = self.dct(args).output().unwrap();
        let took = begun.elapsed();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        let (code, out, err) = (output.status.code(), text(output.stdout), text(output.stderr));
        let end = code.map_or("killed".to_owned(), |code| format!("exit {code}"));
        let transcript = self.normal(&format!("$ dct {}\n{out}{err}{end}\n", args.join(" ")));
        assert!(took < BOUND, "{took:?}: {transcript}");
        assert!(!err.contains("panicked") && !err.contains("src/"), "{transcript}");
        Run { code, out, err, transcript }
    }

    /// Runs what must succeed.
    pub(crate) fn succeeds(&self, args: &[&str]) -> Run {
        let run = self.run(args);
        assert_eq!(run.code, Some(0), "{}", run.transcript);
        run
    }

    /// Runs what must fail in these words and leave the trust folder as it was, but for what is noted and kept of an update that was sent.
    pub(crate) fn refuses(&self, args: &[&str], expected: Inline) -> Run {
        let is_of_an_update = |path: &Path| {
            path.ends_with(".dct/sent.json") || path.parent().is_some_and(|folder| folder.ends_with(".dct/published"))
        };
        let trust = || self.listing().into_iter().filter(|(path, _)| !is_of_an_update(path)).collect::<BTreeMap<_, _>>();
        let before = trust();
        let run = self.run(args);
        same_words(&run.transcript, expected);
        assert_ne!(run.code, Some(0), "{}", run.transcript);
        assert_eq!(trust(), before, "{}", run.transcript);
        run
    }

    /// Every file of the trust folder by its path, with the hash of its content.
    pub(crate) fn listing(&self) -> BTreeMap<PathBuf, String> {
        let mut files = BTreeMap::new();
        collect(&self.trust(), &mut files);
        files
    }

    /// The same, by the paths below the folder.
    pub(crate) fn contents(&self) -> BTreeMap<PathBuf, String> {
        let files = self.listing().into_iter();
        files.map(|(path, hash)| (path.strip_prefix(self.trust()).unwrap().to_owned(), hash)).collect()
    }

    /// The IDs of all keys in the store, by the names of their files.
    pub(crate) fn keys(&self) -> Vec<String> {
        let files = self.contents().into_keys();
        files.filter_map(|path| Some(path.strip_prefix("private").ok()?.to_str()?.strip_suffix(".key")?.to_owned())).collect()
    }

    /// Whether the store has this key, and the passphrase opens it.
    pub(crate) fn opens(&self, id: &str) -> bool {
        let store = KeyFolder::new(&self.trust());
        let keys = store.list().unwrap();
        let key = keys.iter().find(|key| key.id.to_string() == id);
        key.is_some_and(|key| store.unlock(key.id, &Passphrase::new(PASSPHRASE.to_owned())).is_ok())
    }

    /// The names of the files of root keys in the key store.
    pub(crate) fn root_keys(&self) -> Vec<PathBuf> {
        let keys = self.listing().into_keys().filter(|path| path.starts_with(self.trust().join("private")));
        let keys = keys.filter(|path| fs::read_to_string(path).is_ok_and(|pem| pem.contains("role: root\n")));
        keys.map(|path| path.file_name().unwrap().into()).collect()
    }

    fn normal(&self, text: &str) -> String {
        let mut text = text.replace(self.home().to_str().unwrap(), "HOME");
        for (name, stands_for) in &self.names {
            text = text.replace(name, stands_for);
        }
        // how long, and how much came until then
        for (before, after) in [(" after ", " s"), (" within ", " s"), ("(", " bytes)")] {
            text = without_number(&text, before, after);
        }
        // a key that is made has another ID each time
        let made = text.split_once("made root key ").and_then(|(_, rest)| rest.split(' ').next()).map(str::to_owned);
        made.map_or(text.clone(), |id| text.replace(&id, "ROOT_KEY"))
    }
}

/// A test key's private half in PKCS #8, with PEM headers such as `role: jeff`.
pub(crate) fn private_pem(name: &str, headers: &str) -> String {
    use p256::pkcs8::{EncodePrivateKey as _, LineEnding};
    let key = p256::SecretKey::from_slice(&Sha256::digest(name)).unwrap();
    let pem = key.to_pkcs8_pem(LineEnding::LF).unwrap();
    pem.replacen("-----\n", &format!("-----\n{headers}\n\n"), 1)
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if !path.to_string_lossy().ends_with("lock") {
            let hash = base16ct::lower::encode_string(&Sha256::digest(fs::read(&path).unwrap()));
            files.insert(path, hash);
        }
    }
}

/// The text with `N` in place of every number between these words.
fn without_number(text: &str, before: &str, after: &str) -> String {
    let mut pieces = text.split(before);
    let mut normal = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let rest = piece.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let is_number = rest.len() < piece.len() && rest.starts_with(after);
        normal.extend(if is_number { [before, "N", rest] } else { [before, "", piece] });
    }
    normal
}

/// Compares with a golden transcript; `SNAPSHOTS=overwrite` writes it anew.
pub(crate) fn same_words(said: &str, expected: Inline) {
    // a backslash is an escape here, and no path
    snapbox::Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(said, expected);
}
