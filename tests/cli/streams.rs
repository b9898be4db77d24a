//! Standard output that cannot take what is printed, and colour.

use std::{
    fs,
    fs::OpenOptions,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
};

use rexpect::session::spawn_command;

fn dct(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dct"));
    command.env_clear().env("HOME", "/nonexistent").args(arguments);
    command
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = dct(&["--help"]).stdout(writer).stderr(Stdio::piped()).output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn an_answer_that_is_lost_on_a_full_disk_is_a_failure() {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = dct(&["--help"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("write standard output: "));
}

#[test]
fn colour_is_for_a_terminal_that_wants_it() {
    let home = tempfile::tempdir().unwrap();
    let key = home.path().join("key.pem");
    fs::write(&key, "open to others").unwrap();
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
