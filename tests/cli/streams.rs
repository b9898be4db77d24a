//! Standard output that cannot take what is printed, and colour.

use std::{
    fs,
    fs::OpenOptions,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
};

use rexpect::session::spawn_command;

/// A folder that nobody makes.
const NO_HOME: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/no-home");

fn dct(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dct"));
    command.env_clear().env("HOME", NO_HOME).args(arguments);
    command
}

/// The end of a pipe that nobody reads.
fn unread() -> std::io::PipeWriter {
    std::io::pipe().unwrap().1
}

#[test]
fn an_answer_that_nobody_read_is_no_success() {
    for line in [&["--help"] as &[&str], &["key", "list"], &["notary", "version"], &["notary", "--help"]] {
        let output = dct(line).stdout(unread()).stderr(Stdio::piped()).output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(141), &b""[..]), "{line:?}");
    }
    let shell = dct(&["--", "ke"]).env("DCT_COMPLETE", "1").stdout(unread()).output().unwrap();
    assert_eq!(shell.status.code(), Some(141));
}

#[test]
fn a_warning_that_nobody_read_is_no_success() {
    let home = tempfile::tempdir().unwrap();
    let private = home.path().join(".docker/trust/private");
    fs::create_dir_all(&private).unwrap();
    fs::write(private.join("junk.key"), "junk").unwrap();
    let list = || {
        let mut command = dct(&["key", "list"]);
        command.env("HOME", home.path());
        command
    };
    let heard = list().output().unwrap();
    assert!(heard.status.success() && heard.stderr.starts_with(b"warning: "), "{heard:?}");
    assert_eq!(list().stderr(unread()).output().unwrap().status.code(), Some(141));
    let full = || OpenOptions::new().write(true).open("/dev/full").unwrap();
    assert_eq!(list().stderr(full()).output().unwrap().status.code(), Some(1));
}

#[test]
fn a_failure_keeps_its_exit_code_though_nobody_read_of_it() {
    for (line, code) in [(&["key", "load", "nowhere.pem"] as &[&str], 1), (&["--bogus"], 125), (&["notary", "bogus"], 1)] {
        let output = dct(line).stdout(unread()).stderr(unread()).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{line:?}");
    }
}

#[test]
fn an_answer_that_is_lost_on_a_full_disk_is_a_failure() {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = dct(&["--help"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(1), &b"write standard output: no storage space\n"[..]));
}

#[test]
fn colour_is_for_a_terminal_that_wants_it() {
    let home = tempfile::tempdir().unwrap();
    let key = home.path().join("key.pem");
    fs::write(&key, include_str!("../../testdata/keys/openssl/p256-pkcs8.pem")).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let load = |variable: (&str, &str)| {
        let mut command = dct(&["key", "load", "key.pem"]);
        command.current_dir(home.path()).env("TERM", "xterm").env(variable.0, variable.1);
        command
    };
    let on_terminal = |variable| spawn_command(load(variable), Some(10_000)).unwrap().exp_eof().unwrap();
    let seen = on_terminal(("UNUSED", ""));
    assert!(seen.contains("\u{1b}[36mhint:\u{1b}[0m chmod 600 key.pem"), "{seen:?}");
    for variable in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let seen = on_terminal(variable);
        assert!(seen.contains("hint: chmod 600 key.pem") && !seen.contains('\u{1b}'), "{seen}");
    }
    let piped = load(("UNUSED", "")).output().unwrap();
    assert!(!piped.stderr.contains(&0x1b));
}
