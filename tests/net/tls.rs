//! Certificates and handshakes.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    process::{Command, Stdio},
};

use client::ports::RemoteError;

use crate::{
    https::{Https, Identity, reply, tcp},
    world::{LOCAL, World},
};

fn tls_cause(result: Result<client::ports::Bytes, RemoteError>) -> String {
    match result {
        Err(error @ RemoteError::Tls { .. }) => {
            assert!(!error.is_outage());
            error.to_string()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_configured_self_signed_certificate_works_for_its_names_alone() {
    let identity = Identity::self_signed("DNS:localhost");
    let server = Https::start(&identity, |_| reply(200, &[], "{}"));
    let world = World::trusting(&identity, &[&server.host(), &server.address()]);
    assert_eq!(&*world.timestamp(&server.host()).unwrap(), b"{}");
    let cause = tls_cause(world.timestamp(&server.address()));
    assert!(cause.contains("not valid for the name 127.0.0.1, but for localhost"), "{cause}");
}

#[test]
fn another_self_signed_certificate_is_unknown() {
    let server = Https::start(&Identity::self_signed(LOCAL), |_| reply(200, &[], "{}"));
    let world = World::trusting(&Identity::self_signed(LOCAL), &[&server.host()]);
    tls_cause(world.timestamp(&server.host()));
    // loopback is verified like any other host
    let cause = tls_cause(World::new().timestamp(&server.host()));
    assert!(cause.starts_with(&format!("https://{}/v2/: TLS: ", server.host())), "{cause}");
    assert!(server.requests().is_empty());
}

#[test]
fn a_ca_and_what_it_issued() {
    let ca = Identity::self_signed("DNS:ca.test");
    let server = Https::start(&Identity::issued_by(&ca, LOCAL), |_| reply(200, &[], "{}"));
    assert!(World::trusting(&ca, &[&server.host()]).timestamp(&server.host()).is_ok());
    let cause = tls_cause(World::new().timestamp(&server.host()));
    assert!(cause.ends_with("the certificate of localhost is signed by an unknown authority (CN=Test)"), "{cause}");
    let strange = Https::start(&Identity::issued_by(&ca, "DNS:other.test"), |_| reply(200, &[], "{}"));
    let cause = tls_cause(World::trusting(&ca, &[&strange.host()]).timestamp(&strange.host()));
    assert!(cause.contains("not valid for the name localhost, but for other.test"), "{cause}");
}

#[test]
fn a_server_without_tls() {
    let port = tcp(|mut stream| {
        let _ = stream.read(&mut [0; 512]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    });
    let cause = tls_cause(World::new().timestamp(&format!("localhost:{port}")));
    assert!(cause.ends_with("TLS: the server speaks no TLS"), "{cause}");
}

#[test]
fn nobody_listens() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = World::new().timestamp(&format!("127.0.0.1:{port}")).unwrap_err();
    assert!(error.is_outage() && error.to_string().contains("refused"), "{error}");
    let error = World::new().timestamp("no-such-host.invalid").unwrap_err();
    assert!(error.is_outage(), "{error}");
}

#[test]
fn broken_tls_files_are_named() {
    let identity = Identity::self_signed(LOCAL);
    let server = Https::start(&identity, |_| reply(200, &[], "{}"));
    let world = World::trusting(&identity, &[&server.host()]);
    identity.write_client_pair(&world.tls(&server.host()));
    assert!(world.timestamp(&server.host()).is_ok());
    std::fs::remove_file(world.tls(&server.host()).join("client.key")).unwrap();
    let error = world.timestamp(&server.host()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "missing key client.key for client certificate client.cert. CA certificates must use the extension .crt"
    );
    std::fs::write(world.tls(&server.host()).join("a.crt"), "junk").unwrap();
    assert!(world.timestamp(&server.host()).unwrap_err().to_string().contains("a.crt: it holds no certificate"));
}

#[test]
fn a_client_certificate_is_shown() {
    let ca = Identity::self_signed("DNS:ca.test");
    let identity = Identity::self_signed(LOCAL);
    let server = Https::start_mutual(&identity, &ca, |_| reply(200, &[], "{}"));
    let world = World::trusting(&identity, &[&server.host()]);
    let cause = tls_cause(world.timestamp(&server.host()));
    assert!(cause.ends_with("the server wants a client certificate"), "{cause}");
    Identity::issued_by(&ca, "DNS:jeff").write_client_pair(&world.tls(&server.host()));
    assert!(world.timestamp(&server.host()).is_ok());
}

#[test]
fn a_client_certificate_that_is_not_taken_is_named() {
    let (ca, other) = (Identity::self_signed("DNS:ca.test"), Identity::self_signed("DNS:other.test"));
    let identity = Identity::self_signed(LOCAL);
    let server = Https::start_mutual(&identity, &ca, |_| reply(200, &[], "{}"));
    let world = World::trusting(&identity, &[&server.host()]);
    Identity::issued_by(&other, "DNS:jeff").write_client_pair(&world.tls(&server.host()));
    let cause = tls_cause(world.timestamp(&server.host()));
    let file = world.tls(&server.host()).join("client.cert");
    assert!(cause.contains(&format!("the server does not take our certificate, {} (alert ", file.display())), "{cause}");
}

/// What one is told who trusts an authority, and asks `openssl s_server` with these options.
pub(crate) fn of_openssl(ca: &Identity, identity: &Identity, options: &[&str]) -> RemoteError {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("cert.pem"), &identity.certificate).unwrap();
    std::fs::write(folder.path().join("key.pem"), &identity.key).unwrap();
    let mut command = Command::new("openssl");
    command.current_dir(folder.path()).args(["s_server", "-accept", "127.0.0.1:0", "-cert", "cert.pem", "-key", "key.pem"]);
    let mut server = command.args(options).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let port = lines.find_map(|line| Some(line.unwrap().strip_prefix("ACCEPT 127.0.0.1:")?.to_owned())).unwrap();
    let host = format!("localhost:{port}");
    let error = World::trusting(ca, &[&host]).timestamp(&host).unwrap_err();
    server.kill().unwrap();
    server.wait().unwrap();
    error
}

#[test]
fn a_handshake_that_comes_to_nothing_is_told_without_the_library_s_words() {
    for (options, words) in [
        (&["-tls1_2", "-cipher", "ECDHE-ECDSA-CAMELLIA256-SHA384:@SECLEVEL=0"][..], "no cipher in common with us"),
        (&["-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"], "the server speaks neither TLS 1.2 nor TLS 1.3"),
        (&["-tls1_3", "-groups", "X448"], "no cipher in common with us"),
    ] {
        let identity = Identity::self_signed(LOCAL);
        let cause = tls_cause(Err(of_openssl(&identity, &identity, options)));
        assert!(cause.contains(words) && !cause.contains("HandshakeFailure"), "{options:?}: {cause}");
    }
}

#[test]
fn a_server_that_goes_away_in_the_handshake_is_told_of_plainly() {
    let port = tcp(|mut stream| drop(stream.read(&mut [0; 512])));
    let error = World::new().timestamp(&format!("localhost:{port}")).unwrap_err().to_string();
    assert!(error.ends_with(": the server closed the connection in the TLS handshake"), "{error}");
}
