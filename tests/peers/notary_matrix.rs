//! Every pair of programs on one trust folder, through the life of a repository: one initialises it, another delegates, a third stages what a fourth
//! publishes, Docker's side signs, keys are rotated. After each step all of them read the same.

use crate::{
    flow::agree,
    support::{
        Peers,
        engine::Engine,
        home::{Home, Run},
        openssl::{Bundle, Issuer, KeyForm},
    },
};

/// Who does a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Program {
    /// The real `notary`.
    Notary,
    /// Ours, by that name.
    Ours,
    /// `dct`.
    Dct,
    /// The real `docker trust`.
    Docker,
}

use Program::{Dct, Docker, Notary, Ours};

/// A repository's life, a step each.
#[derive(Clone, Copy, Debug)]
struct Cast {
    init: Program,
    delegate: Program,
    stage: Program,
    publish: Program,
    sign: Program,
    rotate: Program,
}

#[test]
fn every_program_goes_on_with_what_another_began() {
    half(0);
}

#[test]
fn and_with_what_yet_another_began() {
    half(1);
}

/// Every second cast, in one home.
fn half(first: usize) {
    let Some(peers) = Peers::start() else { return };
    let engine = Engine::start(&peers.folder("engine"));
    let home = Home::new(&peers, "jeff").with("DOCKER_HOST", &engine.host());
    let bundle = Bundle::make(&peers.folder("jeff"), "jeff", KeyForm::EcSec1, Issuer::Ca);
    home.dct(&["key", "load", "--name", "jeff", &bundle.key.to_string_lossy()]).ok();
    for (number, cast) in casts().into_iter().enumerate().skip(first).step_by(2) {
        live(&peers, &engine, &home, &bundle, &format!("life/{number}"), cast);
    }
}

/// Each pair of programs that can follow each other, at every joint.
fn casts() -> Vec<Cast> {
    let mut casts = Vec::new();
    for init in [Notary, Ours, Dct, Docker] {
        for delegate in [Notary, Ours, Dct, Docker] {
            let odd = casts.len() / 2 % 2 == 1;
            let [one, other] = if odd { [Notary, Ours] } else { [Ours, Notary] };
            let (sign, rotate) = (if odd { Docker } else { Dct }, other);
            casts.push(Cast { init, delegate, stage: one, publish: other, sign, rotate });
        }
    }
    // the same program stages and publishes, and the signer and the one who rotates change places
    casts.push(Cast { init: Notary, delegate: Dct, stage: Notary, publish: Ours, sign: Docker, rotate: Ours });
    casts.push(Cast { init: Ours, delegate: Docker, stage: Ours, publish: Ours, sign: Dct, rotate: Notary });
    casts
}

fn live(peers: &Peers, engine: &Engine, home: &Home, bundle: &Bundle, name: &str, cast: Cast) {
    let repository = peers.image(name);
    let run = |program: Program, args: &[&str], input: &str| run(home, program, args, input, cast);
    let cert = bundle.cert.to_string_lossy().into_owned();
    let add_signer = |program: Program| match program {
        Dct | Docker => drop(run(program, &["signer", "add", "--key", &cert, "jeff", &repository], "")),
        Notary | Ours => {
            run(program, &["delegation", "add", &repository, "targets/jeff", &cert, "--all-paths"], "");
            run(program, &["delegation", "add", &repository, "targets/releases", &cert, "--all-paths", "-p"], "");
        }
    };
    match cast.init {
        Notary | Ours => drop(run(cast.init, &["init", &repository, "-p"], "")),
        // they initialise where they add a signer
        Dct | Docker => add_signer(cast.init),
    }
    add_signer(cast.delegate);
    read_alike(home, &repository, cast);

    let image = peers.images().push(name, "1", name);
    let size = image.length.to_string();
    let target = ["addhash", &repository, "1", &size, "--sha256", &image.sha256, "-r", "targets/jeff,targets/releases"];
    run(cast.stage, &target, "");
    let shown = [Notary, Ours].map(|program| run(program, &["status", &repository], "").stdout);
    assert!(shown[0] == shown[1] && shown[0].contains("targets/jeff"), "{cast:?}: {shown:?}");
    // what has no business with staged changes leaves them
    home.dct(&["inspect", &repository]).ok();
    run(cast.publish, &["publish", &repository], "");
    let staged = run(Ours, &["status", &repository], "").stdout;
    assert_eq!(staged, format!("No unpublished changes for {repository}\n"), "{cast:?}");
    read_alike(home, &repository, cast);

    engine.has(&repository, "2", &peers.images().push(name, "2", "two"));
    for tag in ["1", "2"] {
        run(cast.sign, &["sign", &format!("{repository}:{tag}")], "");
    }
    read_alike(home, &repository, cast);

    run(cast.rotate, &["key", "rotate", &repository, "targets"], "");
    run(cast.rotate, &["key", "rotate", &repository, "snapshot", "--server-managed"], "");
    run(cast.rotate, &["key", "rotate", &repository, "root"], "yes\n");
    read_alike(home, &repository, cast);
    for (program, tag) in [(Notary, "n"), (Ours, "o")] {
        run(program, &["addhash", &repository, tag, &size, "--sha256", &image.sha256, "-p"], "");
    }
    engine.has(&repository, "3", &peers.images().push(name, "3", "three"));
    for program in [Docker, Dct] {
        run(program, &["sign", &format!("{repository}:3")], "");
    }
    let listed = read_alike(home, &repository, cast);
    assert_eq!(listed.lines().count(), 2 + 5, "{cast:?}: {listed}");
    // and a person who was never here sees the same
    assert_eq!(read_alike(&Home::new(peers, "reader"), &repository, cast), listed, "{cast:?}");
}

/// All programs show the same; what `list` shows.
fn read_alike(home: &Home, repository: &str, cast: Cast) -> String {
    agree(home, repository);
    let [listed, again] = [Notary, Ours].map(|program| run(home, program, &["list", repository], "", cast).stdout);
    assert_eq!(listed, again, "{cast:?}");
    let [roles, again] = [Notary, Ours].map(|program| run(home, program, &["delegation", "list", repository], "", cast).stdout);
    assert_eq!(roles, again, "{cast:?}");
    listed
}

fn run(home: &Home, program: Program, args: &[&str], input: &str, cast: Cast) -> Run {
    let run = match program {
        Notary => home.notary_with_input(args, input),
        Ours => home.dct_as_notary_with_input(args, input),
        Dct => home.dct_with_input(args, input),
        Docker => home.docker_trust_with_input(args, input),
    };
    assert_eq!(run.code, 0, "{cast:?}: {run}");
    run
}
