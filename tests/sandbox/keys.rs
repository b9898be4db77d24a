//! What a person sees of their keys, and of what they may sign, in a repository that is there.

use serde_json::Value;

use crate::verb::{home, shell, text};

/// A repository with jeff as a signer, and ian's key, which nobody has added.
const BEGIN: &str = r#"
set -e
dct key load --name jeff "$SANDBOX_DIR/jeff/key.pem"
dct key load --name ian "$SANDBOX_DIR/ian/key.pem"
dct signer add --key "$SANDBOX_DIR/jeff/cert.pem" jeff "$SANDBOX/prod/nginx"
unset DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE
exec >"$OUT" 2>&1
set +e
"#;

/// What a script says after the beginning, and how it ends.
fn said(script: &str) -> (String, Option<i32>) {
    let home = home();
    let out = home.path().join("out");
    let begin = BEGIN.replace("$OUT", out.to_str().unwrap());
    let run = shell(home.path(), &[], &format!("{begin}\nR=$SANDBOX/prod/nginx\n{script}"));
    let said = std::fs::read_to_string(&out).unwrap_or_else(|_| panic!("{}{}", text(&run.stdout), text(&run.stderr)));
    (said, run.status.code())
}

#[test]
fn whoami_tells_the_roles_that_can_be_signed_here_and_with_which_keys() {
    let (said, code) = said("dct whoami --output json $R");
    assert_eq!(code, Some(0), "{said}");
    let answer: Value = serde_json::from_str(&said).unwrap();
    assert!(answer["repository"].as_str().unwrap().ends_with("/prod/nginx"));
    let roles = answer["roles"].as_array().unwrap();
    let names: Vec<_> =
        roles.iter().map(|role| (role["role"].as_str().unwrap(), role["keys"][0]["name"].as_str().unwrap())).collect();
    // the snapshot is the server's to sign
    assert_eq!(names, [("root", "root"), ("targets", "targets"), ("targets/jeff", "jeff"), ("targets/releases", "jeff")]);
    assert!(roles.iter().all(|role| role["threshold"] == 1 && role["keys"].as_array().unwrap().len() == 1), "{said}");
    assert!(!said.contains("\"ian\""), "{said}");
}

#[test]
fn whoami_of_one_who_has_no_key_there_is_an_answer_and_of_no_repository_an_error() {
    let (nobody, code) =
        said("mkdir other && cp -r $DOCKER_CONFIG/tls $DOCKER_CONFIG/config.json other/ && dct --config other whoami $R");
    assert_eq!((nobody.starts_with("No key on this machine may sign for "), code), (true, Some(0)), "{nobody}");
    let (error, code) = said("dct whoami $SANDBOX/prod/absent");
    assert!(error.starts_with("Error: remote trust data does not exist for ") && code == Some(1), "{error}");
}

#[test]
fn a_key_that_a_repository_names_is_shown_and_exported_without_its_passphrase() {
    let (shown, code) = said("dct key show jeff && dct key export --public jeff </dev/null");
    assert_eq!(code, Some(0));
    assert!(shown.contains("Algorithm:    ECDSA P-256\n") && shown.contains("Fingerprint:  sha256:"), "{shown}");
    assert!(shown.contains("\nREPOSITORY") && shown.contains(" targets/jeff ") && shown.contains(" targets/releases "), "{shown}");
    assert!(shown.contains("-----BEGIN PUBLIC KEY-----\nrole: jeff\n") && !shown.contains("Enter passphrase"), "{shown}");
    let (same, _) = said(
        "dct key export --public -o named.pub jeff; sed 2,3d named.pub >a.pub; openssl x509 -in $SANDBOX_DIR/jeff/cert.pem -pubkey -noout >b.pub; \
                          for f in a b; do openssl pkey -pubin -in $f.pub -outform DER | sha256sum; done",
    );
    let sums: Vec<_> = same.lines().skip(1).collect();
    assert!(sums.len() == 2 && sums[0] == sums[1], "{same}");
}

#[test]
fn the_id_by_which_inspect_names_a_root_key_leads_to_the_key() {
    let (same, code) = said(
        "ID=$(dct inspect $R | jq -r '.[0].AdministrativeKeys[] | select(.Name == \"Root\") | .Keys[0].ID'); \
         dct key show root | grep -c \" root  *$ID$\"; dct key show --output json root | jq -r '.uses[0].shownAs' | grep -c \"^$ID$\"",
    );
    assert_eq!((same.as_str(), code), ("1\n1\n", Some(0)));
}

#[test]
fn before_a_key_is_removed_it_is_told_what_it_may_sign() {
    let (said, code) = said("dct key remove --yes jeff; dct whoami $R | cut -d' ' -f1");
    assert_eq!(code, Some(0));
    assert!(said.contains("  may sign targets/jeff of ") && said.contains("Successfully removed key "), "{said}");
    assert!(said.ends_with("ROLE\nroot\ntargets\n"), "{said}");
}

#[test]
fn a_root_key_is_removed_by_its_whole_id_or_with_a_second_look() {
    let id = r#"ID=$(dct key list --output json | jq -r '.keys[] | select(.name == "root") | .id')"#;
    let (refused, code) = said("dct key remove -y root");
    assert!(
        refused.contains(" is a root key, which is removed without asking by its whole ID alone") && code == Some(1),
        "{refused}"
    );
    let (removed, code) = said(&format!("{id}; dct key remove -y $ID"));
    assert!(removed.contains("  may sign root of ") && code == Some(0), "{removed}");
    let (asked, code) = said(&format!("{id}; printf 'y\\n%.7s\\n' $ID | dct key remove root && dct key show root"));
    assert!(asked.contains("Successfully removed key ") && asked.contains("no key on this machine has"), "{asked}");
    assert_eq!(code, Some(1));
}

#[test]
fn each_key_of_one_command_has_its_own_passphrase() {
    let script = "
        export DCT_PASSPHRASE_ROOT=root-secret DCT_PASSPHRASE_TARGETS_COMMAND='echo targets-secret'
        mkdir new && cp -r $DOCKER_CONFIG/tls $DOCKER_CONFIG/config.json new/ && export DOCKER_CONFIG=$PWD/new
        dct key load --passphrase-command 'echo jeff-secret' --name jeff $SANDBOX_DIR/jeff/key.pem &&
        dct signer add --key $SANDBOX_DIR/jeff/cert.pem jeff $SANDBOX/prod/web </dev/null &&
        dct key export --public jeff >/dev/null &&
        DCT_PASSPHRASE=jeff-secret dct key passwd --new-passphrase-command 'echo other' jeff </dev/null &&
        for pair in root:root-secret targets:targets-secret jeff:other; do
            echo ${pair#*:} >pass && env -u DCT_PASSPHRASE_ROOT -u DCT_PASSPHRASE_TARGETS_COMMAND \\
                dct key passwd --passphrase-file pass --new-passphrase-file pass ${pair%:*} || exit 9
        done";
    let (said, code) = said(script);
    assert_eq!((code, said.matches("Successfully changed the passphrase").count()), (Some(0), 4), "{said}");
}

#[test]
fn without_a_terminal_no_root_key_is_made_of_a_passphrase_that_does_not_name_it() {
    let fresh = "mkdir new && cp -r $DOCKER_CONFIG/tls $DOCKER_CONFIG/config.json new/ && export DOCKER_CONFIG=$PWD/new\n";
    for any in ["--passphrase-command 'echo any-secret'", ""] {
        let add = format!(
            "dct signer add {any} --key $SANDBOX_DIR/jeff/cert.pem jeff $SANDBOX/prod/web </dev/null; ls new/trust/private"
        );
        let (said, _) = said(&format!("{fresh}export DCT_PASSPHRASE=any-secret\n{add}"));
        assert!(said.contains("set DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE") && !said.contains(".key"), "{said}");
    }
}

#[test]
fn the_certificate_of_a_signer_whose_end_nobody_asks_for_is_shown_as_that() {
    let (said, code) = said(
        "dct expiry --within 1h $R; dct expiry --within 1h -o json $R | jq -r '.repositories[].ends[] | .role + \" \" + .state'",
    );
    assert_eq!(code, Some(0), "{said}");
    let of_jeff = said.lines().find(|line| line.contains(" targets/jeff ") && line.contains(" certificate ")).unwrap();
    assert!(of_jeff.ends_with("   not checked") && said.contains("   later\n"), "{said}");
    assert!(said.contains("\ntargets/jeff not-checked\n") && said.contains("\nroot later\n"), "{said}");
}
