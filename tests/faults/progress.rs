//! What a person sees while a server takes its time: a line on the terminal after a second, and nothing on a pipe.

use std::{
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use rexpect::{
    process::{Signal, WaitStatus},
    session::{PtySession, spawn_command},
};

use crate::{
    person::{PASSPHRASE, Person, private_pem},
    site::Site,
};

/// Takes the drawn line away again: to the line's beginning, and clear it.
const CLEARED: &str = "\r\u{1b}[2K";

/// A site that waits this long before each answer.
fn slow(site: Site, pause: Duration) -> Site {
    site.fails(move |_| {
        thread::sleep(pause);
        None
    });
    site
}

fn on_terminal(person: &Person, args: &[&str], unset: &[&str]) -> PtySession {
    let mut command = person.dct(args);
    command.stdin(Stdio::inherit()).env("TERM", "xterm").env("COLUMNS", "120");
    for name in unset {
        command.env_remove(name);
    }
    spawn_command(command, Some(15_000)).unwrap()
}

fn wait_for_end(session: &PtySession) -> WaitStatus {
    let begun = Instant::now();
    loop {
        match session.process().status() {
            Some(WaitStatus::StillAlive) | None => assert!(begun.elapsed() < Duration::from_secs(5)),
            Some(status) => return status,
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn the_line_appears_after_a_second_and_goes_before_the_answer() {
    let site = slow(Site::new(), Duration::from_millis(900));
    let person = site.stranger();
    let mut session = on_terminal(&person, &["inspect", "--pretty", &site.name()], &[]);
    let begun = Instant::now();
    let before = session.exp_string(&format!("| reading trust data of {}...", site.name())).unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(900), "{:?}", begun.elapsed());
    assert_eq!(before.trim_matches('\r'), "");
    let drawn = session.exp_string("Signatures for").or_else(|_| session.exp_string("No signatures for")).unwrap();
    assert!(drawn.contains("/ reading trust data") && drawn.trim_end_matches(['\r', '\n']).ends_with(CLEARED), "{drawn:?}");
    let rest = session.exp_eof().unwrap();
    assert!(!rest.contains("reading trust data"), "{rest:?}");
}

#[test]
fn several_images_are_counted() {
    let site = slow(Site::new(), Duration::from_millis(700));
    let (one, two) = (site.name(), site.tag("nothing"));
    let person = site.stranger();
    let mut session = on_terminal(&person, &["inspect", &one, &two], &[]);
    session.exp_string("reading trust data, 0 of 2 images...").unwrap();
    let all = session.exp_eof().unwrap();
    assert!(all.contains(CLEARED), "{all:?}");
}

#[test]
fn a_quick_answer_a_dumb_terminal_and_a_pipe_see_nothing_of_it() {
    let site = Site::new();
    let person = site.stranger();
    let quick = on_terminal(&person, &["inspect", &site.name()], &[]).exp_eof().unwrap();
    assert!(!quick.contains("reading") && !quick.contains('\u{1b}'), "{quick:?}");
    let on_pipe = person.succeeds(&["inspect", &site.name()]);

    let site = slow(site, Duration::from_millis(1300));
    let slow_on_pipe = person.succeeds(&["inspect", &site.name()]);
    assert_eq!((slow_on_pipe.out, slow_on_pipe.err), (on_pipe.out, on_pipe.err));

    let mut dumb = person.dct(&["inspect", &site.name()]);
    dumb.env("TERM", "dumb");
    let dumb = spawn_command(dumb, Some(15_000)).unwrap().exp_eof().unwrap();
    assert!(!dumb.contains("reading") && !dumb.contains('\u{1b}'), "{dumb:?}");
}

#[test]
fn a_prompt_is_left_alone() {
    let site = Site::new();
    let person = site.reader();
    person.write("key.pem", private_pem("jeff", ""));
    person.succeeds(&["key", "load", "--name", "jeff", "key.pem"]);
    let site = slow(site, Duration::from_millis(1200));
    let mut session = on_terminal(&person, &["sign", &site.tag("new")], &["DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE"]);
    session.exp_string("Enter passphrase for jeff key with ID ").unwrap();
    // as long as it would take to draw, whatever the network does meanwhile
    thread::sleep(Duration::from_millis(2500));
    session.send_line(PASSPHRASE).unwrap();
    let rest = session.exp_eof().unwrap();
    let asked = rest.split_once("\r\n").unwrap().0;
    assert!(asked.ends_with(": ") && !asked.contains(['\r', '\u{1b}']), "{rest:?}");
    assert!(rest.contains("publishing trust data of") && rest.contains("Successfully signed"), "{rest:?}");
    assert!(rest.rfind(CLEARED) < rest.find("Successfully signed"), "{rest:?}");
}

#[test]
fn a_signal_leaves_no_line_behind() {
    let site = slow(Site::new(), Duration::from_secs(4));
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let person = site.stranger();
        let mut session = on_terminal(&person, &["inspect", &site.name()], &[]);
        session.exp_string("| reading trust data of").unwrap();
        session.process_mut().signal(signal).unwrap();
        assert!(matches!(wait_for_end(&session), WaitStatus::Signaled(_, ended, _) if ended == signal));
        let rest = session.exp_eof().unwrap();
        assert!(rest.ends_with(CLEARED), "{rest:?}");
    }
}
