//! Under a real docker: it finds the plugin, calls it, completes by it, and ends it. The plugin has another name than `trust`, which docker keeps
//! for its own command up to version 28.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use rexpect::session::spawn_command;
use rustix::{
    process::{Pid, Signal, kill_process},
    termios::{LocalModes, tcgetattr},
};
use tempfile::TempDir;

use crate::{SOON, command, home, programs, silent_server, wait_until};

/// A home whose docker has the plugin `dcttrust`; none without docker.
fn with_docker() -> Option<(TempDir, PathBuf)> {
    programs::installed(&["docker"]).then(|| (home("docker-dcttrust"), programs::path_of("docker").unwrap()))
}

fn docker(program: &Path, home: &Path, args: &[&str]) -> Command {
    let mut docker = command(program, home);
    docker.env("DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE", "passphrase").args(args);
    docker
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn docker_lists_calls_and_completes_it() {
    let Some((home, program)) = with_docker() else { return };
    let run = |args: &[&str]| -> Output { docker(&program, home.path(), args).output().unwrap() };
    let listed = text(&run(&["--help"]).stdout);
    assert!(listed.lines().any(|line| line.contains("dcttrust*") && line.ends_with("Manage trust on Docker images")), "{listed}");
    for (args, code, out, err) in [
        (&["dcttrust"][..], 0, "", "Usage:  docker dcttrust COMMAND\n"),
        (&["help", "dcttrust", "sign"], 0, "Usage:  docker dcttrust sign IMAGE:TAG\n", ""),
        (&["dcttrust", "inspect", "--help"], 0, "Usage:  docker dcttrust inspect IMAGE[:TAG]", ""),
        (&["dcttrust", "foo"], 1, "", "docker: unknown command: docker dcttrust foo\n"),
        (&["dcttrust", "sign", "--foo"], 125, "", "unknown flag: --foo\n"),
        (&["-l", "warn", "dcttrust", "sign"], 1, "", "docker: 'docker dcttrust sign' requires 1 argument\n"),
        (&["__complete", "dcttrust", "si"], 0, "signer\tManage entities who can sign images\nsign\tSign ", ""),
        (&["__complete", "dcttrust", "signer", "a"], 0, "add\tAdd a signer\n:4\n", ""),
    ] {
        let output = run(args);
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{args:?}: {stderr}");
        assert!(stdout.starts_with(out) && stdout.is_empty() == out.is_empty(), "{args:?}: {stdout}");
        assert!(stderr.starts_with(err) && stderr.is_empty() == err.is_empty(), "{args:?}: {stderr}");
    }
    let loaded = run(&["--config", ".docker", "dcttrust", "key", "load", "--name", "jeff", "key.pem"]);
    assert!(loaded.status.success(), "{loaded:?}");
    assert_eq!(text(&loaded.stdout), "Loading key from \"key.pem\"...\nSuccessfully imported key from key.pem\n");
    assert_eq!(fs::read_dir(home.path().join(".docker/trust/private")).unwrap().count(), 1);
}

#[test]
fn docker_that_is_ended_ends_it() {
    let Some((home, program)) = with_docker() else { return };
    for signal in [Signal::TERM, Signal::INT, Signal::KILL] {
        let (server, image) = silent_server();
        let mut docker = docker(&program, home.path(), &["dcttrust", "inspect", &image]);
        let mut child = docker.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // it is the plugin that asks
        let (mut asked, _) = server.accept().unwrap();
        kill_process(Pid::from_child(&child), signal).unwrap();
        asked.set_read_timeout(Some(SOON)).unwrap();
        let _ = asked.read_to_end(&mut Vec::new()).unwrap();
        wait_until("docker goes on", || child.try_wait().unwrap().is_some());
        assert!(!child.wait().unwrap().success());
    }
}

#[test]
fn ctrl_c_at_a_prompt_brings_the_echo_back_under_docker() {
    let Some((home, program)) = with_docker() else { return };
    // rexpect turns the echo off, so a shell turns it on again first
    let mut shell = command(Path::new("/bin/sh"), home.path());
    shell.args(["-c", "stty echo; exec \"$0\" dcttrust key load --name jeff key.pem"]).arg(program);
    let mut session = spawn_command(shell, Some(10_000)).unwrap();
    session.exp_string("Enter passphrase for new jeff key with ID ").unwrap();
    let terminal = session.process().get_file_handle().unwrap();
    let echo = || tcgetattr(&terminal).unwrap().local_modes.contains(LocalModes::ECHO);
    wait_until("the echo is never off", || !echo());
    session.send_control('c').unwrap();
    session.exp_eof().unwrap();
    assert!(echo());
    assert!(!home.path().join(".docker/trust").exists());
}
