//! Who signed, and what: where dct decides otherwise than docker.

use std::fs;

use crate::{
    session::Session,
    signers::sign_new,
    support::{home::Home, openssl::KeyForm},
};

pub(crate) fn chapter(session: &mut Session<'_>) {
    a_tag_that_moved(session);
    released_by_nobody(session);
    digests_in_names(session);
    not_released(session);
}

/// The registry serves another content than the one that is released.
fn a_tag_that_moved(session: &mut Session<'_>) {
    session.same(&["signer", "add", "--key", "gail.pub", "gail", "@moved"]);
    let released = sign_new(session, "moved", "1");
    let served = session.image_of("moved", "1", "another");
    session.differs("moved-tag", &["sign", "@moved:1"], |docker, dct| {
        let [released, served] = [&released, &served].map(|image| image.sha256.as_str());
        let told = format!("sha256:{released} is released under tag 1, and the registry serves sha256:{served}\n");
        docker.code == 0 && docker.stdout.contains(released) && dct.code == 1 && dct.stdout.is_empty() && dct.stderr.contains(&told)
    });
    session.same(&["inspect", "@moved:1"]);
}

/// A key that no signer has may release, and a tag that no signer signs is released.
fn released_by_nobody(session: &mut Session<'_>) {
    session.same(&["signer", "add", "--key", "gail.pub", "gail", "@nobody"]);
    sign_new(session, "nobody", "1");
    session.same(&["inspect", "--pretty", "@nobody"]);
    session.notary(&["delegation", "add", "@nobody", "targets/releases", "ian-cert.pem", "-p"]);
    let digest = session.image("nobody", "2").sha256;
    session.notary(&["addhash", "@nobody", "2", "527", "--sha256", &digest, "-r", "targets/releases", "-p"]);
    let is_warned = |stderr: &str| stderr.contains(" may release in ") && stderr.starts_with("warning: key ");
    session.differs("releases-alone", &["inspect", "--pretty", "@nobody"], |docker, dct| {
        let shown = |text: &str, signers: &str| text.lines().any(|line| line.contains(&digest) && line.ends_with(signers));
        docker.stderr.is_empty()
            && shown(&docker.stdout, "(Repo Admin)")
            && shown(&dct.stdout, "(targets/releases)")
            && is_warned(&dct.stderr)
    });
    session.differs("releases-alone", &["inspect", "@nobody:2"], |docker, dct| {
        docker.stdout.contains("\"Repo Admin\"") && dct.stdout.contains("\"Signers\": []\n") && is_warned(&dct.stderr)
    });
}

fn digests_in_names(session: &mut Session<'_>) {
    session.same(&["signer", "add", "--key", "gail.pub", "gail", "@named"]);
    let digest = sign_new(session, "named", "1").sha256;
    for name in ["@named:1", "@named"] {
        session.same(&["inspect", &format!("{name}@sha256:{digest}")]);
        session.same(&["inspect", "--pretty", &format!("{name}@sha256:{digest}")]);
        session.differs("named-digest", &["inspect", &format!("{name}@sha256:{}", "ab".repeat(32))], |docker, dct| {
            docker.code == 0 && docker.stdout.contains(&digest) && (dct.code, dct.stdout.as_str()) == (1, "[]\n")
        });
    }
}

/// A signer who may sign, and not release.
fn not_released(session: &mut Session<'_>) {
    session.same(&["signer", "add", "--key", "gail.pub", "gail", "@tested"]);
    session.bundle("qa", KeyForm::EcSec1);
    let key = fs::read(session.dct.home.path().join("qa-key.pem")).unwrap();
    session.notary(&["delegation", "add", "@tested", "targets/qa", "qa-cert.pem", "--all-paths", "-p"]);
    let peers = session.peers;
    let former = session.homes(|| Home::new(peers, "jeff"));
    session.file("qa-key.pem", &key, 0o600);
    session.same(&["key", "load", "--name", "qa", "qa-key.pem"]);
    session.image("tested", "1");
    session.differs("unreleased", &["sign", "@tested:1"], |docker, dct| {
        docker.code == 0
            && docker.stdout.contains("Successfully signed ")
            && dct.code == 1
            && !dct.stdout.contains("Successfully signed ")
            && dct.stderr.contains(" is signed by targets/qa for sha256:")
    });
    session.back(former);
    session.same(&["inspect", "@tested:1"]);
}
