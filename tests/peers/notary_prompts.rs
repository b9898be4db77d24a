//! What notary asks at a terminal, ours asks in the same words and at the same moments.

use std::{path::PathBuf, process::Command, thread, time::Duration};

use rexpect::session::spawn_command;

use crate::support::{Peers, home::Home, programs, token};

/// One of the two programs, in a home of its own.
struct Side {
    program: PathBuf,
    home: Home,
}

fn sides(peers: &Peers) -> [Side; 2] {
    let make = |ours: bool| {
        let home = Home::anonymous(peers);
        let link = home.path().join("notary");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_dct"), &link).unwrap();
        let program = if ours { link } else { programs::path_of("notary").unwrap() };
        Side { program, home }
    };
    [make(false), make(true)]
}

impl Side {
    /// Everything on the terminal, where each answer follows the words that it answers. Nothing is in the environment.
    fn talk(&self, peers: &Peers, args: &[&str], answers: &[(&str, &str)]) -> String {
        let mut command = Command::new(&self.program);
        command.env_clear().env("HOME", self.home.path()).env("TERM", "dumb").current_dir(self.home.path());
        command.args(["-d", "trust", "-s", &peers.url(), "--tlscacert"]).arg(peers.ca()).args(args);
        let mut session = spawn_command(command, Some(20_000)).unwrap();
        let mut seen = String::new();
        for (words, answer) in answers {
            seen += &session.exp_string(words).unwrap();
            seen += words;
            // the echo goes off just after the words
            thread::sleep(Duration::from_millis(300));
            session.send_line(answer).unwrap();
        }
        seen + &session.exp_eof().unwrap()
    }

    fn key(&self) -> String {
        let file = std::fs::read_dir(self.home.path().join("trust/private")).unwrap().next().unwrap().unwrap().path();
        file.file_stem().unwrap().to_string_lossy().into_owned()
    }
}

/// Without key IDs, what ours adds, and the carriage returns of a terminal.
fn normal(text: &str) -> String {
    let hex = |word: &str| word.len() >= 7 && word.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase());
    let id = |word: &str| {
        let bare = word.trim_end_matches([':', '.']);
        if hex(bare) { word.replace(bare, "ID") } else { word.to_owned() }
    };
    let lines = text.replace('\r', "");
    let lines =
        lines.lines().filter(|line| !line.starts_with("cause: ") && !line.starts_with("hint: ") && !line.starts_with("warning: "));
    lines.map(|line| line.split(' ').map(id).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("\n")
}

fn alike(peers: &Peers, [notary, ours]: &[Side; 2], args: &[&str], answers: &[(&str, &str)]) -> String {
    let [notary, ours] = [notary, ours].map(|side| {
        let key = if args.contains(&"KEY") { side.key() } else { String::new() };
        let args: Vec<&str> = args.iter().map(|arg| if *arg == "KEY" { key.as_str() } else { arg }).collect();
        normal(&side.talk(peers, &args, answers)).replace(&*side.home.path().to_string_lossy(), "HOME")
    });
    assert_eq!(notary, ours, "{args:?}");
    ours
}

#[test]
fn passphrases() {
    let Some(peers) = Peers::start() else { return };
    let sides = sides(&peers);
    let new = "Enter passphrase for new root key with ID ";
    let again = "Repeat passphrase for new root key with ID ";
    let seen = alike(
        &peers,
        &sides,
        &["key", "generate"],
        &[(new, "short"), (new, "passphrase1"), (again, "passphrase2"), (new, "passphrase1"), (again, "passphrase1")],
    );
    assert!(seen.contains("You are about to create a new root signing key passphrase") && !seen.contains("passphrase1"), "{seen}");
    let old = "Enter passphrase for root key with ID ";
    alike(
        &peers,
        &sides,
        &["key", "passwd", "KEY"],
        &[(old, "wrong"), (old, "passphrase1"), (new, "passphrase3"), (again, "passphrase3")],
    );
    alike(&peers, &sides, &["key", "passwd", "KEY"], &[(old, "a"), (old, "b"), (old, "c"), (old, "d")]);
    alike(&peers, &sides, &["key", "remove", "KEY"], &[("(yes/no)  ", "nay")]);
    alike(&peers, &sides, &["key", "remove", "KEY"], &[("(yes/no)  ", "YES")]);
}

#[test]
fn logins() {
    let Some(peers) = Peers::start() else { return };
    let repository = peers.image("asked/app");
    Home::new(&peers, "jeff").notary(&["init", &repository, "-p"]).ok();
    let sides = sides(&peers);
    let (name, password) = (("Enter username: ", "jeff"), ("Enter password: ", token::password_of("jeff")));
    let seen = alike(&peers, &sides, &["list", &repository], &[name, password]);
    assert!(seen.contains("No targets present in this repository."), "{seen}");
    // notary answers from its cache here
    let refused = sides[1].talk(&peers, &["list", &repository], &[name, ("Enter password: ", "wrong")]);
    assert!(refused.contains("* fatal: ") && refused.contains("incorrect username or password"), "{refused}");
    let seen = alike(&peers, &sides, &["delete", &repository, "--remote"], &[name, password]);
    assert!(seen.contains("Successfully deleted local and remote trust data"), "{seen}");
}
