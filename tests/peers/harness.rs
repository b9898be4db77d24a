//! The harness itself: what it promises the other tests, shown with the peers alone.

use std::{fs, net::TcpStream, process::Command, thread, time::Duration};

use crate::support::{
    Peers,
    engine::Engine,
    front::Request,
    home::Home,
    latency::rounds,
    openssl::{Bundle, Issuer, KeyForm},
    programs,
    token::{TokenRequest, identity_token_of},
};

#[test]
fn docker_and_notary_share_a_home_and_a_server() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let repository = peers.image("prod/nginx");
    let mark = peers.mark();
    with_signer(&peers, &home, "jeff", &repository);
    let listed = home.notary(&["delegation", "list", &repository]).ok();
    assert!(listed.stdout.contains("targets/jeff"), "{listed}");
    assert_eq!(home.key_files().len(), 3, "root, targets and jeff's own");

    let post = format!("/v2/{repository}/_trust/tuf/");
    let requests = peers.requests_since(mark);
    assert_eq!(requests.iter().filter(|request| **request == ("POST".into(), post.clone(), 200)).count(), 1, "{requests:?}");
    let asked = peers.token_requests();
    let scope = format!("repository:{repository}:pull,push");
    assert_eq!(asked[0], TokenRequest { method: "GET".into(), scopes: vec![scope], user: Some("jeff".into()), status: 200 });
    assert!(asked.iter().any(|request| request.user.is_none()), "notary reads without a name first: {asked:?}");
}

#[test]
fn docker_without_an_engine_signs_again_and_revokes_but_signs_no_new_tag() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let repository = peers.image("prod/nginx");
    let one = format!("{repository}:1");
    with_signer(&peers, &home, "jeff", &repository);
    let refused = home.docker_trust(&["sign", &one]).fails(1);
    assert!(refused.stderr.contains("Cannot connect to the Docker daemon"), "{refused}");

    let digest = peers.images().push("prod/nginx", "1", "one").sha256;
    home.notary(&["addhash", &repository, "1", "527", "--sha256", &digest, "-r", "targets/jeff,targets/releases", "-p"]).ok();
    let signed = home.docker_trust(&["sign", &one]).ok();
    assert!(signed.stdout.ends_with(&format!("Successfully signed {one}\n")), "{signed}");
    let shown = home.docker_trust(&["inspect", "--pretty", &one]).ok();
    assert!(shown.stdout.contains(&format!("1            {digest}   jeff\n")), "{shown}");
    home.docker_trust(&["key", "generate", "ian"]).ok();
    home.docker_trust(&["revoke", &one]).ok();
    let shown = home.docker_trust(&["inspect", "--pretty", &repository]).ok();
    assert!(shown.stdout.starts_with(&format!("\nNo signatures for {repository}\n")), "{shown}");
}

#[test]
fn docker_signs_a_new_tag_with_the_engine_that_stands_in() {
    let Some(peers) = Peers::start() else { return };
    let engine = Engine::start(&peers.folder("engine"));
    let home = Home::new(&peers, "jeff").with("DOCKER_HOST", &engine.host());
    let (repository, one) = (peers.image("prod/nginx"), peers.image("prod/nginx:1"));
    let pushed = peers.images().push("prod/nginx", "1", "one");
    engine.has(&repository, "1", &pushed);
    let signed = home.docker_trust(&["sign", &one]).ok();
    assert!(signed.stdout.contains("Created signer: jeff\n"), "{signed}");
    let looked_up = home.notary(&["lookup", &repository, "1"]).ok();
    assert_eq!(looked_up.stdout, format!("1 sha256:{} {}\n", pushed.sha256, pushed.length));
}

#[test]
fn the_token_server_gives_each_what_the_table_says() {
    let Some(peers) = Peers::start() else { return };
    let repository = peers.image("prod/nginx");
    with_signer(&peers, &Home::new(&peers, "writer"), "writer", &repository);

    let reader = Home::new(&peers, "reader");
    reader.docker_trust(&["inspect", &repository]).ok();
    reader.docker_trust(&["key", "generate", "reader"]).ok();
    let refused = reader.docker_trust(&["signer", "add", "--key", "reader.pub", "reader", &repository]).fails(1);
    assert!(refused.stderr.contains("failed to add signer"), "{refused}");
    let nobody = Home::anonymous(&peers).docker_trust(&["inspect", &repository]).fails(1);
    assert!(nobody.stderr.contains("no signatures or cannot access"), "{nobody}");

    let home = Home::anonymous(&peers);
    let known = serde_json::json!({"auths": {peers.host(): {"auth": "", "identitytoken": identity_token_of("jeff")}}});
    home.write_config(&known);
    home.docker_trust(&["inspect", &repository]).ok();
    let last = peers.token_requests().pop().unwrap();
    assert_eq!((last.method.as_str(), last.user.as_deref()), ("POST", Some("jeff")));
    // "jeff:wrong"
    home.write_config(&serde_json::json!({"auths": {peers.host(): {"auth": "amVmZjp3cm9uZw=="}}}));
    // Docker takes a refused login for a server that is down, and answers from its cache.
    let cached = home.docker_trust(&["inspect", &repository]).ok();
    assert!(cached.stderr.contains("using cached timestamp"), "{cached}");
    assert_eq!(peers.token_requests().pop().unwrap().status, 401);
}

#[test]
fn the_registry_has_the_images_that_were_pushed() {
    let Some(peers) = Peers::start() else { return };
    if !programs::installed(&["skopeo"]) {
        return;
    }
    let pushed =
        [("1", peers.images().push("prod/nginx", "1", "one")), ("multi", peers.images().push_index("prod/nginx", "multi", "two"))];
    let home = Home::new(&peers, "reader");
    for (tag, image) in pushed {
        let reference = format!("docker://{}", peers.image(&format!("prod/nginx:{tag}")));
        let raw = home
            .other(
                "skopeo",
                &["inspect", "--raw", "--cert-dir", &home.docker_tls_dir(), "--creds", "reader:reader-password", &reference],
            )
            .ok();
        assert_eq!(raw.stdout.len(), image.length);
    }
}

#[test]
fn the_front_speaks_tls_1_3_and_http_2_only_where_offered() {
    let Some(peers) = Peers::start() else { return };
    let connect = |version: &str| {
        let ca = peers.ca().to_string_lossy().into_owned();
        let mut command = Command::new("openssl");
        command.args([
            "s_client",
            "-connect",
            &peers.host(),
            "-alpn",
            "h2,http/1.1",
            "-CAfile",
            &ca,
            "-verify_return_error",
            version,
        ]);
        command.stdin(std::process::Stdio::null()).output().unwrap()
    };
    let new = connect("-tls1_3");
    let text = String::from_utf8_lossy(&new.stdout);
    assert!(new.status.success() && text.contains("ALPN protocol: h2") && text.contains("TLSv1.3"), "{text}");
    assert!(!connect("-tls1_2").status.success());
}

#[test]
fn every_form_of_a_client_bundle_is_one_that_docker_takes() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let forms = [KeyForm::EcSec1, KeyForm::EcPkcs8, KeyForm::RsaPkcs1, KeyForm::RsaPkcs8];
    for (number, (form, issuer)) in forms.into_iter().flat_map(|form| [(form, Issuer::Ca), (form, Issuer::Itself)]).enumerate() {
        let name = format!("signer{number}");
        let bundle = Bundle::make(&peers.folder(&name), &name, form, issuer);
        home.docker_trust(&["key", "load", "--name", &name, &bundle.key.to_string_lossy()]).ok();
        let repository = peers.image(&format!("prod/{name}"));
        home.docker_trust(&["signer", "add", "--key", &bundle.cert.to_string_lossy(), &name, &repository]).ok();
        // root, then for each a key of targets and the signer's own
        assert_eq!(home.key_files().len(), 1 + 2 * (number + 1), "{form:?} by {issuer:?}");
    }
}

#[test]
fn the_log_shows_which_requests_waited_for_another() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let repository = peers.image("prod/nginx");
    with_signer(&peers, &home, "jeff", &repository);
    peers.delay_notary(Duration::from_millis(50));
    let mark = peers.mark();
    home.docker_trust(&["inspect", &repository]).ok();
    let requests: Vec<Request> = peers.wire_since(mark).into_iter().filter(|request| request.path.contains("/_trust/")).collect();
    assert!(requests.iter().all(|request| request.ended - request.started >= 50), "{requests:?}");
    assert_eq!(rounds(&requests).len(), requests.len(), "docker asks for one thing at a time: {requests:?}");
}

#[test]
fn the_docker_on_the_path_is_the_one_whose_words_are_compared() {
    if programs::installed(&["docker"]) {
        programs::docker_is_28();
    }
}

#[test]
fn several_sets_of_servers_run_at_once_and_end_when_dropped() {
    let started: Vec<_> = (0..3).map(|_| thread::spawn(Peers::start)).collect();
    let sets: Vec<Peers> = started.into_iter().filter_map(|thread| thread.join().unwrap()).collect();
    let hosts: Vec<String> = sets.iter().map(Peers::host).collect();
    let folders: Vec<_> = sets.iter().map(|peers| peers.ca().to_owned()).collect();
    drop(sets);
    for host in &hosts {
        assert_eq!(hosts.iter().filter(|other| *other == host).count(), 1);
        assert!(TcpStream::connect(host.as_str()).is_err(), "{host} still answers");
    }
    assert!(folders.iter().all(|file| !fs::exists(file).unwrap()));
}

fn with_signer(peers: &Peers, home: &Home, name: &str, repository: &str) {
    let bundle = Bundle::make(&peers.folder(name), name, KeyForm::EcSec1, Issuer::Ca);
    home.docker_trust(&["key", "load", "--name", name, &bundle.key.to_string_lossy()]).ok();
    let added = home.docker_trust(&["signer", "add", "--key", &bundle.cert.to_string_lossy(), name, repository]).ok();
    assert!(added.stdout.contains("Successfully initialized"), "{added}\n{}", peers.logs());
}
