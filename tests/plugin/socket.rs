//! The socket by which Docker tells its plugin to end.

use std::{
    fs,
    io::Read as _,
    os::{
        linux::net::SocketAddrExt as _,
        unix::{
            net::{SocketAddr, UnixListener, UnixStream},
            process::ExitStatusExt as _,
        },
    },
    path::Path,
    process::{Child, Command, Stdio},
    time::Instant,
};

use rexpect::{process::Signal, process::WaitStatus, session::spawn_command};
use rustix::termios::{LocalModes, tcgetattr};

use crate::{SOON, command, home, plugin, silent_server, wait_until};

/// SIGTERM's number.
const TERM: i32 = 15;

/// As Docker has it: one of Linux' names, which no file has.
fn abstract_socket() -> (UnixListener, String) {
    let name = format!("docker_cli_{:?}", Instant::now()).replace([' ', '{', '}'], "");
    (UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap(), format!("@{name}"))
}

fn trust(home: &Path, socket: &str) -> Command {
    let mut command = command(&plugin(home, "docker-trust"), home);
    command.env("DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND", "docker").env("DOCKER_CLI_PLUGIN_SOCKET", socket).arg("trust");
    command
}

fn end(mut child: Child) -> Option<i32> {
    wait_until("the plugin goes on", || child.try_wait().unwrap().is_some());
    child.wait().unwrap().signal()
}

#[test]
fn a_closed_socket_ends_what_waits_for_a_server() {
    let (listener, name) = abstract_socket();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("docker.sock");
    let of_file = UnixListener::bind(&path).unwrap();
    for (listener, name) in [(&listener, name.as_str()), (&of_file, path.to_str().unwrap())] {
        let home = home("docker-trust");
        let (server, image) = silent_server();
        let child = trust(home.path(), name).args(["inspect", &image]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let (docker, _) = listener.accept().unwrap();
        let (mut asked, _) = server.accept().unwrap();
        drop(docker);
        assert_eq!(end(child), Some(TERM), "{name}");
        // what it had begun to ask ends with it
        asked.set_read_timeout(Some(SOON)).unwrap();
        let _ = asked.read_to_end(&mut Vec::new()).unwrap();
    }
}

#[test]
fn what_docker_says_on_the_socket_is_no_end() {
    let (listener, name) = abstract_socket();
    let home = home("docker-trust");
    let (server, image) = silent_server();
    let mut child =
        trust(home.path(), &name).args(["inspect", &image]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let (mut docker, _) = listener.accept().unwrap();
    std::io::Write::write_all(&mut docker, b"hello").unwrap();
    let _asked = server.accept().unwrap();
    assert!(child.try_wait().unwrap().is_none());
    drop(docker);
    assert_eq!(end(child), Some(TERM));
}

#[test]
fn a_closed_socket_at_a_prompt_brings_the_echo_back_and_leaves_nothing() {
    let home = home("docker-trust");
    let (listener, name) = abstract_socket();
    // rexpect turns the echo off, so a shell turns it on again first
    let mut shell = command(Path::new("/bin/sh"), home.path());
    shell.env("DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND", "docker").env("DOCKER_CLI_PLUGIN_SOCKET", name);
    shell.args(["-c", "stty echo; exec ~/.docker/cli-plugins/docker-trust trust key load --name jeff key.pem"]);
    let mut session = spawn_command(shell, Some(10_000)).unwrap();
    let (docker, _): (UnixStream, _) = listener.accept().unwrap();
    session.exp_string("Enter passphrase for new jeff key with ID ").unwrap();
    let terminal = session.process().get_file_handle().unwrap();
    let echo = || tcgetattr(&terminal).unwrap().local_modes.contains(LocalModes::ECHO);
    wait_until("the echo is never off", || !echo());
    drop(docker);
    let mut ended = None;
    wait_until("the plugin goes on", || {
        ended = session.process().status();
        matches!(ended, Some(WaitStatus::Signaled(..) | WaitStatus::Exited(..)))
    });
    assert!(matches!(ended, Some(WaitStatus::Signaled(_, Signal::SIGTERM, _))), "{ended:?}");
    assert!(echo());
    assert!(!home.path().join(".docker/trust").exists());
}

#[test]
fn a_socket_that_is_not_there_changes_nothing() {
    for name in ["", "@nobody-listens-here", "/nowhere/docker.sock", "@"] {
        let home = home("docker-trust");
        let output = trust(home.path(), name)
            .args(["key", "load", "--name", "jeff", "key.pem"])
            .env("DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE", "passphrase")
            .output()
            .unwrap();
        assert!(output.status.success(), "{name}: {output:?}");
        assert_eq!(fs::read_dir(home.path().join(".docker/trust/private")).unwrap().count(), 1);
    }
}
