//! `inspect`, over what the chapters before have made.

use crate::{session::Session, support::home::Home};

pub(crate) fn chapter(session: &mut Session<'_>) {
    let lines: &[&[&str]] = &[
        &["inspect", "@app"],
        &["inspect", "@app:1"],
        &["inspect", "@app:ghost"],
        &["inspect", "--pretty", "@app"],
        &["inspect", "--pretty", "@app:1"],
        &["inspect", "--pretty", "@app:ghost"],
        &["inspect", "@app:9", "@web"],
        &["inspect", "@web"],
        &["inspect", "--pretty", "@app:1", "@web"],
        &["inspect", "@nowhere"],
        &["inspect", "@nowhere", "@app:10", "a//b"],
        &["inspect", "--pretty", "@app:10", "@nowhere", "@web"],
        &["inspect", "--pretty=false", "@first"],
    ];
    for line in lines {
        session.same(line);
    }
    let peers = session.peers;
    let former = session.homes(|| Home::new(peers, "reader"));
    for line in lines {
        session.same(line);
    }
    session.back(former);
    for server in ["http://localhost:1", "ftp://localhost:1", "localhost"] {
        let former = session.homes(|| Home::new(peers, "jeff").with("DOCKER_CONTENT_TRUST_SERVER", server));
        session.same(&["revoke", "@app:1"]);
        session.same(&["sign", "@app:1"]);
        for line in [&["inspect", "@app"] as &[&str], &["signer", "remove", "a", "@app"]] {
            session.differs("bad-server", line, |docker, dct| {
                (docker.code, dct.code) == (1, 1)
                    && dct.stdout.is_empty()
                    && docker.stderr.lines().next() == dct.stderr.lines().next()
            });
        }
        session.back(former);
    }
    let former = session.homes(|| Home::new(peers, "jeff").with("DOCKER_CONTENT_TRUST_SERVER", "https://localhost:1"));
    session.same(&["inspect", "@app"]);
    let refused = |docker: &crate::support::home::Run, dct: &crate::support::home::Run| {
        docker.stderr.contains("connection refused") && dct.stderr.contains("Connection refused") && docker.code == dct.code
    };
    for line in [&["revoke", "@app:1"] as &[&str], &["signer", "remove", "a", "@app"], &["sign", "@app:1"]] {
        session.differs("network-words", line, refused);
    }
    session.back(former);
}
