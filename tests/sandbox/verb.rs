//! `dct sandbox` as a person runs it.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// The verb in an empty home, with temporary files in `tmp` of it.
fn sandbox(home: &Path, args: &[&str]) -> Command {
    let temporary = home.join("tmp");
    fs::create_dir_all(&temporary).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dct"));
    command.arg("sandbox").args(args).env_clear().current_dir(home);
    command.env("HOME", home).env("TMPDIR", temporary).env("PATH", std::env::var_os("PATH").unwrap());
    command.stdin(Stdio::null());
    command
}

pub(crate) fn shell(home: &Path, options: &[&str], script: &str) -> Output {
    sandbox(home, &[options, &["--", "sh", "-c", script]].concat()).output().unwrap()
}

pub(crate) fn home() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// What is in the home folder, but for the empty folder of temporary files.
pub(crate) fn left_behind(home: &Path) -> Vec<String> {
    let names = |folder: &Path| -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    };
    let mut left = names(&home.join("tmp"));
    left.extend(names(home).into_iter().filter(|name| name != "tmp"));
    left
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_command_ends_it_and_its_exit_code_is_ours() {
    let home = home();
    for (script, code) in [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137)] {
        let run = shell(home.path(), &[], script);
        assert_eq!((run.status.code(), text(&run.stdout)), (Some(code), String::new()), "{script}");
        assert!(text(&run.stderr).ends_with("for trying things: not for production\n"), "{}", text(&run.stderr));
    }
    let missing = sandbox(home.path(), &["--", "no-such-program"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(127));
    assert!(text(&missing.stderr).ends_with("no-such-program: no such file or directory\n"), "{}", text(&missing.stderr));
    assert_eq!(left_behind(home.path()), [""; 0]);
}

#[test]
fn the_command_finds_dct_and_leaves_the_home_folder_alone() {
    let home = home();
    let script = "dct inspect $SANDBOX/prod/nginx; dct key load --name jeff $SANDBOX_DIR/jeff/key.pem && \
        dct signer add --key $SANDBOX_DIR/jeff/cert.pem jeff $SANDBOX/prod/nginx && dct sign $SANDBOX/prod/nginx:1 && \
        dct inspect --pretty $SANDBOX/prod/nginx | grep '^1 .*jeff$'";
    let run = shell(home.path(), &[], script);
    assert!(run.status.success(), "{}{}", text(&run.stdout), text(&run.stderr));
    assert_eq!(left_behind(home.path()), [""; 0]);
}

#[test]
fn the_persons_own_variables_do_not_lead_elsewhere() {
    let home = home();
    let mut run = sandbox(home.path(), &["--", "sh", "-c", "echo $DOCKER_CONFIG; dct inspect $SANDBOX/prod/nginx"]);
    run.env("DOCKER_CONTENT_TRUST_SERVER", "https://nowhere.invalid").env("DOCKER_CONFIG", home.path().join("own"));
    let run = run.output().unwrap();
    assert!(text(&run.stdout).starts_with(&format!("{}/tmp/dct-sandbox-", home.path().display())), "{}", text(&run.stdout));
    let cause = "cause: localhost:";
    assert!(text(&run.stderr).contains(cause) && text(&run.stderr).contains("does not have trust data"), "{}", text(&run.stderr));
    assert_eq!(left_behind(home.path()), [""; 0]);
}

#[test]
fn a_folder_that_is_no_sandboxs_is_left_alone() {
    let home = home();
    let (own, open) = (home.path().join("own"), home.path().join("open"));
    fs::create_dir(&own).unwrap();
    fs::write(own.join("ca.pem"), "mine").unwrap();
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
    let cases = [
        ("own", "it has other files, and is no sandbox's"),
        ("open", "others may write there; programs are run from it"),
        ("a:b", "the name of a sandbox's folder is UTF-8 without colons and line ends"),
        ("own/ca.pem", "it is no folder"),
    ];
    for (dir, reason) in cases {
        let run = shell(home.path(), &["--dir", dir], "true");
        assert_eq!(run.status.code(), Some(1), "{dir}");
        assert!(text(&run.stderr).lines().next().unwrap().ends_with(&format!("{dir}: {reason}")), "{}", text(&run.stderr));
    }
    assert_eq!(fs::read(own.join("ca.pem")).unwrap(), b"mine");
    assert_eq!((fs::read_dir(&own).unwrap().count(), fs::read_dir(&open).unwrap().count()), (1, 0));
}

#[test]
fn what_it_makes_is_its_owners_alone_whatever_the_umask() {
    let home = home();
    let script = "{ dct key load --name jeff $SANDBOX_DIR/jeff/key.pem && dct signer add --key $SANDBOX_DIR/jeff/cert.pem jeff $SANDBOX/prod/nginx && \
        dct sign $SANDBOX/prod/nginx:1; } >/dev/null && find $SANDBOX_DIR ! -type l -perm /077";
    for options in [&[][..], &["--dir", "kept"]] {
        let plain = sandbox(home.path(), &[options, &["--", "sh", "-c", script]].concat());
        let mut open = Command::new("sh");
        open.args(["-c", "umask 0; exec \"$0\" \"$@\""]).arg(plain.get_program()).args(plain.get_args()).current_dir(home.path());
        open.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let run = open.output().unwrap();
        assert!(run.status.success(), "{}", text(&run.stderr));
        assert_eq!(text(&run.stdout), "", "{options:?}");
    }
}

#[test]
fn one_sandbox_at_a_time_runs_in_a_folder() {
    let home = home();
    let script = format!("exec {} sandbox --dir kept -- true", env!("CARGO_BIN_EXE_dct"));
    let run = shell(home.path(), &["--dir", "kept"], &script);
    assert_eq!(run.status.code(), Some(1));
    assert!(text(&run.stderr).contains("kept: a sandbox is running in it\nhint: "), "{}", text(&run.stderr));
}

#[test]
fn a_bundle_keeps_its_key_and_fits_the_authority_of_the_day() {
    let home = home();
    let day = || {
        let verify =
            "openssl verify -CAfile $SANDBOX_DIR/jeff/ca.pem $SANDBOX_DIR/jeff/cert.pem >&2 && cat $SANDBOX_DIR/jeff/key.pem";
        let run = shell(home.path(), &["--dir", "kept"], verify);
        assert!(run.status.success(), "{}", text(&run.stderr));
        text(&run.stdout)
    };
    assert_eq!(day(), day());
}

#[test]
fn a_sandbox_within_another_finds_the_programs_of_the_machine() {
    let home = home();
    let inner =
        format!("{} sandbox -- sh -c 'wc -c <$SSL_CERT_FILE; cat $SANDBOX_DIR/bin/notary || true'", env!("CARGO_BIN_EXE_dct"));
    let outer = shell(home.path(), &[], &format!("wc -c <$SSL_CERT_FILE; {inner}"));
    let printed = text(&outer.stdout);
    let mut lines = printed.lines();
    let (first, second): (usize, usize) = (lines.next().unwrap().parse().unwrap(), lines.next().unwrap().parse().unwrap());
    assert!(first.abs_diff(second) < 100, "{printed}");
    assert!(!printed.contains("bin/notary' -c '") || printed.contains("exec '/usr/bin/notary' -c '"), "{printed}");
}

#[test]
fn without_a_notary_on_the_machine_this_program_is_one() {
    let home = home();
    let tools = home.path().join("tools");
    fs::create_dir(&tools).unwrap();
    std::os::unix::fs::symlink("/bin/sh", tools.join("sh")).unwrap();
    let script = "notary init -p $SANDBOX/prod/own && notary list $SANDBOX/prod/own && notary version";
    let mut command = Command::new(env!("CARGO_BIN_EXE_dct"));
    command.args(["sandbox", "--", "sh", "-c", script]).env_clear().env("HOME", home.path()).env("PATH", &tools);
    let run = command.output().unwrap();
    let printed = text(&run.stdout);
    assert!(run.status.success(), "{printed}{}", text(&run.stderr));
    assert!(printed.contains("\nNo targets present in this repository.\n") && printed.contains("dct"), "{printed}");
}

#[test]
fn a_folder_goes_on_where_it_ended() {
    let home = home();
    let dir = ["--dir", "kept"];
    let first = "dct key load --name jeff $SANDBOX_DIR/jeff/key.pem && dct signer add --key $SANDBOX_DIR/jeff/cert.pem jeff $SANDBOX/prod/nginx && \
        dct sign $SANDBOX/prod/nginx:1 && dct inspect $SANDBOX/prod/nginx:1";
    let run = shell(home.path(), &dir, first);
    assert!(run.status.success(), "{}{}", text(&run.stdout), text(&run.stderr));
    let printed = text(&run.stdout);
    let (_, json) = printed.split_once("nginx:1\n[").unwrap();
    let json = format!("[{json}");
    // the trust data and the keys of yesterday, also where the cache is gone
    for forget in ["", "rm -r $DOCKER_CONFIG/trust/tuf; "] {
        let run = shell(home.path(), &dir, &format!("{forget}dct inspect $SANDBOX/prod/nginx:1"));
        assert_eq!(text(&run.stdout), json, "{}", text(&run.stderr));
    }
    let again = shell(home.path(), &dir, "dct sign $SANDBOX/prod/nginx:2");
    assert!(again.status.success(), "{}", text(&again.stderr));
    let other = shell(home.path(), &["--dir", "kept", "--port", "1"], "true");
    assert_eq!(other.status.code(), Some(1));
    assert!(text(&other.stderr).contains("cannot move to 1"), "{}", text(&other.stderr));
}

#[test]
fn a_port_that_is_taken_is_named() {
    let home = home();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let run = shell(home.path(), &["--port", &port], "true");
    assert_eq!(run.status.code(), Some(1));
    assert!(text(&run.stderr).starts_with(&format!("port {port} on loopback: ")), "{}", text(&run.stderr));
    assert_eq!(left_behind(home.path()), [""; 0]);
}

#[test]
fn a_flag_for_what_a_sandbox_has_of_its_own_is_refused() {
    let home = home();
    for flag in ["--config=own", "--passphrase-file=own", "--passphrase-fd=0", "--passphrase-command=true"] {
        let run = shell(home.path(), &[flag], "echo run");
        let name = flag.split('=').next().unwrap();
        let words = format!("{name} is not for a sandbox, which has ");
        assert!(text(&run.stderr).starts_with(&words), "{}", text(&run.stderr));
        assert_eq!((run.status.code(), text(&run.stdout)), (Some(125), String::new()));
    }
}

#[test]
fn trust_data_that_cannot_be_kept_is_refused_with_the_cause() {
    let home = home();
    let sign = "dct key load --name jeff $SANDBOX_DIR/jeff/key.pem && dct signer add --key $SANDBOX_DIR/jeff/cert.pem jeff $SANDBOX/prod/nginx
        mv $SANDBOX_DIR/state/trust kept/state/away; touch $SANDBOX_DIR/state/trust
        dct sign $SANDBOX/prod/nginx:1; dct signer add --key $SANDBOX_DIR/jeff/cert.pem jeff $SANDBOX/prod/new";
    let run = shell(home.path(), &["--dir", "kept"], sign);
    let told = text(&run.stderr);
    for error in [
        "UPDATING: An error has occurred while updating the TUF repository.: Not a directory",
        "UNKNOWN: unknown error: Not a directory",
    ] {
        let cause = |line: &str| line.starts_with("cause: ") && line.ends_with(&format!("the server answered 500: {error}"));
        assert_eq!(told.lines().filter(|line| cause(line)).count(), 1, "{told}");
    }
}

#[test]
fn without_a_command_it_prints_the_environment_and_serves_until_it_is_interrupted() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let home = home();
        let mut child = sandbox(home.path(), &[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut notices = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        assert!(notices.any(|line| line == "serving until interrupted"));
        let folder = fs::read_dir(home.path().join("tmp")).unwrap().next().unwrap().unwrap().path();
        let other = format!(". {}/env.sh; dct inspect $SANDBOX/prod/nginx; test -n \"$DOCKER_CONFIG\"", folder.display());
        let other = Command::new("sh").args(["-c", &other]).env("HOME", home.path()).output().unwrap();
        assert!(text(&other.stderr).starts_with("no signatures or cannot access localhost:"), "{}", text(&other.stderr));
        let script = fs::read_to_string(folder.join("env.sh")).unwrap();
        end(&mut child, signal);
        let mut printed = String::new();
        std::io::Read::read_to_string(&mut child.stdout.take().unwrap(), &mut printed).unwrap();
        assert_eq!(printed, script);
        assert_eq!(left_behind(home.path()), [""; 0], "{signal:?}");
    }
}

#[test]
fn a_signal_to_end_reaches_the_command() {
    let home = home();
    for (signal, name) in [(Signal::TERM, "TERM"), (Signal::HUP, "HUP"), (Signal::INT, "INT")] {
        let script = format!("trap 'echo told; exit 3' {name}; echo ready; while :; do sleep 0.05; done");
        // in a session of its own: no terminal sends its signals to both
        let mut command = Command::new("setsid");
        let verb = sandbox(home.path(), &["--", "sh", "-c", &script]);
        command.arg("--wait").arg(verb.get_program()).args(verb.get_args()).current_dir(home.path()).env_clear();
        command.envs(verb.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        assert_eq!(lines.next().as_deref(), Some("ready"));
        assert_eq!(end(&mut child, signal), Some(3), "{name}");
        assert_eq!(lines.next().as_deref(), Some("told"));
    }
    assert_eq!(left_behind(home.path()), [""; 0]);
}

/// Sends a signal, and waits for the end.
fn end(child: &mut Child, signal: Signal) -> Option<i32> {
    kill_process(Pid::from_child(child), signal).unwrap();
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        assert!(start.elapsed() < Duration::from_secs(10), "it goes on after {signal:?}");
        thread::sleep(Duration::from_millis(10));
    }
}
