//! The configuration file, and servers that cannot be spoken to.

use crate::{session::Session, support::home::Home};

pub(crate) fn chapter(session: &mut Session<'_>) {
    broken_files(session);
    working_files(session);
    servers(session);
}

fn broken_files(session: &mut Session<'_>) {
    session.file("empty.foo", b"", 0o644);
    session.file("none", b"", 0o644);
    for line in [
        &["-c", "/nowhere.json", "key", "list"] as &[&str],
        &["-c", "none", "key", "list"],
        &["-c", "empty.foo", "key", "list"],
        &["-c", "", "key", "list"],
    ] {
        session.same_plain(line);
    }
    for (name, text) in [("b.json", "{"), ("b.yaml", "trust_dir: ["), ("b.toml", "trust_dir = "), ("c.json", "[1]")] {
        session.file(name, text.as_bytes(), 0o644);
        session.differs_plain("parser-words", &["-c", name, "key", "list"], |notary, dct| {
            let words = "* fatal: error opening config file: While parsing config: ";
            notary.code == 1 && dct.code == 1 && notary.stdout.contains(words) && dct.stdout.contains(words)
        });
    }
    session.file("certs.json", br#"{"trust_pinning": {"certs": {"a": "b"}}}"#, 0o644);
    session.same_plain(&["-c", "certs.json", "list", "a"]);
    session.same_plain(&["-c", "certs.json", "status", "a"]);
}

/// A repository is read with all that is told in a file.
fn working_files(session: &mut Session<'_>) {
    let (url, ca) = (session.peers.url(), session.peers.ca().display().to_string());
    session.same(&["init", "@config", "-p"]);
    let trust = ".docker/trust";
    for (name, text) in [
        ("conf/a.json", format!(r#"{{"trust_dir": "{trust}", "remote_server": {{"url": "{url}", "root_ca": "{ca}"}}}}"#)),
        ("conf/a.yaml", format!("TRUST_DIR: ~/{trust}\nremote_server:\n  URL: {url}\n  root_ca: {ca}\n")),
        ("conf/a.toml", format!("trust_dir = '~/{trust}'\n[remote_server]\nurl = '{url}'\nroot_ca = '{ca}'\n")),
    ] {
        session.file(name, text.as_bytes(), 0o644);
        session.same_plain(&["-c", name, "list", "@config"]);
        if name.ends_with("json") {
            session.differs_plain("absolute-location", &["-c", name, "key", "list"], |notary, dct| {
                notary.stdout.contains("    .docker/trust/private\n") && dct.stdout.contains("/.docker/trust/private\n")
            });
        } else {
            session.same_plain(&["-c", name, "key", "list"]);
        }
        session.same_plain(&["-c", name, "-d", "elsewhere", "list", "@config"]);
    }
    session.file("conf/off.json", format!(r#"{{"trust_dir": "off", "remote_server": {{"url": "{url}", "root_ca": "{ca}"}}, "trust_pinning": {{"disable_tofu": true}}}}"#).as_bytes(), 0o644);
    session.same_plain(&["-c", "conf/off.json", "list", "@config"]);
    let dotted =
        format!("trust_dir: off\nremote_server.url: {url}\nremote_server.root_ca: {ca}\ntrust_pinning.disable_tofu: true\n");
    session.file("conf/dotted.yaml", dotted.as_bytes(), 0o644);
    session.same_plain(&["-c", "conf/dotted.yaml", "list", "@config"]);
    session.file(
        "conf/skip.json",
        format!(r#"{{"trust_dir": "skip", "remote_server": {{"url": "{url}", "skipTLSVerify": true}}}}"#).as_bytes(),
        0o644,
    );
    session.differs_plain("skip-tls", &["-c", "conf/skip.json", "list", "@config"], |notary, dct| {
        notary.code == 0 && dct.code == 1 && dct.stdout.contains("* fatal: remote_server.skipTLSVerify is set")
    });
}

fn servers(session: &mut Session<'_>) {
    let peers = session.peers;
    for (name, text) in [
        ("conf/half.json", r#"{"remote_server": {"tls_client_cert": "a.pem"}}"#),
        ("conf/foo.json", r#"{"remote_server": {"url": "foo"}}"#),
        ("conf/off-line.json", r#"{"remote_server": {"url": "http://127.0.0.1:1"}}"#),
        ("conf/ca.json", r#"{"remote_server": {"url": "https://127.0.0.1:1", "root_ca": "/nowhere/ca.pem"}}"#),
    ] {
        session.file(name, text.as_bytes(), 0o644);
        session.same_plain(&["-c", name, "key", "list"]);
        session.same_plain(&["-c", name, "list", "a"]);
    }
    session.differs_plain("server-scheme", &["-s", "ftp://x", "list", "a"], |_, dct| {
        dct.code == 1 && dct.stdout == "\n* fatal: Trust server url has to be in the form of http(s)://URL:PORT. Got: ftp://x\n"
    });
    // authorities of nobody else's are trusted, and none of the system's knows this server
    session.same_plain(&["-s", &peers.url(), "list", "@config"]);
    let former = session.homes(|| Home::anonymous(peers));
    for line in [&["list", "@config"], &["publish", "@config"]] {
        session.differs("login-on-a-terminal", line, |notary, dct| {
            let refused = "* fatal: you are not authorized to perform this operation: server returned 401.\n";
            notary.stdout.contains("Enter username: ") && dct.stdout.ends_with(refused) && dct.stderr.contains("NOTARY_AUTH")
        });
    }
    session.back(former);
}
