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

/// The verbs of `docker trust`, each by one of two programs in every order, on one home and one repository.
#[test]
fn what_either_program_made_goes_on_under_the_other_at_every_verb() {
    let Some(peers) = Peers::start() else { return };
    let engine = Engine::start(&peers.folder("engine"));
    let home = Home::new(&peers, "jeff").with("DOCKER_HOST", &engine.host());
    let orders = [[Client::Dct, Client::Docker], [Client::Docker, Client::Dct]];
    let run = |client: Client, args: &[&str], input: &str| match client {
        Client::Docker => home.docker_trust_with_input(args, input).ok(),
        _ => home.dct_with_input(args, input).ok(),
    };
    for (number, [first, second]) in orders.into_iter().enumerate() {
        let name = format!("prod/verbs{number}");
        let repository = peers.image(&name);
        let tag = |tag: &str| {
            engine.has(&repository, tag, &peers.images().push(&name, tag, tag));
            format!("{repository}:{tag}")
        };
        let (one, two, three) = (tag("1"), tag("2"), tag("3"));
        let (may, gail) = (format!("may{number}"), format!("gail{number}"));
        let (may_pub, gail_pub) = (format!("{may}.pub"), format!("{gail}.pub"));

        // key generate by one, signer add by the other: its repository is initialised
        run(first, &["key", "generate", &may], "");
        run(second, &["signer", "add", "--key", &may_pub, &may, &repository], "");
        run(second, &["key", "generate", &gail], "");
        run(first, &["signer", "add", "--key", &gail_pub, &gail, &repository], "");
        agree(&home, &repository);
        // sign of a new tag by each, and again by the other
        for (new, again, image) in [(first, second, &one), (second, first, &two), (first, second, &three)] {
            run(new, &["sign", image], "");
            agree(&home, image);
            run(again, &["sign", image], "");
            assert!(agree(&home, image).stdout.contains(&format!("{gail}, {may}")), "{first:?} first");
        }
        // revoke by each of what the other signed
        run(first, &["revoke", &two], "");
        assert!(agree(&home, &two).stdout.starts_with(&format!("\nNo signatures for {two}\n")));
        run(second, &["revoke", &one], "");
        agree(&home, &repository);
        run(second, &["sign", &two], "");
        run(first, &["sign", &one], "");
        agree(&home, &repository);
        // a signer who is not the last goes under dct alone; the other program goes on with that
        home.dct(&["signer", "remove", &gail, &repository]).ok();
        assert!(!agree(&home, &repository).stdout.contains(&gail));
        run(first, &["sign", &one], "");
        run(second, &["sign", &two], "");
        run(second, &["revoke", "--yes", &repository], "");
        assert!(agree(&home, &repository).stdout.starts_with(&format!("\nNo signatures for {repository}\n")));
        run(first, &["sign", &three], "");
        agree(&home, &repository);
        // the last signer goes under either; then dct alone can go on, and docker after it
        run(first, &["signer", "remove", &may, &repository], "y\n");
        let eve = format!("eve{number}");
        run(first, &["key", "generate", &eve], "");
        run(second, &["signer", "add", "--key", &format!("{eve}.pub"), &eve, &repository], "");
        home.dct(&["sign", &one]).ok();
        agree(&home, &repository);
        home.docker_trust(&["sign", &two]).ok();
        let shown = agree(&home, &repository).stdout;
        assert!(shown.contains(&eve) && !shown.contains(&may), "{shown}");
        // and a person who was never here sees the same
        assert_eq!(agree(&Home::new(&peers, "reader"), &repository).stdout, shown);
    }
}

/// A repository whose snapshot key is the client's: there too a signer who was removed comes back above what was signed before.
#[test]
fn a_removed_signer_comes_back_where_the_client_signs_the_snapshot() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let repository = peers.image("prod/snapshot");
    let (jeff, ian) = ("jeff", "ian");
    for name in [jeff, ian] {
        home.dct(&["key", "generate", name]).ok();
    }
    home.notary(&["init", &repository, "-p"]).ok();
    home.dct(&["signer", "add", "--key", "jeff.pub", jeff, &repository]).ok();
    let image = |tag: &str| {
        peers.images().push("prod/snapshot", tag, tag);
        format!("{repository}:{tag}")
    };
    for tag in ["1", "2", "3"] {
        home.dct(&["sign", &image(tag)]).ok();
    }
    home.dct(&["signer", "remove", "-f", jeff, &repository]).ok();
    agree(&home, &repository);
    // on a machine that has seen nothing of it
    let other = Home::new(&peers, "jeff");
    std::fs::create_dir_all(other.trust_dir().join("private")).unwrap();
    for file in home.key_files() {
        std::fs::copy(&file, other.trust_dir().join("private").join(file.file_name().unwrap())).unwrap();
    }
    for file in ["jeff.pub", "ian.pub"] {
        std::fs::copy(home.path().join(file), other.path().join(file)).unwrap();
    }
    other.dct(&["signer", "add", "--key", "ian.pub", ian, &repository]).ok();
    // it cannot tell a file whose signers were removed from one that the server has spoilt
    let tag = image("4");
    let refused = other.dct(&["sign", &tag]).fails(1);
    assert!(refused.stderr.contains("targets/releases cannot be changed, since what it signs is not known"), "{refused}");
    other.dct(&["sign", "--begin-anew", &tag]).ok();
    other.dct(&["signer", "add", "--key", "jeff.pub", jeff, &repository]).ok();
    other.dct(&["sign", &image("5")]).ok();
    other.dct(&["revoke", &format!("{repository}:4")]).ok();
    // with his old key his old file counts again, which lists tags that are not released: `notary list` shows those too
    let shown = other.dct(&["inspect", "--pretty", &repository]).ok().stdout;
    assert!(shown.contains("ian, jeff"), "{shown}");
    for home in [&home, &other] {
        assert_eq!(home.dct(&["inspect", "--pretty", &repository]).ok().stdout, shown);
        assert_eq!(home.docker_trust(&["inspect", "--pretty", &repository]).ok().stdout, shown);
    }
}
