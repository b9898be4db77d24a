//! Command lines that no server is asked about.

use crate::session::Session;

const DIGEST: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";

pub(crate) fn chapter(session: &mut Session<'_>) {
    let (digest, both, id) = (format!("alpine@{DIGEST}"), format!("alpine:1@{DIGEST}"), "1".repeat(64));
    let lines: &[&[&str]] = &[
        &["sign", "alpine"],
        &["sign", &digest],
        &["sign", "ALPINE:1"],
        &["sign", "a//b:1"],
        &["sign", ""],
        &["sign", &id],
        &["inspect"],
        &["inspect", "--foo"],
        &["inspect", "--pretty=maybe", "a"],
        &["inspect", "ALPINE:1", "a//b"],
        &["inspect", "--pretty", "ALPINE:1", "a//b"],
        &["inspect", &id],
        &["revoke"],
        &["revoke", "a", "b"],
        &["revoke", "--foo"],
        &["revoke", "-x", "a"],
        &["revoke", "--yes=maybe", "a"],
        &["revoke", &digest],
        &["revoke", "--yes", &digest],
        &["revoke", &both],
        &["revoke", "ALPINE"],
        &["revoke", "a//b:1"],
        &["key", "load"],
        &["key", "load", "a", "b"],
        &["key", "load", "--name"],
        &["key", "load", "--foo", "a"],
        &["key", "generate"],
        &["key", "generate", "a", "b"],
        &["key", "generate", "--dir"],
        &["key", "generate", "--foo", "a"],
        &["key", "generate", "-d", "a"],
        &["signer", "add"],
        &["signer", "add", "jeff"],
        &["signer", "add", "--key"],
        &["signer", "add", "-x"],
        &["signer", "add", "Jeff", "x"],
        &["signer", "add", "releases", "x"],
        &["signer", "add", "jeff", "x"],
        &["signer", "add", "--key", "nowhere.pem", "jeff", "x"],
        &["signer", "add", "--key", ".", "jeff", "x"],
        &["signer", "remove"],
        &["signer", "remove", "jeff"],
        &["signer", "remove", "-x", "jeff", "a"],
        &["signer", "remove", "--force=maybe", "jeff", "a"],
        &["signer", "remove", "releases", "alpine"],
        &["signer", "remove", "jeff", "ALPINE", "a//b"],
        &["signer", "remove", "-f", "jeff", "ALPINE"],
    ];
    for line in lines {
        session.same(line);
    }
    for line in [&["foo"] as &[&str], &["key", "foo"], &["signer", "foo"], &["sign"], &["sign", "--foo"], &["sign", "-x"]] {
        session.differs("usage", line, |docker, dct| {
            let first =
                |text: &str| text.lines().next().unwrap_or_default().replace("docker trust", "dct").replace("docker", "dct");
            docker.code == dct.code && first(&docker.stderr) == first(&dct.stderr).replace("at least ", "") && dct.stdout.is_empty()
        });
    }
    session.differs("several-images", &["sign", "a", "b"], |_, dct| dct.code == 1 && dct.stderr == "no tag specified for a\n");
    session.differs("several-images", &["sign", &both], |_, dct| dct.code == 1 && !dct.stderr.contains("cannot use a digest"));
    let verbs: &[&[&str]] =
        &[&["key", "generate"], &["key", "load"], &["signer", "add"], &["signer", "remove"], &["sign"], &["revoke"], &["inspect"]];
    for verb in verbs {
        session.differs("help", &[verb, &["--help"] as &[&str]].concat(), |docker, dct| {
            let usage = |text: &str| text.lines().next().unwrap_or_default().trim_end().replace("docker trust", "dct");
            docker.code == dct.code && (verb[0] == "sign" || usage(&docker.stdout) == usage(&dct.stdout)) && dct.stderr.is_empty()
        });
    }
    for group in [&[] as &[&str], &["key"], &["signer"]] {
        session.differs("help", group, |docker, dct| docker.code == dct.code && dct.stdout.is_empty() && docker.stdout.is_empty());
    }
    let prompts = [("n\n", "no"), ("", "nothing"), ("yes\n", "no y"), ("ny\n", "no y")];
    for (answer, _) in prompts {
        session.same_on_input(&["revoke", "@nowhere"], answer);
    }
}
