//! `make demo`: the documented flow on the real servers, every command with what it prints. Run with no filter, it is a test too.
#![allow(clippy::print_stdout, reason = "it is its purpose")]

#[path = "support/peers/mod.rs"]
mod support;

use support::{
    Peers,
    home::{Home, Run},
    openssl::{Bundle, Issuer, KeyForm},
};

fn main() {
    // A filter names tests of another target.
    if std::env::args().len() > 1 {
        return;
    }
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    Bundle::make(home.path(), "jeff", KeyForm::EcSec1, Issuer::Ca);
    Bundle::make(&home.path().join("ian"), "ian", KeyForm::RsaPkcs1, Issuer::Ca);
    peers.images().push("prod/nginx", "1", "one");
    let (repository, one) = (peers.image("prod/nginx"), peers.image("prod/nginx:1"));
    println!(
        "# notary-server, docker-registry and a token server answer at {}; key.pem and cert.pem are client bundles.",
        peers.url()
    );
    println!("# The passphrases come from DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE and DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE.\n");

    let steps: [&[&str]; 9] = [
        &["key", "load", "--name", "jeff", "key.pem"],
        &["signer", "add", "--key", "cert.pem", "jeff", &repository],
        &["inspect", "--pretty", &repository],
        &["sign", &one],
        &["key", "load", "--name", "ian", "ian/key.pem"],
        &["signer", "add", "--key", "ian/cert.pem", "ian", &repository],
        &["sign", &one],
        &["inspect", "--pretty", &one],
        &["inspect", &one],
    ];
    for step in steps {
        show(home.dct(step));
    }
    println!("# The programs that dct replaces see the same.\n");
    show(home.docker_trust(&["inspect", "--pretty", &one]));
    show(home.notary(&["list", &repository]));
    show(home.dct(&["delete", &repository, "--remote"]));
}

fn show(run: Run) {
    let run = run.ok();
    println!("$ {}\n{}{}", run.command, run.stdout, run.stderr);
}
