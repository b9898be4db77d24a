//! The harness itself: what it promises the other tests, shown with the peers alone.

use std::fs;

use crate::support::{
    Peers,
    home::Home,
    openssl::{Bundle, Issuer, KeyForm},
};

#[test]
fn docker_and_notary_share_a_home_and_a_server() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let bundle = Bundle::make(&peers.folder("jeff"), "jeff", KeyForm::EcSec1, Issuer::Ca);
    let repository = peers.image("prod/nginx");
    let mark = peers.mark();
    home.docker_trust(&["key", "load", "--name", "jeff", &bundle.key.to_string_lossy()]).ok();
    let run = home.docker_trust(&["signer", "add", "--key", &bundle.cert.to_string_lossy(), "jeff", &repository]).ok();
    assert!(run.stdout.contains("Successfully initialized"), "{run}\n{}", peers.logs());
    let listed = home.notary(&["delegation", "list", &repository]).ok();
    assert!(listed.stdout.contains("targets/jeff"), "{listed}");
    for request in peers.requests_since(mark) {
        println!("{request:?}");
    }
    println!("{:#?}", peers.token_requests());
    assert!(fs::exists(home.trust_dir()).unwrap());
}
