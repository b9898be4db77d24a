//! `dct delete --remote` by somebody whom Docker's configuration does not know.

use std::process::Command;

use rexpect::session::spawn_command;

use super::support::{
    Peers,
    home::Home,
    openssl::{Bundle, Issuer, KeyForm},
    token,
};

fn repository(peers: &Peers) -> String {
    let (home, repository) = (Home::new(peers, "jeff"), peers.image("prod/nginx"));
    Bundle::make(home.path(), "jeff", KeyForm::EcSec1, Issuer::Ca);
    home.dct(&["signer", "add", "--key", "cert.pem", "jeff", &repository]).ok();
    repository
}

#[test]
fn a_person_at_a_terminal_is_asked_for_a_login() {
    let Some(peers) = Peers::start() else { return };
    let repository = repository(&peers);
    let stranger = Home::anonymous(&peers);
    let mut dct = Command::new(env!("CARGO_BIN_EXE_dct"));
    dct.env_clear().env("HOME", stranger.path()).current_dir(stranger.path()).args(["delete", &repository, "--remote", "--yes"]);
    let mut session = spawn_command(dct, Some(10_000)).unwrap();
    session.exp_string(&format!("Deleting trust data for repository {repository}")).unwrap();
    session.exp_string("Enter username: ").unwrap();
    session.send_line("jeff").unwrap();
    session.exp_string("Enter password: ").unwrap();
    session.send_line(token::password_of("jeff")).unwrap();
    let rest = session.exp_eof().unwrap();
    assert!(rest.contains(&format!("Successfully deleted local and remote trust data for repository {repository}")), "{rest}");
    assert!(!rest.contains(token::password_of("jeff")), "{rest}");
    let gone = Home::new(&peers, "jeff").dct(&["inspect", &repository]).fails(1);
    assert!(gone.stderr.contains("does not have trust data"), "{gone}");
}

#[test]
fn nobody_is_asked_elsewhere_and_the_alternatives_are_named() {
    let Some(peers) = Peers::start() else { return };
    let repository = repository(&peers);
    let refused =
        Home::anonymous(&peers).dct_with_input(&["delete", &repository, "--remote", "--yes"], "jeff\njeff-password\n").fails(1);
    assert!(!refused.stdout.contains("Enter username"), "{refused}");
    for alternative in ["docker login", "DOCKER_CONFIG", "--config"] {
        assert!(refused.stderr.contains(alternative), "{refused}");
    }
    Home::new(&peers, "jeff").dct(&["inspect", &repository]).ok();
}
