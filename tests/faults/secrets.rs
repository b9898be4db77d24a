//! No passphrase, password, token or private key is printed, written beside the key store, or shown to another program.

use std::{fs, path::Path};

use crate::{
    https::reply,
    person::{PASSPHRASE, Person},
    site::Site,
};

const PASSWORD: &str = "hunter2-hunter2";
const TOKEN: &str = "eyJ0b2tlbiI.c2VjcmV0";

/// What a program can see of itself and of the one that runs it.
const NOTES: &str = r#"{ tr '\0' '\n' </proc/$$/environ; tr '\0' '\n' </proc/$$/cmdline; tr '\0' '\n' </proc/$PPID/cmdline; } >>"$HOME/seen"
"#;

/// What Docker runs for a login; it notes what it can see.
const HELPER: &str = r#"
host=$(cat)
echo "asked for $host" >>"$HOME/seen"
printf '{"ServerURL":"%s","Username":"jeff","Secret":"hunter2-hunter2"}' "$host"
"#;

#[test]
fn no_verb_lets_a_secret_out() {
    let site = Site::empty();
    let mut person = site.stranger();
    set_up_login(&site, &mut person);
    // our own variables, and a command that notes what it can see and then prints the passphrase
    person.variables.push(("DCT_PASSPHRASE_IAN".to_owned(), PASSPHRASE.to_owned()));
    person.variables.push(("DCT_PASSPHRASE_TARGETS_FILE".to_owned(), "passphrase".to_owned()));
    person.write("passphrase", PASSPHRASE);
    person.write("prints-passphrase", format!("{NOTES}cat \"$HOME/passphrase\"\n"));
    let key = include_str!("../../testdata/peers/bundles/jeff-ec/key.pem");
    person.write("key.pem", key);
    person.write("cert.pem", include_str!("../../testdata/peers/bundles/jeff-ec/cert.pem"));
    let (name, tag) = (site.name(), site.tag("1"));
    let mut said = String::new();
    for args in [
        &["-D", "key", "load", "--name", "jeff", "key.pem"][..],
        &["-D", "signer", "add", "--key", "cert.pem", "jeff", &name],
        &["-D", "sign", &tag, "--passphrase-command", "sh prints-passphrase"],
        &["-D", "key", "list"],
        &["-D", "key", "show", "jeff"],
        &["-D", "key", "passwd", "jeff", "--new-passphrase-file", "passphrase"],
        &["-D", "key", "export", "jeff", "-o", "jeff-copy.pem"],
        &["-D", "whoami", &name],
        &["-D", "inspect", &name],
        &["-D", "inspect", "--pretty", &tag],
        &["-D", "key", "generate", "ian"],
        &["-D", "signer", "add", "--key", "ian.pub", "ian", &name],
        &["-D", "signer", "remove", "--force", "ian", &name],
        &["-D", "revoke", &tag],
        &["-D", "delete", &name, "--remote", "--yes"],
    ] {
        let run = person.succeeds(args);
        said += &run.out;
        said += &run.err;
    }
    // the file of a private key has the public half too, and that one may be seen
    said += &person.succeeds(&["-D", "key", "export", "--public", "jeff"]).err;
    // and where something fails: the whole of what is known is shown with -D
    site.fails(|request| request.target.contains("/_trust/tuf/").then(|| reply(500, &[], "")));
    said += &person.run(&["-D", "sign", &tag]).err;
    site.fails(|request| {
        request.target.starts_with("/token").then(|| reply(401, &[], r#"{"details":"no"}"#)).or_else(|| challenge(request))
    });
    said += &person.run(&["-D", "inspect", &name]).err;
    assert!(said.contains("not authorized"), "{said}");

    assert!(site.lines().iter().any(|line| line.contains("/token")), "tokens were used");
    let seen = fs::read_to_string(person.home().join("seen")).expect("the helper was asked");
    assert!(seen.contains("HOME=") && seen.contains("asked for localhost"), "{seen}");
    assert!(seen.contains("DCT_KEY_ROLE=jeff") && !seen.contains("DCT_PASSPHRASE"), "{seen}");
    hides_secrets("the output", said.as_bytes(), key);
    hides_secrets("what the helper saw", seen.as_bytes(), key);
    let mut files = 0;
    each_file(person.home(), &mut |path, content| {
        let own = ["key.pem", "passphrase", "docker-credential-test", "seen"].iter().any(|name| path.ends_with(name));
        if !own {
            files += 1;
            hides_secrets(&path.display().to_string(), content, key);
        }
    });
    assert!(files > 4, "{files}");
}

fn set_up_login(site: &Site, person: &mut Person) {
    person.write(".docker/config.json", format!(r#"{{"credHelpers":{{"{}":"test"}}}}"#, site.host()));
    person.write("bin/docker-credential-test", format!("#!/bin/sh\n{NOTES}{HELPER}"));
    let helper = person.home().join("bin/docker-credential-test");
    fs::set_permissions(&helper, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    person.variables.push(("PATH".to_owned(), format!("{}:/usr/bin:/bin", person.home().join("bin").display())));
    site.fails(challenge);
}

/// A server that wants a token, from a token server that wants the password.
fn challenge(request: &crate::https::Request) -> Option<crate::https::Reply> {
    let host = request.header("host").unwrap_or_default();
    let authorization = request.header("authorization").unwrap_or_default();
    if request.target.starts_with("/token") {
        // jeff:hunter2-hunter2
        assert_eq!(authorization, "Basic amVmZjpodW50ZXIyLWh1bnRlcjI=");
        return Some(reply(200, &[], format!(r#"{{"token":"{TOKEN}","expires_in":300}}"#)));
    }
    if authorization == format!("Bearer {TOKEN}") {
        return None;
    }
    Some(reply(401, &[&format!("WWW-Authenticate: Bearer realm=\"https://{host}/token\",service=\"dtr\"")], ""))
}

/// Neither a secret nor a piece of the private key stands in it, in any of the forms in which it could.
fn hides_secrets(place: &str, content: &[u8], key: &str) {
    let key_lines = key.lines().filter(|line| line.len() > 20 && !line.starts_with('-')).map(str::to_owned);
    let basic = "amVmZjpodW50ZXIyLWh1bnRlcjI".to_owned();
    for secret in [PASSPHRASE.to_owned(), PASSWORD.to_owned(), TOKEN.to_owned(), basic].into_iter().chain(key_lines) {
        let found = content.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{secret} stands in {place}");
    }
}

fn each_file(folder: &Path, look: &mut impl FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_file(&path, look);
        } else {
            look(&path, &fs::read(&path).unwrap());
        }
    }
}
