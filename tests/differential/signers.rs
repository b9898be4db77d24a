//! `signer add`, `sign` and `signer remove`.

use crate::{
    session::Session,
    support::{home::Home, images::Pushed},
};

pub(crate) fn chapter(session: &mut Session<'_>) {
    add_and_sign(session);
    refusals(session);
    remove(session);
    remove_the_last(session);
    remove_a_certificate_that_was_the_last(session);
    others(session);
}

/// A tag that nobody has signed: the Engine pushes it, or the registry has it.
pub(crate) fn sign_new(session: &mut Session<'_>, name: &str, tag: &str) -> Pushed {
    let image = session.image(name, tag);
    let reference = format!("@{name}:{tag}");
    session.same(&["sign", &reference]);
    image
}

fn add_and_sign(session: &mut Session<'_>) {
    for line in [
        &["signer", "add", "--key", "junk.pem", "jeff", "@app"] as &[&str],
        &["signer", "add", "--key", "jeff-key.pem", "jeff", "@app"],
        &["signer", "add", "--key", "jeff-cert.pem", "jeff", "@app"],
        &["signer", "add", "--key", "jeff-cert.pem", "jeff", "@app"],
        &["signer", "add", "--key", "gail.pub", "gail", "@app", "@web"],
        &["signer", "add", "--key", "gail.pub", "--key", "may.pub", "both", "@web"],
        &["signer", "add", "--key", "jeff-cert.pem", "jeff", "@web", "a//b"],
    ] {
        session.same(line);
    }
    session.same(&["signer", "add", "--key", "gail.pub", "gail", "@fresh", "@new"]);
    for line in [&["signer", "remove", "gail", "@fresh"] as &[&str], &["signer", "remove", "--force", "gail", "@new"]] {
        session.differs("nothing-to-lose", line, |docker, dct| {
            docker.stderr.contains("all signed tags are currently revoked") && dct.code == 0
        });
    }
    sign_new(session, "app", "1");
    for line in [
        &["sign", "@app:1"] as &[&str],
        &["signer", "add", "--key", "ian-cert.pem", "ian", "@app"],
        &["sign", "@app:1"],
        &["sign", "@app:1"],
    ] {
        session.same(line);
    }
    sign_new(session, "app", "10");
    sign_new(session, "app", "9");
    sign_new(session, "first", "1");
    session.same(&["sign", "@first:1"]);
}

fn refusals(session: &mut Session<'_>) {
    for line in [
        &["signer", "remove", "ghost", "@app"] as &[&str],
        &["signer", "remove", "Ghost", "@app"],
        &["signer", "remove", "", "@app"],
        &["signer", "remove", "releases", "@app"],
        &["signer", "remove", "jeff", "@nowhere"],
        &["signer", "remove", "ghost", "@app", "@nowhere", "a//b", "@web"],
        &["signer", "remove", "--force", "ghost", "@app"],
    ] {
        session.same(line);
    }
}

fn remove(session: &mut Session<'_>) {
    session.same(&["signer", "add", "--key", "jeff-cert.pem", "jeff", "@team"]);
    session.same(&["signer", "add", "--key", "ian-cert.pem", "ian", "@team"]);
    session.same(&["signer", "add", "--key", "gail.pub", "gail", "@team"]);
    sign_new(session, "team", "1");
    // docker says that it begins, and ends
    session.differs("remove-removes", &["signer", "remove", "ian", "@team"], |docker, dct| {
        docker.code == 0
            && docker.stdout.lines().count() == 1
            && dct.code == 0
            && dct.stdout.contains("Successfully removed ian from ")
    });
    session.differs("remove-removes", &["signer", "remove", "--force", "gail", "@team", "@nowhere"], |docker, dct| {
        docker.code == 1 && dct.code == 1 && dct.stdout.contains("Successfully removed gail from ")
    });
    session.differs("remove-removes", &["signer", "remove", "ian", "@team"], |docker, dct| {
        docker.code == 0 && dct.code == 1 && dct.stderr.starts_with("no signer ian for repository ")
    });
    // the others go on
    session.differs("remove-removes", &["sign", "@team:1"], |docker, dct| {
        docker.stdout.contains("\ngail, ian, jeff\n") && dct.stdout.contains("from:\njeff\nSuccessfully signed ")
    });
    session.differs("remove-removes", &["inspect", "--pretty", "@team"], |docker, dct| {
        docker.stdout.contains("\nian ") && !dct.stdout.contains("\nian ") && !dct.stdout.contains("\ngail ")
    });
}

/// A signer with a bare key: of those docker can tell whether they were the last.
fn remove_the_last(session: &mut Session<'_>) {
    session.same(&["signer", "add", "--key", "gail.pub", "gail", "@bare"]);
    sign_new(session, "bare", "1");
    session.same(&["sign", "@bare:1"]);
    for answer in ["n\n", "", "yes\n"] {
        session.same_on_input(&["signer", "remove", "gail", "@bare"], answer);
    }
    session.same_on_input(&["signer", "remove", "gail", "@bare"], " Y \n");
    session.same(&["signer", "remove", "gail", "@bare"]);
    session.same(&["inspect", "@bare"]);
    session.same(&["inspect", "--pretty", "@bare:1"]);
    // the same name with another key
    session.same(&["signer", "add", "--key", "may.pub", "gail", "@bare"]);
    session.image("bare", "2");
    session.differs("removed-key-signs-again", &["sign", "@bare:2"], |docker, dct| {
        docker.code == 1 && docker.stderr.contains("trust server rejected operation.") && dct.code == 0
    });
    // and with the one that it had
    session.differs("removed-key-signs-again", &["signer", "add", "--key", "gail.pub", "again", "@bare"], |docker, dct| {
        docker.stderr.contains("Error getting targets/gail") && (dct.code, dct.stderr.as_str()) == (0, "")
    });
    session.differs("removed-key-signs-again", &["sign", "@bare:2"], |docker, dct| {
        (docker.code, dct.code) == (1, 0) && dct.stdout.contains("Successfully signed ")
    });

    session.same(&["signer", "add", "--key", "gail.pub", "gail", "@forced"]);
    sign_new(session, "forced", "1");
    session.differs("remove-removes", &["signer", "remove", "-f", "gail", "@forced"], |docker, dct| {
        !docker.stdout.contains("[y/N]")
            && dct.code == 0
            && !dct.stdout.contains("[y/N]")
            && dct.stdout.contains("Successfully removed")
    });
}

fn remove_a_certificate_that_was_the_last(session: &mut Session<'_>) {
    session.same(&["signer", "add", "--key", "jeff-cert.pem", "jeff", "@cert"]);
    sign_new(session, "cert", "1");
    session.differs("certificate-signer", &["signer", "remove", "jeff", "@cert"], |docker, dct| {
        (docker.code, dct.code) == (0, 0) && !docker.stdout.contains("[y/N]") && dct.stdout.ends_with("to continue? [y/N] ")
    });
    // the answer was no
    session.same(&["inspect", "@cert"]);
}

/// People without rights, and without keys.
fn others(session: &mut Session<'_>) {
    let peers = session.peers;
    for make in
        [(|peers| Home::new(peers, "reader")) as fn(&_) -> _, |peers| Home::anonymous(peers), |peers| Home::new(peers, "ian")]
    {
        let former = session.homes(|| make(peers));
        session.same(&["key", "generate", "eve"]);
        for line in [
            &["signer", "add", "--key", "eve.pub", "eve", "@app"] as &[&str],
            &["signer", "remove", "ghost", "@app"],
            &["sign", "@app:1"],
            &["inspect", "@app:1"],
        ] {
            session.same(line);
        }
        session.back(former);
    }
    let former = session.homes(|| Home::new(peers, "ian"));
    // gail and jeff signed: neither is the last
    session.differs("remove-removes", &["signer", "remove", "gail", "@app"], |docker, dct| {
        docker.code == 0
            && dct.code == 1
            && dct.stderr.starts_with("could not find necessary signing keys, at least one of these keys")
    });
    session.back(former);
}
