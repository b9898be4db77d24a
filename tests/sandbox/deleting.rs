//! `dct delete`: what everybody would lose is told first, and nothing goes without a yes.

use crate::verb::{home, shell, text};

const BEGIN: &str = "{ dct key load --name jeff $SANDBOX_DIR/jeff/key.pem && \
    dct signer add --key $SANDBOX_DIR/jeff/cert.pem jeff $SANDBOX/prod/nginx && dct sign $SANDBOX/prod/nginx:1 $SANDBOX/prod/nginx:2; } \
    >/dev/null 2>&1; R=$SANDBOX/prod/nginx; there() { notary list $R | grep -c sha || dct resolve $R:1 | grep -c sha256; }; \
    exec 2>&1\n";

/// What a script says, with the registry's name taken out, and how it ends.
fn said(script: &str) -> (String, Option<i32>) {
    let home = home();
    let run = shell(home.path(), &[], &format!("{BEGIN}echo $SANDBOX; {script}"));
    let said = text(&run.stdout);
    let (host, rest) = said.split_once('\n').unwrap();
    (rest.replace(host, "HOST"), run.status.code())
}

#[test]
fn the_server_deletes_once_a_person_has_seen_what_goes() {
    let (said, code) = said("echo y | dct delete --remote $R; dct resolve $R:1");
    let told = "Everybody loses the trust data of HOST/prod/nginx, which the server deletes:\n  signed tags: 1, 2\n  signers: jeff\n\
                Are you sure you want to continue? [y/N] \nDeleting trust data for repository HOST/prod/nginx\n\
                Successfully deleted local and remote trust data for repository HOST/prod/nginx\n";
    assert!(said.starts_with(told), "{said}");
    assert!(said.contains("does not have trust data") && code != Some(0), "{said}");
}

#[test]
fn without_a_yes_nothing_goes() {
    for (answer, words) in [
        ("echo n |", "nothing was deleted\n"),
        ("echo yes |", "nothing was deleted\n"),
        ("</dev/null", "nothing was deleted: nobody answered\nhint: --yes deletes without asking\n"),
    ] {
        let (before, after) = if answer.starts_with('<') { ("", answer) } else { (answer, "") };
        let (said, code) =
            said(&format!("{before} dct delete --remote $R {after}; code=$?; dct resolve $R:1 >/dev/null || exit 99; exit $code"));
        assert_eq!(code, Some(1), "{said}");
        assert!(said.ends_with(words) && !said.contains("Deleting"), "{said}");
    }
    let (json, code) =
        said("dct delete --remote -o json $R </dev/null; code=$?; dct resolve $R:1 >/dev/null || exit 99; exit $code");
    assert!(json.contains("\"code\":\"no-answer\"") && code == Some(1), "{json}");
}

#[test]
fn a_flag_says_yes_and_nothing_is_read_first() {
    for flag in ["--yes", "-y"] {
        let (said, code) = said(&format!("dct delete --remote {flag} $R </dev/null"));
        let told = "Deleting trust data for repository HOST/prod/nginx\n\
                    Successfully deleted local and remote trust data for repository HOST/prod/nginx\n";
        assert_eq!((said.as_str(), code), (told, Some(0)));
    }
}

#[test]
fn what_does_not_verify_is_deleted_too_and_that_is_told() {
    // a root of this machine that is not the server's
    let script = "notary delete $R >/dev/null && rm -rf $DOCKER_CONFIG/trust/tuf && mkdir other && cp -r $DOCKER_CONFIG/. other/ && \
        dct --config other inspect $R >/dev/null && dct delete --remote --yes $R >/dev/null && \
        dct signer add --key $SANDBOX_DIR/ian/cert.pem ian $R >/dev/null && rm -rf other/trust/private && echo y | dct --config other delete --remote $R";
    let (said, code) = said(script);
    assert!(said.contains("it cannot be told what it holds: ") && code == Some(0), "{said}");
    assert!(said.ends_with("Successfully deleted local and remote trust data for repository HOST/prod/nginx\n"), "{said}");
}

#[test]
fn where_there_is_nothing_that_is_said() {
    let (said, code) = said(
        "dct delete $SANDBOX/never/seen; dct delete --remote $SANDBOX/never/seen </dev/null; dct delete $R; dct delete $R; dct delete -y --remote $R",
    );
    let told: Vec<_> = said.lines().filter(|line| !line.starts_with("Deleting")).collect();
    assert_eq!(
        told,
        [
            "There was no local trust data for repository HOST/never/seen",
            "There was no local or remote trust data for repository HOST/never/seen",
            "Successfully deleted local trust data for repository HOST/prod/nginx",
            "There was no local trust data for repository HOST/prod/nginx",
            "Successfully deleted local and remote trust data for repository HOST/prod/nginx",
        ]
    );
    assert_eq!(code, Some(0));
}
