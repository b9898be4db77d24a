//! The forge's valid repositories are valid: the real notary reads them. Without this, a test that sees a forged file refused would show nothing.

use std::{
    collections::BTreeMap,
    env,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    process::{Command, Output},
    sync::Arc,
    thread,
};

use crate::support::forge::{Forge, key::Key};

const GUN: &str = "example.com/prod/nginx";

#[test]
fn notary_lists_what_the_forge_signed() {
    let forge = Forge::new(GUN);
    let Some(list) = notary(&forge, &["list"]) else { return };
    let lines: Vec<Vec<&str>> = list.lines().map(|line| line.split_whitespace().collect()).collect();
    let roles: Vec<(&str, &str)> = lines
        .iter()
        .filter(|words| words.get(3).is_some_and(|role| role.starts_with("targets")))
        .map(|words| (words[0], words[3]))
        .collect();
    // of a name that two roles sign notary lists the first
    assert_eq!(roles, [("0", "targets"), ("1", "targets/jeff")], "{list}");
    let Some(list) = notary(&forge, &["list", "-r", "targets/releases"]) else { return };
    assert!(list.contains("targets/releases"), "{list}");
}

#[test]
fn notary_takes_every_kind_of_key_and_a_chain_of_roots() {
    let mut forge = Forge::new(GUN);
    forge.rotate("root", &[Key::p384("root 2").certified(GUN)]);
    forge.rotate("targets", &[Key::ed25519("targets 2")]);
    forge.rotate("snapshot", &[Key::p521("snapshot 2")]);
    forge.rotate("timestamp", &[Key::rsa()]);
    forge.rotate("root", &[Key::rsa().certified(GUN)]);
    forge
        .delegate("targets/jeff/deep", &[Key::p384("deep")], &["x"])
        .add_target("targets/jeff/deep", "x<&>\u{2028}\"\\é", "x")
        .publish();
    let Some(list) = notary(&forge, &["list"]) else { return };
    assert!(list.contains("targets/jeff/deep") && list.contains("x<&>\u{2028}\"\\é"), "{list}");
}

/// What the real notary prints of a forged repository; none where notary is absent.
fn notary(forge: &Forge, arguments: &[&str]) -> Option<String> {
    if Command::new("notary").arg("version").output().is_err() {
        assert!(env::var_os("CI").is_none(), "notary is absent, and CI wants this test");
        println!("SKIPPED: notary is absent");
        return None;
    }
    let home = tempfile::tempdir().unwrap();
    let server = serve(forge.files());
    let output: Output = Command::new("notary")
        .args(["-s", &server, "-d"])
        .arg(home.path())
        .args(arguments)
        .arg(&forge.gun)
        .env("HOME", home.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Serves files on loopback until the process ends.
fn serve(files: BTreeMap<String, Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let files = Arc::new(files);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let files = Arc::clone(&files);
            thread::spawn(move || answer(&stream.unwrap(), &files));
        }
    });
    format!("http://{address}")
}

fn answer(stream: &TcpStream, files: &BTreeMap<String, Vec<u8>>) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let path = lines.next().unwrap_or_default().split(' ').nth(1).unwrap_or_default().to_owned();
    // the head of the request ends with an empty line
    lines.by_ref().take_while(|line| !line.is_empty()).for_each(drop);
    let name = path.split_once("/_trust/tuf/").map(|(_, name)| name);
    let (status, body): (_, &[u8]) = match name.map(|name| files.get(name)) {
        Some(Some(bytes)) => ("200 OK", bytes),
        Some(None) => ("404 Not Found", b"{}"),
        None => ("200 OK", b"{}"),
    };
    let mut stream = stream;
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)).ok();
}
