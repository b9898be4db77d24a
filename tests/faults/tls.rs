//! Servers that cannot show who they are: never an outage, so the cache does not answer for them.

use std::{fs, sync::OnceLock};

use snapbox::{data::Inline, str};

use crate::{
    https::{Https, Identity, reply, tcp},
    site::{Site, identity},
};

/// Another server, named in the variable, as seen by one who has never read the repository, and by one who has.
fn elsewhere(server: &str, ca: Option<(&Identity, &str)>, names: &[(&str, &'static str)], cold: Inline, warm: Inline) {
    let site = Site::new();
    let (mut stranger, mut reader) = (site.stranger(), site.reader());
    for person in [&mut stranger, &mut reader] {
        person.variables.push(("DOCKER_CONTENT_TRUST_SERVER".to_owned(), format!("https://{server}")));
        person.names.extend(names.iter().map(|(name, stands_for)| ((*name).to_owned(), *stands_for)));
        if let Some((ca, host)) = ca {
            person.trusts(ca, host);
        }
    }
    stranger.refuses(&["inspect", &site.name()], cold);
    reader.refuses(&["inspect", &site.name()], warm);
}

#[test]
fn speaks_no_tls() {
    let port = tcp(|mut stream| {
        use std::io::{Read as _, Write as _};
        let _ = stream.read(&mut [0; 512]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    });
    let server = format!("localhost:{port}");
    elsewhere(
        &server,
        None,
        &[(&server, "PLAIN")],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://PLAIN/v2/: TLS: the server speaks no TLS
hint: is this the port on which the server speaks https?
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://PLAIN/v2/: TLS: the server speaks no TLS
hint: is this the port on which the server speaks https?
exit 1

"#]],
    );
}

#[test]
fn unknown_authority() {
    let site = Site::new();
    let (stranger, reader) = (site.stranger(), site.reader());
    for person in [&stranger, &reader] {
        fs::remove_dir_all(person.home().join(".docker/tls")).unwrap();
    }
    stranger.refuses(&["inspect", &site.name()], str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/: TLS: the certificate of localhost is an authority's own (self-signed), and not one that is trusted here
hint: if your own authority issued the certificate, put that authority's certificate in tls/HOST/ca.crt of Docker's folder (~/.docker, unless DOCKER_CONFIG or --config names another) or in /etc/docker/certs.d/HOST/ca.crt
exit 1

"#]]);
    reader.refuses(&["inspect", &site.name()], str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: TLS: the certificate of localhost is an authority's own (self-signed), and not one that is trusted here
hint: if your own authority issued the certificate, put that authority's certificate in tls/HOST/ca.crt of Docker's folder (~/.docker, unless DOCKER_CONFIG or --config names another) or in /etc/docker/certs.d/HOST/ca.crt
exit 1

"#]]);
    reader.holds("jeff", "role: jeff");
    reader.refuses(&["sign", &site.tag("1")], str![[r#"
$ dct sign HOST/prod/nginx:1
Error: error contacting notary server: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: TLS: the certificate of localhost is an authority's own (self-signed), and not one that is trusted here
hint: if your own authority issued the certificate, put that authority's certificate in tls/HOST/ca.crt of Docker's folder (~/.docker, unless DOCKER_CONFIG or --config names another) or in /etc/docker/certs.d/HOST/ca.crt
exit 1

"#]]);
}

#[test]
fn another_name_in_the_certificate() {
    let site = Site::new();
    let address = site.address();
    elsewhere(
        &address,
        Some((identity(), &address)),
        &[(&address, "ADDRESS")],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://ADDRESS/v2/: TLS: the certificate is not valid for the name 127.0.0.1, but for localhost
hint: use a name of the server that is in its certificate
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://ADDRESS/v2/: TLS: the certificate is not valid for the name 127.0.0.1, but for localhost
hint: use a name of the server that is in its certificate
exit 1

"#]],
    );
}

#[test]
fn an_expired_certificate() {
    let server = Https::start(&expired(), |_| reply(200, &[], ""));
    let host = server.host();
    elsewhere(
        &host,
        Some((&expired(), &host)),
        &[(&host, "EXPIRED")],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://EXPIRED/v2/: TLS: the certificate of localhost has expired (it was valid until 2021-01-01T00:00:00Z)
hint: ask who administers the server to renew it, and look at the date of this machine
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://EXPIRED/v2/: TLS: the certificate of localhost has expired (it was valid until 2021-01-01T00:00:00Z)
hint: ask who administers the server to renew it, and look at the date of this machine
exit 1

"#]],
    );
}

/// A self-signed certificate for `localhost` that ended in the year 2021.
fn expired() -> Identity {
    static IDENTITY: OnceLock<Identity> = OnceLock::new();
    IDENTITY.get_or_init(Identity::expired).clone()
}
