//! The latency budget on the wire: how many requests each command makes, and how many of them wait for another; printed as it is counted.

use std::{collections::BTreeSet, fmt::Write as _, io::Write as _, time::Duration};

use crate::support::{
    Mark, Peers,
    front::Request,
    home::Home,
    latency::rounds,
    openssl::{Bundle, Issuer, KeyForm},
};

/// Long against the work of a request, so that those of one round overlap for certain.
const DISTANCE: Duration = Duration::from_millis(150);

#[test]
fn warm_inspect_is_challenge_token_and_timestamp() {
    let Some((peers, home, repository)) = signed_by_three() else { return };
    let one = format!("{repository}:1");
    home.dct(&["inspect", &one]).ok();

    forget_challenges(&home);
    let mark = peers.mark();
    home.dct(&["inspect", &one]).ok();
    let warm = seen(&peers, mark, "warm inspect");
    assert_eq!(warm.len(), 3, "challenge, token and timestamp: {warm:?}");
    assert!(warm[2].path.ends_with("/timestamp.json") && warm[2].status == 200, "{warm:?}");

    let mark = peers.mark();
    home.dct(&["inspect", &one]).ok();
    let remembered = seen(&peers, mark, "warm inspect, challenge remembered");
    assert_eq!(remembered.len(), 2, "token and timestamp: {remembered:?}");
    assert!(
        remembered.iter().all(|request| request.protocol == "HTTP/2.0" && request.connection == remembered[0].connection),
        "{remembered:?}"
    );
}

#[test]
fn cold_inspect_fetches_each_file_once_and_the_delegations_together() {
    let Some((peers, _, repository)) = signed_by_three() else { return };
    let home = Home::new(&peers, "reader");
    peers.delay_notary(DISTANCE);
    let mark = peers.mark();
    home.dct(&["inspect", &repository]).ok();
    let cold = seen(&peers, mark, "cold inspect");
    let files: Vec<Request> =
        cold.iter().filter(|request| request.path.contains("/_trust/") && request.status == 200).cloned().collect();
    let paths: BTreeSet<&str> = files.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(paths.len(), files.len(), "a file came twice: {files:?}");
    assert_eq!(files.len(), 8, "root, timestamp, snapshot, targets and four delegations: {files:?}");
    assert_eq!(cold.iter().filter(|request| request.path.starts_with("/token")).count(), 1, "{cold:?}");

    let rounds = rounds(&files);
    let names: Vec<usize> = rounds.iter().map(Vec::len).collect();
    assert_eq!(names, [2, 1, 5], "root with timestamp; snapshot; targets with all delegations: {files:?}");
}

#[test]
fn sign_is_inspect_one_post_and_its_confirmation_with_the_manifest_beside() {
    let Some((peers, home, repository)) = signed_by_three() else { return };
    home.dct(&["inspect", &repository]).ok();
    peers.images().push("prod/nginx", "2", "two");
    peers.delay_notary(DISTANCE);
    let mark = peers.mark();
    home.dct(&["sign", &format!("{repository}:2")]).ok();
    let sign = seen(&peers, mark, "sign of a new tag");
    let trust: Vec<Request> = sign.iter().filter(|request| request.path.contains("/_trust/")).cloned().collect();
    let file = |request: &Request| request.path.split_once("/_trust/tuf/").unwrap().1.to_owned();
    let steps: Vec<(&str, String)> = trust.iter().map(|request| (request.method.as_str(), file(request))).collect();
    let [("GET", first), ("POST", _), ("GET", next), ("GET", a), ("GET", b)] = &steps[..] else { panic!("{sign:?}") };
    assert_eq!(first, "timestamp.json");
    let (snapshot, later) = if a.starts_with("snapshot.") { (a, b) } else { (b, a) };
    let number = |name: &String| name.strip_suffix(".timestamp.json").and_then(|number| number.parse::<u64>().ok());
    assert!(snapshot.starts_with("snapshot."), "what the timestamp names: {sign:?}");
    assert_eq!(number(later), number(next).map(|number| number + 1), "by version, and that no other follows: {sign:?}");
    let manifests: Vec<&Request> = sign.iter().filter(|request| request.path.contains("/manifests/")).collect();
    assert!(manifests.iter().filter(|request| request.status == 200).count() == 1, "{sign:?}");
    assert!(manifests.iter().all(|request| request.ended <= trust[1].started), "before the POST: {sign:?}");

    // what was read back is what the next command finds
    let mark = peers.mark();
    home.dct(&["inspect", &repository]).ok();
    let after = seen(&peers, mark, "inspect after a publish");
    let files: Vec<String> = after.iter().filter(|request| request.path.contains("/_trust/")).map(file).collect();
    assert_eq!(files, ["timestamp.json"], "{after:?}");
}

/// A repository with the signers jeff, ian and may, whose tag 1 all of them signed, in a home with their keys.
fn signed_by_three() -> Option<(Peers, Home, String)> {
    let peers = Peers::start()?;
    let home = Home::new(&peers, "jeff");
    let repository = peers.image("prod/nginx");
    for name in ["jeff", "ian", "may"] {
        let bundle = Bundle::make(&peers.folder(name), name, KeyForm::EcSec1, Issuer::Ca);
        home.dct(&["key", "load", "--name", name, &bundle.key.to_string_lossy()]).ok();
        home.dct(&["signer", "add", "--key", &bundle.cert.to_string_lossy(), name, &repository]).ok();
    }
    peers.images().push("prod/nginx", "1", "one");
    home.dct(&["sign", &format!("{repository}:1")]).ok();
    Some((peers, home, repository))
}

/// A home that has the metadata, on a machine that has not met the host: the cache folder holds challenges alone.
fn forget_challenges(home: &Home) {
    let cache = home.path().join(".cache");
    if cache.exists() {
        std::fs::remove_dir_all(cache).unwrap();
    }
}

/// The requests since then, printed.
fn seen(peers: &Peers, mark: Mark, what: &str) -> Vec<Request> {
    let requests = peers.wire_since(mark);
    let mut report = format!("{what}: {} requests\n", requests.len());
    for (number, round) in rounds(&requests).iter().enumerate() {
        for Request { status, protocol, method, path, connection, .. } in round {
            let path = path.split('?').next().unwrap_or_default();
            writeln!(report, "  round {}  {status} {protocol} {method} {path} connection {connection}", number + 1).unwrap();
        }
    }
    // past the capture of a passing test's output: the counts are there to be read
    std::io::stderr().write_all(report.as_bytes()).unwrap();
    requests
}
