//! The flow of the DTR documentation, word for word, with `dct`; then the peers show the same.

use crate::support::{
    Peers,
    home::{Home, Run},
    openssl::{Bundle, Issuer, KeyForm},
    programs,
};

#[test]
fn documented_flow_with_ec_bundles() {
    documented_flow(KeyForm::EcSec1, KeyForm::EcPkcs8);
}

#[test]
fn documented_flow_with_rsa_bundles() {
    documented_flow(KeyForm::RsaPkcs1, KeyForm::RsaPkcs8);
}

#[test]
fn documented_flow_with_an_ec_and_an_rsa_bundle() {
    documented_flow(KeyForm::EcSec1, KeyForm::RsaPkcs1);
}

#[test]
fn an_index_is_signed_as_the_registry_serves_it_and_a_tag_that_it_lacks_is_not() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let bundle = Bundle::make(home.path(), "jeff", KeyForm::EcPkcs8, Issuer::Itself);
    let repository = peers.image("prod/nginx");
    home.dct(&["key", "load", "--name", "jeff", &bundle.key.to_string_lossy()]).ok();
    home.dct(&["signer", "add", "--key", &bundle.cert.to_string_lossy(), "jeff", &repository]).ok();
    let index = peers.images().push_index("prod/nginx", "multi", "two platforms");
    home.dct(&["sign", &format!("{repository}:multi")]).ok();
    let looked_up = home.notary(&["lookup", &repository, "multi"]).ok();
    assert_eq!(looked_up.stdout, format!("multi sha256:{} {}\n", index.sha256, index.length));

    let mark = peers.mark();
    let refused = home.dct(&["sign", &format!("{repository}:absent")]).fails(1);
    assert!(refused.stderr.contains("absent"), "{refused}");
    assert!(peers.requests_since(mark).iter().all(|(method, ..)| method == "GET"), "nothing is published");
    let listed = home.notary(&["list", &repository]).ok();
    assert!(!listed.stdout.contains("absent"), "{listed}");
}

fn documented_flow(jeffs: KeyForm, ians: KeyForm) {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    Bundle::make(home.path(), "jeff", jeffs, Issuer::Ca);
    Bundle::make(&home.path().join("ian"), "ian", ians, Issuer::Ca);
    let (repository, one) = (peers.image("prod/nginx"), peers.image("prod/nginx:1"));
    let image = peers.images().push("prod/nginx", "1", "one");

    let run = home.dct(&["key", "load", "--name", "jeff", "key.pem"]).ok();
    assert_eq!(run.stdout, "Loading key from \"key.pem\"...\nSuccessfully imported key from key.pem\n", "{run}");
    assert_eq!(home.key_files().len(), 1);

    let run = home.dct(&["signer", "add", "--key", "cert.pem", "jeff", &repository]).ok();
    let words = format!(
        "Adding signer \"jeff\" to {repository}...\nInitializing signed repository for {repository}...\n\
         Successfully initialized \"{repository}\"\nSuccessfully added signer: jeff to {repository}\n\n"
    );
    assert_eq!(run.stdout, words, "{run}");

    let run = agree(&home, &repository);
    assert!(
        run.stdout.starts_with(&format!("\nNo signatures for {repository}\n\n\nList of signers and their keys for {repository}\n")),
        "{run}"
    );
    assert!(run.stdout.contains("jeff      "), "{run}");

    let run = home.dct(&["sign", &one]).ok();
    assert!(run.stdout.ends_with(&format!("Successfully signed {one}\n")), "{run}");
    let run = agree(&home, &one);
    assert!(run.stdout.contains(&format!("1            {}   jeff\n", image.sha256)), "{run}");

    home.dct(&["key", "load", "--name", "ian", "ian/key.pem"]).ok();
    let run = home.dct(&["signer", "add", "--key", "ian/cert.pem", "ian", &repository]).ok();
    let words = format!("Adding signer \"ian\" to {repository}...\nSuccessfully added signer: ian to {repository}\n\n");
    assert_eq!(run.stdout, words, "{run}");

    let run = home.dct(&["sign", &one]).ok();
    let words = format!("Existing signatures for tag 1 digest {} from:\njeff\nSuccessfully signed {one}\n", image.sha256);
    assert!(run.stdout.ends_with(&words), "{run}");

    let run = agree(&home, &one);
    assert!(run.stdout.contains(&format!("1            {}   ian, jeff\n", image.sha256)), "{run}");
    let shown: serde_json::Value = serde_json::from_str(&home.dct(&["inspect", &one]).ok().stdout).unwrap();
    assert_eq!(shown[0]["SignedTags"][0]["Digest"], image.sha256);
    // a person who was never here sees the same
    let other = Home::new(&peers, "reader");
    assert_eq!(agree(&other, &one).stdout, run.stdout);
    let looked_up = other.notary(&["lookup", &repository, "1"]).ok();
    assert_eq!(looked_up.stdout, format!("1 sha256:{} {}\n", image.sha256, image.length));

    let run = home.dct(&["delete", &repository, "--remote", "--yes"]).ok();
    let words = format!(
        "Deleting trust data for repository {repository}\nSuccessfully deleted local and remote trust data for repository {repository}\n"
    );
    assert_eq!(run.stdout, words, "{run}");
    assert!(!home.trust_dir().join("tuf").join(&repository).join("metadata/root.json").exists());
    assert!(home.key_files().len() >= 4, "private keys stay");
    let gone = home.dct(&["inspect", "--pretty", &repository]).fails(1);
    assert!(gone.stderr.starts_with(&format!("no signatures or cannot access {repository}\n")), "{gone}");
    Home::new(&peers, "reader").docker_trust(&["inspect", &repository]).fails(1);
}

/// `dct inspect` and `docker trust inspect` show the same, byte for byte, `--pretty` and JSON; and `notary list` and `notary delegation list` agree.
/// The pretty run of `dct`.
pub(crate) fn agree(home: &Home, image: &str) -> Run {
    let ours = home.dct(&["inspect", "--pretty", image]).ok();
    let json = home.dct(&["inspect", image]).ok();
    let (theirs, their_json) =
        (home.docker_trust(&["inspect", "--pretty", image]).ok(), home.docker_trust(&["inspect", image]).ok());
    if programs::docker_is_28() {
        assert_eq!(ours.stdout, theirs.stdout, "--pretty");
        assert_eq!(json.stdout, their_json.stdout, "JSON");
    }

    let shown: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let (repository, tag) = match image.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
        _ => (image, None),
    };
    let listed = home.notary(&["list", repository]).ok().stdout;
    let mut rows: Vec<(&str, &str)> =
        listed.lines().skip(2).filter_map(two_words).filter(|row| tag.is_none_or(|tag| row.0 == tag)).collect();
    rows.sort_unstable();
    let tags = shown[0]["SignedTags"].as_array().unwrap();
    let mut signed: Vec<(&str, &str)> =
        tags.iter().map(|tag| (tag["SignedTag"].as_str().unwrap(), tag["Digest"].as_str().unwrap())).collect();
    signed.sort_unstable();
    let none = listed.contains("No targets present in this repository.");
    assert_eq!(if none { Vec::new() } else { rows }, signed, "notary list:\n{listed}");

    let delegations = home.notary(&["delegation", "list", repository]).ok().stdout;
    for signer in shown[0]["Signers"].as_array().unwrap() {
        let role = format!("targets/{}", signer["Name"].as_str().unwrap());
        for key in signer["Keys"].as_array().unwrap() {
            let id = key["ID"].as_str().unwrap();
            assert!(delegations.lines().any(|line| line.starts_with(&role) && line.contains(id)), "{role} {id} in:\n{delegations}");
        }
    }
    ours
}

fn two_words(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split_whitespace();
    Some((words.next()?, words.next()?))
}
