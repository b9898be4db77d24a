//! Passphrases typed on a real terminal, and through pipes: the prompts' words, the echo, and the signals.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rexpect::{
    process::{Signal, WaitStatus},
    session::{PtySession, spawn_command},
};
use rustix::termios::{LocalModes, tcgetattr};
use tempfile::TempDir;

const KEY: &str = include_str!("../testdata/peers/bundles/jeff-ec/key.pem");
/// What is said of a key that is stored, jeff's.
const STORED: &str = "Key 5cb9c4e7ecf7a75a3a408de04508cb32c3294c583e4440734023fa7f7506d990 is stored as jeff\n";

const PROMPT: &str = "Enter passphrase for new jeff key with ID ";
const REPEAT: &str = "Repeat passphrase for new jeff key with ID ";

/// A home of its own with `key.pem` in it.
fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let key = home.path().join("key.pem");
    fs::write(&key, KEY).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    home
}

fn dct(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dct"));
    command.env_clear().env("HOME", home).env("TERM", "xterm").current_dir(home).args(["key", "load", "--name", "jeff", "key.pem"]);
    command
}

/// The same on a new terminal whose echo is on. (rexpect turns it off, so a shell turns it on again first.)
fn on_terminal(home: &Path) -> PtySession {
    let mut shell = Command::new("/bin/sh");
    shell.env_clear().env("HOME", home).env("TERM", "xterm").env("PATH", "/usr/bin:/bin").current_dir(home);
    shell.args(["-c", "stty echo; exec \"$0\" key load --name jeff key.pem", env!("CARGO_BIN_EXE_dct")]);
    spawn_command(shell, Some(10_000)).unwrap()
}

fn echo(session: &PtySession) -> bool {
    let terminal = session.process().get_file_handle().unwrap();
    tcgetattr(&terminal).unwrap().local_modes.contains(LocalModes::ECHO)
}

/// The echo goes off just after the prompt was written.
fn wait_for_echo(session: &PtySession, wanted: bool) {
    let start = Instant::now();
    while echo(session) != wanted {
        assert!(start.elapsed() < Duration::from_secs(5), "the echo is never {}", if wanted { "on" } else { "off" });
        thread::sleep(Duration::from_millis(5));
    }
}

fn type_line(session: &mut PtySession, line: &str) {
    wait_for_echo(session, false);
    session.send_line(line).unwrap();
}

fn wait_for(session: &PtySession, reached: impl Fn(&WaitStatus) -> bool) -> WaitStatus {
    let start = Instant::now();
    loop {
        match session.process().status() {
            Some(status) if reached(&status) => return status,
            status => assert!(start.elapsed() < Duration::from_secs(5), "{status:?}"),
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_passphrase_is_typed_twice_and_never_shown() {
    let home = home();
    let mut session = on_terminal(home.path());
    session.exp_string("Loading key from \"key.pem\"...").unwrap();
    session.exp_string(PROMPT).unwrap();
    type_line(&mut session, "short");
    session
        .exp_string("Passphrase is too short. Please use a password manager to generate and store a good random passphrase. It takes at least 8 characters.")
        .unwrap();
    session.exp_string(PROMPT).unwrap();
    type_line(&mut session, "passphrase1");
    session.exp_string(REPEAT).unwrap();
    type_line(&mut session, "passphrase2");
    session.exp_string("Passphrases do not match. Please retry.").unwrap();
    session.exp_string(PROMPT).unwrap();
    type_line(&mut session, "passphrase1");
    session.exp_string(REPEAT).unwrap();
    type_line(&mut session, "passphrase1");
    let rest = session.exp_eof().unwrap();
    assert!(rest.contains("Successfully imported key from key.pem"), "{rest}");
    assert!(!rest.contains("passphrase1"), "{rest}");
}

#[test]
fn the_terminal_edits_the_line() {
    let home = home();
    let mut session = on_terminal(home.path());
    for prompt in [PROMPT, REPEAT] {
        session.exp_string(prompt).unwrap();
        // a slip, taken back with the erase key; then a line that Ctrl-U throws away
        type_line(&mut session, "nonsense\u{15}passphrase1x\u{7f}");
    }
    session.exp_string("Successfully imported key from key.pem").unwrap();
}

#[test]
fn a_signal_at_a_prompt_brings_the_echo_back_and_ends_the_process() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT] {
        let home = home();
        let mut session = on_terminal(home.path());
        session.exp_string(PROMPT).unwrap();
        wait_for_echo(&session, false);
        session.process_mut().signal(signal).unwrap();
        let end = wait_for(&session, |status| matches!(status, WaitStatus::Signaled(..) | WaitStatus::Exited(..)));
        assert!(matches!(end, WaitStatus::Signaled(_, by, _) if by == signal), "{end:?}");
        assert!(echo(&session), "{signal}");
        assert!(!home.path().join(".docker").exists());
    }
}

#[test]
fn ctrl_c_at_a_prompt_brings_the_echo_back() {
    let home = home();
    let mut session = on_terminal(home.path());
    session.exp_string(PROMPT).unwrap();
    wait_for_echo(&session, false);
    session.send_control('c').unwrap();
    wait_for(&session, |status| matches!(status, WaitStatus::Signaled(_, Signal::SIGINT, _)));
    assert!(echo(&session));
}

#[test]
fn a_stopped_prompt_shows_the_echo_and_goes_on_without_it() {
    let home = home();
    let mut session = on_terminal(home.path());
    session.exp_string(PROMPT).unwrap();
    wait_for_echo(&session, false);
    session.process_mut().signal(Signal::SIGTSTP).unwrap();
    wait_for_echo(&session, true);
    session.process_mut().signal(Signal::SIGCONT).unwrap();
    type_line(&mut session, "passphrase1");
    session.exp_string(REPEAT).unwrap();
    type_line(&mut session, "passphrase1");
    session.exp_string("Successfully imported key from key.pem").unwrap();
    wait_for_echo(&session, true);
}

#[test]
fn the_end_of_input_on_a_terminal_ends_the_command() {
    let home = home();
    let mut session = on_terminal(home.path());
    session.exp_string(PROMPT).unwrap();
    wait_for_echo(&session, false);
    session.send_control('d').unwrap();
    let rest = session.exp_eof().unwrap();
    assert!(rest.contains("DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE"), "{rest}");
    assert!(echo(&session));
}

const CONFIRM: &str = "Confirm you would like to delete all signature data for localhost:1/x? [y/N] ";

/// `revoke` of a whole repository, on a terminal.
fn revoke_on_terminal(home: &Path) -> PtySession {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dct"));
    command.env_clear().env("HOME", home).env("TERM", "xterm").current_dir(home).args(["revoke", "localhost:1/x"]);
    spawn_command(command, Some(10_000)).unwrap()
}

#[test]
fn whoever_interrupts_a_question_has_answered_it() {
    // seen with docker 28.2: a line ending, and exit code 0
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let home = home();
        let mut session = revoke_on_terminal(home.path());
        session.exp_string(CONFIRM).unwrap();
        session.process_mut().signal(signal).unwrap();
        let rest = session.exp_eof().unwrap();
        assert_eq!(rest.trim_matches(['\r', '\n']), "");
        assert!(rest.contains('\n'), "{rest:?}");
        let end = wait_for(&session, |status| !matches!(status, WaitStatus::StillAlive));
        assert!(matches!(end, WaitStatus::Exited(_, 0)), "{end:?}");
    }
}

#[test]
fn a_question_is_answered_with_a_y_and_with_nothing_else() {
    for (answer, code) in [("y", 1), (" Y ", 1), ("n", 0), ("", 0), ("yes", 0)] {
        let home = home();
        let mut session = revoke_on_terminal(home.path());
        session.exp_string(CONFIRM).unwrap();
        session.send_line(answer).unwrap();
        let rest = session.exp_eof().unwrap();
        // no server is there
        assert_eq!(rest.contains("could not remove signature for localhost:1/x: "), code == 1, "{answer:?}: {rest}");
        let end = wait_for(&session, |status| !matches!(status, WaitStatus::StillAlive));
        assert!(matches!(end, WaitStatus::Exited(_, found) if found == code), "{answer:?}: {end:?}");
    }
}

#[test]
fn after_a_question_a_signal_ends_the_process_again() {
    let home = home();
    // it accepts, and says nothing
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let name = format!("localhost:{}/x", listener.local_addr().unwrap().port());
    let mut command = Command::new(env!("CARGO_BIN_EXE_dct"));
    command.env_clear().env("HOME", home.path()).env("TERM", "dumb").current_dir(home.path()).args(["revoke", &name]);
    let mut session = spawn_command(command, Some(10_000)).unwrap();
    session.exp_string("[y/N] ").unwrap();
    session.send_line("y").unwrap();
    let _connection = listener.accept().unwrap();
    session.process_mut().signal(Signal::SIGINT).unwrap();
    wait_for(&session, |status| matches!(status, WaitStatus::Signaled(_, Signal::SIGINT, _)));
}

#[test]
fn a_pipe_answers_line_by_line() {
    let home = home();
    let (stdout, stderr, code) = piped(dct(home.path()), b"passphrase1\npassphrase1\n");
    assert_eq!((stderr.as_str(), code), (STORED, 0));
    let lines: Vec<_> = stdout.lines().collect();
    assert_eq!(lines[0], "Loading key from \"key.pem\"...");
    assert!(lines[1].starts_with(PROMPT) && lines[1].ends_with(": "), "{stdout}");
    assert!(lines[2].starts_with(REPEAT) && lines[2].ends_with(": "), "{stdout}");
    assert_eq!(lines[3..], ["Successfully imported key from key.pem"]);
}

#[test]
fn two_keys_take_their_answers_from_one_pipe() {
    let home = home();
    let other = include_str!("../testdata/peers/bundles/ian-rsa/key.pem");
    let file = home.path().join("key.pem");
    fs::write(&file, format!("{KEY}{other}")).unwrap();
    let (stdout, stderr, code) = piped(dct(home.path()), b"passphrase1\npassphrase1\npassphrase2\npassphrase2\n");
    assert!(code == 0 && stderr.starts_with(STORED) && stderr.lines().count() == 2, "{stdout}{stderr}");
    assert!(stderr.ends_with("is stored as jeff\n"), "{stderr}");
    assert_eq!(stdout.matches("Repeat passphrase").count(), 2);
    let keys = fs::read_dir(home.path().join(".docker/trust/private")).unwrap();
    assert_eq!(keys.filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|e| e == "key")).count(), 2);
}

#[test]
fn the_end_of_input_is_one_error_at_once() {
    for typed in [&b""[..], b"passphrase1\n"] {
        let home = home();
        let start = Instant::now();
        let (stdout, stderr, code) = piped(dct(home.path()), typed);
        assert_eq!(code, 1);
        assert!(start.elapsed() < Duration::from_secs(2));
        assert_eq!(stdout.matches("Enter passphrase").count(), 1);
        let errors: Vec<_> = stderr.lines().filter(|line| line.contains("DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE")).collect();
        assert_eq!(errors.len(), 1, "{stderr}");
    }
}

#[test]
fn a_closed_standard_input_is_an_end_of_input() {
    let home = home();
    let mut shell = Command::new("/bin/sh");
    shell.env_clear().env("HOME", home.path()).env("PATH", "/usr/bin:/bin").current_dir(home.path());
    shell.args(["-c", "exec \"$0\" key load --name jeff key.pem <&-", env!("CARGO_BIN_EXE_dct")]);
    let output = shell.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE"));
}

fn piped(mut command: Command, typed: &[u8]) -> (String, String, i32) {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(typed).unwrap();
    let output = child.wait_with_output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap(), output.status.code().unwrap())
}

/// A verb on a terminal, in a home that has jeff's key under `passphrase1`.
fn with_key(args: &str) -> (TempDir, PtySession) {
    let home = home();
    let (_, stderr, code) = piped(dct(home.path()), b"passphrase1\npassphrase1\n");
    assert_eq!((stderr.as_str(), code), (STORED, 0));
    let mut shell = Command::new("/bin/sh");
    shell.env_clear().env("HOME", home.path()).env("TERM", "xterm").env("PATH", "/usr/bin:/bin").current_dir(home.path());
    shell.args(["-c", &format!("stty echo; exec \"$0\" {args}"), env!("CARGO_BIN_EXE_dct")]);
    (home, spawn_command(shell, Some(10_000)).unwrap())
}

#[test]
fn a_passphrase_is_changed_at_the_terminal_and_never_shown() {
    let (home, mut session) = with_key("key passwd jeff");
    session.exp_string("Enter passphrase for jeff key with ID 5cb9c4e: ").unwrap();
    type_line(&mut session, "passphrase1");
    session.exp_string("Enter new passphrase for jeff key with ID 5cb9c4e: ").unwrap();
    type_line(&mut session, "passphrase2");
    session.exp_string("Repeat new passphrase for jeff key with ID 5cb9c4e: ").unwrap();
    type_line(&mut session, "passphrase2");
    let rest = session.exp_eof().unwrap();
    assert!(rest.contains("Successfully changed the passphrase of key 5cb9c4e") && !rest.contains("passphrase2"), "{rest}");
    let mut public = Command::new(env!("CARGO_BIN_EXE_dct"));
    public.env_clear().env("HOME", home.path()).args(["key", "export", "--public", "jeff"]);
    let (stdout, stderr, code) = piped(public, b"passphrase2\n");
    assert!(stdout.starts_with("-----BEGIN PUBLIC KEY-----\n"), "questions stand beside it: {stdout}");
    assert_eq!((stderr.as_str(), code), ("Enter passphrase for jeff key with ID 5cb9c4e: \n", 0));
}

#[test]
fn a_private_key_is_never_shown_on_a_terminal() {
    let (_home, mut session) = with_key("key export jeff");
    let said = session.exp_eof().unwrap();
    assert!(said.contains("a private key is not shown on a terminal") && !said.contains("BEGIN"), "{said}");
}

#[test]
fn a_key_is_removed_when_the_person_says_so() {
    for (answer, gone) in [("y", true), ("", false), ("yes, no", false)] {
        let (home, mut session) = with_key("key remove jeff");
        session.exp_string("Remove it? Without a copy it is lost. [y/N] ").unwrap();
        session.send_line(answer).unwrap();
        session.exp_eof().unwrap();
        let keys = fs::read_dir(home.path().join(".docker/trust/private")).unwrap().count();
        assert_eq!(keys == 0, gone, "{answer:?}");
    }
}

#[test]
fn a_descriptor_that_is_a_terminal_is_refused() {
    let (_home, mut session) = with_key("key export --public jeff --passphrase-fd 0");
    let said = session.exp_eof().unwrap();
    assert!(said.contains("(--passphrase-fd) cannot be used: it is a terminal"), "{said}");
}
