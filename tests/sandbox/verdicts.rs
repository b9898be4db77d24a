//! `dct resolve`: by its exit code a script knows whether the answer is "no", or there is none.

use crate::verb::{home, shell, text};

const BEGIN: &str = r#"
{ dct key load --name jeff "$SANDBOX_DIR/jeff/key.pem" && dct signer add --key "$SANDBOX_DIR/jeff/cert.pem" jeff "$SANDBOX/prod/nginx" &&
  dct sign "$SANDBOX/prod/nginx:1" && mkdir "$HOME/settings" && export XDG_CONFIG_HOME="$HOME/settings"; } >/dev/null || exit 99
R=$SANDBOX/prod/nginx; exec 2>&1
"#;

/// What a script says, and how it ends.
fn ends(script: &str) -> (String, Option<i32>) {
    let home = home();
    let run = shell(home.path(), &[], &format!("export HOME=$PWD\n{BEGIN}{script}"));
    (text(&run.stdout), run.status.code())
}

#[test]
fn each_kind_of_no_has_its_exit_code() {
    let other_root = "dct resolve $R:1 && cp -r $DOCKER_CONFIG other && dct delete --yes --remote $R && rm -r $DOCKER_CONFIG/trust/private \
        && dct key load --name jeff $SANDBOX_DIR/jeff/key.pem && dct signer add --key $SANDBOX_DIR/jeff/cert.pem jeff $R \
        && dct sign $R:1 && dct --config other resolve $R:1";
    let pin = "mkdir settings/dct; printf '[registry.\"%s\".root.pins]\\n\"prod/*\" = { keys = [\"%064d\"] }\\n' $SANDBOX 7 >settings/dct/config.toml; \
        dct resolve $R:1; code=$?; rm -r settings/dct; exit $code";
    let no_first_use = "mkdir settings/dct; printf '[root]\\nfirst-use = false\\n' >settings/dct/config.toml; \
        rm -r $DOCKER_CONFIG/trust/tuf; dct resolve $R:1; code=$?; rm -r settings/dct; exit $code";
    // one sandbox for all: each leaves it to the next as that needs it
    let cases = [
        ("dct resolve $R:1", 0),
        ("dct resolve $R:2", 10),
        ("dct resolve $SANDBOX/never/seen:1", 10),
        ("dct resolve $R:1@sha256:$(printf %064d 0)", 13),
        ("DOCKER_CONTENT_TRUST_SERVER=https://localhost:1 dct resolve $R:1", 20),
        (
            "DOCKER_CONTENT_TRUST_SERVER=https://localhost:1 dct resolve -o json $R:1 2>&1 | grep -o '\"exitCode\":20' && exit 20",
            20,
        ),
        ("mkdir no-login; cp -r $DOCKER_CONFIG/tls no-login/; dct --config no-login resolve $R:1", 21),
        ("dct resolve", 125),
        ("dct resolve $R:1 $R:2", 125),
        ("dct resolve --bogus $R:1", 125),
        ("dct resolve a//b", 125),
        ("dct resolve $R@sha256:$(printf %064d 0)", 125),
        ("dct inspect $SANDBOX/never/seen:1", 1),
        ("dct lookup $R 2", 1),
        (pin, 16),
        (no_first_use, 16),
        (other_root, 15),
        ("dct signer remove --force jeff $R; dct resolve $R:1", 10),
    ];
    let script: Vec<_> = cases.iter().map(|(script, _)| format!("( {script} ); echo \"= $?\"\n")).collect();
    let (said, _) = ends(&script.concat());
    let codes: Vec<i32> = said.lines().filter_map(|line| line.strip_prefix("= ")?.parse().ok()).collect();
    assert_eq!(codes, cases.map(|(_, code)| code), "{said}");
}

#[test]
fn who_names_a_digest_alone_is_told_how_it_is_meant() {
    let digest = "sha256:$(printf %064d 0)";
    for (verb, hint) in [
        ("sign", "hint: `dct sign IMAGE:TAG@sha256:…` signs that content under a tag\n"),
        ("resolve", "hint: `dct resolve IMAGE:TAG@sha256:…` makes sure that this content is signed under a tag"),
        ("revoke", "hint: a signature is a tag's: "),
    ] {
        let (said, _) = ends(&format!("dct {verb} $R@{digest}"));
        assert!(said.contains(hint), "{said}");
    }
}
