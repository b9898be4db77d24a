//! Who did which step: a key written by one client, a repository made by another, tags signed by a third; all read each other's.
//! Every client works in one home, on one `~/.docker/trust`.

use crate::{
    flow::agree,
    support::{
        Peers,
        engine::Engine,
        home::Home,
        openssl::{Bundle, Issuer, KeyForm},
    },
};

/// A client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Client {
    Dct,
    Docker,
    Notary,
}

/// How a repository comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Made {
    Dct,
    Docker,
    /// `notary init`, with the snapshot key handed to the server.
    Notary,
    /// `notary init`, with a snapshot key of the client's own.
    NotaryKeepingSnapshot,
}

const CLIENTS: [Client; 3] = [Client::Dct, Client::Docker, Client::Notary];
const MADE: [Made; 4] = [Made::Dct, Made::Docker, Made::Notary, Made::NotaryKeepingSnapshot];

#[test]
fn a_key_that_dct_wrote() {
    every_step_by_everyone(Client::Dct, KeyForm::EcSec1);
}

#[test]
fn an_rsa_key_that_dct_wrote() {
    every_step_by_everyone(Client::Dct, KeyForm::RsaPkcs1);
}

#[test]
fn a_key_that_docker_wrote() {
    every_step_by_everyone(Client::Docker, KeyForm::EcSec1);
}

#[test]
fn a_key_that_notary_wrote() {
    every_step_by_everyone(Client::Notary, KeyForm::RsaPkcs8);
}

fn every_step_by_everyone(key_by: Client, form: KeyForm) {
    let Some(peers) = Peers::start() else { return };
    let engine = Engine::start(&peers.folder("engine"));
    let home = Home::new(&peers, "jeff").with("DOCKER_HOST", &engine.host());
    let bundle = Bundle::make(&peers.folder("jeff"), "jeff", form, Issuer::Ca);
    load_key(&home, key_by, &bundle);
    for made in MADE {
        let name = format!("prod/{}", format!("{made:?}").to_lowercase());
        let repository = peers.image(&name);
        make(&home, made, &repository, &bundle);
        agree(&home, &repository);
        for client in CLIENTS {
            let tag = format!("by-{client:?}").to_lowercase();
            let image = peers.images().push(&name, &tag, &tag);
            engine.has(&repository, &tag, &image);
            let reference = format!("{repository}:{tag}");
            match client {
                Client::Dct => home.dct(&["sign", &reference]).ok(),
                Client::Docker => home.docker_trust(&["sign", &reference]).ok(),
                Client::Notary => {
                    let size = image.length.to_string();
                    home.notary(&[
                        "addhash",
                        &repository,
                        &tag,
                        &size,
                        "--sha256",
                        &image.sha256,
                        "-r",
                        "targets/jeff,targets/releases",
                        "-p",
                    ])
                    .ok()
                }
            };
            let shown = agree(&home, &reference);
            let row = [tag.as_str(), &image.sha256, "jeff"];
            let rows = |line: &str| line.split_whitespace().eq(row);
            assert!(shown.stdout.lines().any(rows), "key by {key_by:?}, {made:?}, {client:?}: {shown}");
            let looked_up = home.notary(&["lookup", &repository, &tag]).ok();
            assert_eq!(looked_up.stdout, format!("{tag} sha256:{} {}\n", image.sha256, image.length));
        }
        // each signs again what another signed first
        home.dct(&["sign", &format!("{repository}:by-docker")]).ok();
        home.dct(&["sign", &format!("{repository}:by-notary")]).ok();
        home.docker_trust(&["sign", &format!("{repository}:by-dct")]).ok();
        let seen_by_all = agree(&home, &repository).stdout;
        // and a person who was never here sees the same
        assert_eq!(agree(&Home::new(&peers, "reader"), &repository).stdout, seen_by_all);
    }
}

fn load_key(home: &Home, by: Client, bundle: &Bundle) {
    let file = bundle.key.to_string_lossy();
    match by {
        Client::Dct => home.dct(&["key", "load", "--name", "jeff", &file]).ok(),
        Client::Docker => home.docker_trust(&["key", "load", "--name", "jeff", &file]).ok(),
        Client::Notary => home.notary(&["key", "import", "--role", "jeff", &file]).ok(),
    };
    assert_eq!(home.key_files().len(), 1);
}

fn make(home: &Home, made: Made, repository: &str, bundle: &Bundle) {
    let cert = bundle.cert.to_string_lossy();
    match made {
        Made::Dct => drop(home.dct(&["signer", "add", "--key", &cert, "jeff", repository]).ok()),
        Made::Docker => drop(home.docker_trust(&["signer", "add", "--key", &cert, "jeff", repository]).ok()),
        Made::Notary | Made::NotaryKeepingSnapshot => {
            home.notary(&["init", repository, "-p"]).ok();
            if made == Made::Notary {
                home.notary(&["key", "rotate", repository, "snapshot", "-r"]).ok();
            }
            home.notary(&["delegation", "add", repository, "targets/jeff", &cert, "--all-paths"]).ok();
            home.notary(&["delegation", "add", repository, "targets/releases", &cert, "--all-paths", "-p"]).ok();
        }
    }
}
