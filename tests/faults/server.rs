//! Servers that are down, broken or hostile: what a person reads, that it ends, and that nothing on disk is touched.

use std::{fs, net::TcpListener, sync::OnceLock, thread, time::Duration};

use snapbox::{data::Inline, str};

use crate::{
    https::{Https, Identity, Reply, Request, endless, raw, reply, tcp},
    person::{Person, same_words},
    site::{Site, identity},
    support::forge::Forge,
};

/// A server on which something is wrong for everyone, as seen by one who has never read the repository, and by one who has.
fn inspected(fault: fn(&Request) -> Option<Reply>, cold: Inline, warm: Inline) {
    let site = Site::new();
    let (stranger, reader) = (site.stranger(), site.reader());
    for person in [&stranger, &reader] {
        person.write(".config/dct/config.toml", "[network]\ntimeout = 1\n");
    }
    site.fails(fault);
    stranger.refuses(&["inspect", &site.name()], cold);
    reader.refuses(&["inspect", &site.name()], warm);
    site.recovers();
    for person in [&stranger, &reader] {
        person.succeeds(&["inspect", &site.name()]);
    }
}

/// A server that is in trouble: without a cache it is refused, and with one the last verified state answers, with a warning.
fn in_trouble(fault: fn(&Request) -> Option<Reply>, cold: Inline, warning: Inline) {
    let site = Site::new();
    let (stranger, reader) = (site.stranger(), site.reader());
    for person in [&stranger, &reader] {
        person.write(".config/dct/config.toml", "[network]\ntimeout = 1\n");
    }
    let before = reader.succeeds(&["inspect", &site.name()]);
    site.fails(fault);
    stranger.refuses(&["inspect", &site.name()], cold);
    last_state(&site, &reader, &before.out, warning);
}

/// The last verified state answers, and stays as it is.
fn last_state(site: &Site, reader: &Person, before: &str, warning: Inline) {
    let listing = reader.listing();
    let run = reader.succeeds(&["inspect", &site.name()]);
    assert_eq!(run.out, before);
    assert_eq!(reader.listing(), listing);
    let said =
        run.transcript.lines().filter(|line| line.starts_with("warning:")).map(|line| format!("{line}\n")).collect::<String>();
    same_words(&said, warning);
}

/// The same for another server that is named in the variable.
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

/// The head of an answer whose body ends with the connection.
const UNBOUNDED: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";

/// Whether a request is for trust data.
fn is_data(request: &Request) -> bool {
    request.target.contains("/_trust/tuf/")
}

fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn down() {
    let site = Site::new();
    let (mut stranger, mut reader) = (site.stranger(), site.reader());
    let before = reader.succeeds(&["inspect", &site.name()]);
    let server = format!("localhost:{}", closed_port());
    for person in [&mut stranger, &mut reader] {
        person.variables.push(("DOCKER_CONTENT_TRUST_SERVER".to_owned(), format!("https://{server}")));
        person.names.push((server.clone(), "DOWN"));
    }
    stranger.refuses(
        &["inspect", &site.name()],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://DOWN/v2/: cannot connect: Connection refused
hint: another server can be named in DOCKER_CONTENT_TRUST_SERVER, a proxy in HTTPS_PROXY
exit 1

"#]],
    );
    last_state(
        &site,
        &reader,
        &before.out,
        str![[r#"
warning: Error while downloading remote metadata, using cached timestamp - this might not be the latest version available remotely (https://DOWN/v2/: cannot connect: Connection refused)

"#]],
    );
    reader.holds("jeff", "role: jeff");
    reader.refuses(
        &["sign", &site.tag("1")],
        str![[r#"
$ dct sign HOST/prod/nginx:1
Error: error contacting notary server: https://DOWN/v2/: cannot connect: Connection refused
hint: another server can be named in DOCKER_CONTENT_TRUST_SERVER, a proxy in HTTPS_PROXY
exit 1

"#]],
    );
    reader.refuses(
        &["delete", &site.name(), "--remote"],
        str![[r#"
$ dct delete HOST/prod/nginx --remote
Deleting trust data for repository HOST/prod/nginx
Error: error contacting notary server: https://DOWN/v2/: cannot connect: Connection refused
hint: another server can be named in DOCKER_CONTENT_TRUST_SERVER, a proxy in HTTPS_PROXY
exit 1

"#]],
    );
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
hint: if your own authority issued the certificate, put that authority's certificate in ~/.docker/tls/HOST/ca.crt or /etc/docker/certs.d/HOST/ca.crt
exit 1

"#]]);
    reader.refuses(&["inspect", &site.name()], str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: TLS: the certificate of localhost is an authority's own (self-signed), and not one that is trusted here
hint: if your own authority issued the certificate, put that authority's certificate in ~/.docker/tls/HOST/ca.crt or /etc/docker/certs.d/HOST/ca.crt
exit 1

"#]]);
    reader.holds("jeff", "role: jeff");
    reader.refuses(&["sign", &site.tag("1")], str![[r#"
$ dct sign HOST/prod/nginx:1
Error: error contacting notary server: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: TLS: the certificate of localhost is an authority's own (self-signed), and not one that is trusted here
hint: if your own authority issued the certificate, put that authority's certificate in ~/.docker/tls/HOST/ca.crt or /etc/docker/certs.d/HOST/ca.crt
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
fn unauthorized_without_a_challenge() {
    inspected(
        |_| Some(reply(401, &[], "")),
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/: not authorized (401): the server does not say how to authenticate
hint: log in with `docker login` for the registry, or name a folder whose config.json has the login in DOCKER_CONFIG or --config
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/: not authorized (401): the server does not say how to authenticate
hint: log in with `docker login` for the registry, or name a folder whose config.json has the login in DOCKER_CONFIG or --config
exit 1

"#]],
    );
}

#[test]
fn unauthorized_with_a_challenge() {
    inspected(
        |_| Some(reply(401, &["WWW-Authenticate: Basic realm=\"dtr\""], "")),
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST: not authorized (401): no credentials for HOST are configured
hint: log in with `docker login` for the registry, or name a folder whose config.json has the login in DOCKER_CONFIG or --config
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST: not authorized (401): no credentials for HOST are configured
hint: log in with `docker login` for the registry, or name a folder whose config.json has the login in DOCKER_CONFIG or --config
exit 1

"#]],
    );
}

#[test]
fn forbidden() {
    inspected(
        |_| Some(reply(403, &[], "")),
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/root.json: access denied (403)
hint: ask the owner of the repository for access, or log in as another user with `docker login`
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: access denied (403)
hint: ask the owner of the repository for access, or log in as another user with `docker login`
exit 1

"#]],
    );
}

#[test]
fn not_found() {
    inspected(
        |_| Some(reply(404, &[], "")),
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST does not have trust data for HOST/prod/nginx
hint: `dct signer add` and `dct sign` initialize a repository
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: not found (404)
hint: this machine has seen trust data of the repository; ask who administers the server why it is gone
exit 1

"#]],
    );
}

#[test]
fn internal_error() {
    in_trouble(
        |_| Some(reply(500, &[], "")),
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/root.json: the server answered 500
exit 1

"#]],
        str![[r#"
warning: Error while downloading remote metadata, using cached timestamp - this might not be the latest version available remotely (https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: the server answered 500)

"#]],
    );
}

#[test]
fn unavailable() {
    in_trouble(
        |_| Some(reply(503, &[], "<html>busy")),
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/root.json: the server answered 503
exit 1

"#]],
        str![[r#"
warning: Error while downloading remote metadata, using cached timestamp - this might not be the latest version available remotely (https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: the server answered 503)

"#]],
    );
}

#[test]
fn a_redirect() {
    inspected(
        |_| Some(reply(302, &["Location: https://elsewhere.example.com/"], "")),
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/: the server answered 302
hint: redirects are not followed; name the Notary server itself in DOCKER_CONTENT_TRUST_SERVER
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: the server answered 302
hint: redirects are not followed; name the Notary server itself in DOCKER_CONTENT_TRUST_SERVER
exit 1

"#]],
    );
}

#[test]
fn a_web_page() {
    inspected(
        |_| Some(reply(200, &["Content-Type: text/html"], "<html>Welcome to the hotel!")),
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/root.json: the answer is a web page, not trust data
hint: if this is not the Notary server, name that one in DOCKER_CONTENT_TRUST_SERVER
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: the answer is a web page, not trust data
hint: if this is not the Notary server, name that one in DOCKER_CONTENT_TRUST_SERVER
exit 1

"#]],
    );
}

#[test]
fn a_web_page_that_calls_itself_something_else() {
    inspected(
        |_| Some(reply(200, &[], "<html>Welcome to the hotel!")),
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/root.json: the answer is not trust data, but begins with "<html>Welcome to the"
hint: if this is not the Notary server, name that one in DOCKER_CONTENT_TRUST_SERVER
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: the answer is not trust data, but begins with "<html>Welcome to the"
hint: if this is not the Notary server, name that one in DOCKER_CONTENT_TRUST_SERVER
exit 1

"#]],
    );
}

#[test]
fn garbage_in_place_of_http() {
    inspected(
        |_| Some(raw(&b"\x00\x01\x02 garbage \xff\xfe\r\n\r\n"[..])),
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/: the answer is not HTTP: invalid HTTP version parsed
hint: if this is not the Notary server, name that one in DOCKER_CONTENT_TRUST_SERVER
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: the answer is not HTTP: invalid HTTP version parsed
hint: if this is not the Notary server, name that one in DOCKER_CONTENT_TRUST_SERVER
exit 1

"#]],
    );
}

#[test]
fn garbage_in_place_of_metadata() {
    inspected(
        |request| is_data(request).then(|| reply(200, &[], &b"\x00\x1b[31m\xff\xfe"[..])),
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/root.json: the answer is not trust data, but begins with "\u{0}\u{1b}[31m��"
hint: if this is not the Notary server, name that one in DOCKER_CONTENT_TRUST_SERVER
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: the answer is not trust data, but begins with "\u{0}\u{1b}[31m��"
hint: if this is not the Notary server, name that one in DOCKER_CONTENT_TRUST_SERVER
exit 1

"#]],
    );
}

#[test]
fn an_endless_body() {
    inspected(
        |request| is_data(request).then(|| endless(UNBOUNDED, vec![b' '; 64 << 10], Duration::ZERO)),
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/root.json: the answer is longer than the 4194304 bytes that are allowed
hint: if this is not the Notary server, name that one in DOCKER_CONTENT_TRUST_SERVER
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: the answer is longer than the 1048576 bytes that are allowed
hint: if this is not the Notary server, name that one in DOCKER_CONTENT_TRUST_SERVER
exit 1

"#]],
    );
}

#[test]
fn a_body_that_comes_drop_by_drop() {
    in_trouble(
        |request| is_data(request).then(|| endless(UNBOUNDED, vec![b' '], Duration::from_millis(100))),
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/root.json: the answer was not complete after N s (N bytes)
hint: another server can be named in DOCKER_CONTENT_TRUST_SERVER, a proxy in HTTPS_PROXY
exit 1

"#]],
        str![[r#"
warning: Error while downloading remote metadata, using cached timestamp - this might not be the latest version available remotely (https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: the answer was not complete after N s (N bytes))

"#]],
    );
}

#[test]
fn too_long_a_body_by_its_own_account() {
    inspected(
        |request| is_data(request).then(|| raw(&b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{"[..])),
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/root.json: the answer is longer than the 4194304 bytes that are allowed
hint: if this is not the Notary server, name that one in DOCKER_CONTENT_TRUST_SERVER
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: the answer is longer than the 1048576 bytes that are allowed
hint: if this is not the Notary server, name that one in DOCKER_CONTENT_TRUST_SERVER
exit 1

"#]],
    );
}

#[test]
fn a_body_that_is_cut_off() {
    inspected(
        |request| is_data(request).then(|| raw(&b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"signed\""[..])),
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/root.json: the connection was closed before the answer was complete
hint: if this is not the Notary server, name that one in DOCKER_CONTENT_TRUST_SERVER
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: the connection was closed before the answer was complete
hint: if this is not the Notary server, name that one in DOCKER_CONTENT_TRUST_SERVER
exit 1

"#]],
    );
}

#[test]
fn silence() {
    in_trouble(
        |_| {
            Some(Box::new(|_| {
                thread::sleep(Duration::from_secs(8));
                Ok(())
            }))
        },
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/: no answer within N s
hint: another server can be named in DOCKER_CONTENT_TRUST_SERVER, a proxy in HTTPS_PROXY
exit 1

"#]],
        str![[r#"
warning: Error while downloading remote metadata, using cached timestamp - this might not be the latest version available remotely (https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: no answer within N s)

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
cause: https://EXPIRED/v2/: TLS: the certificate of localhost has expired
hint: ask who administers the server to renew it, and look at the date of this machine
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://EXPIRED/v2/: TLS: the certificate of localhost has expired
hint: ask who administers the server to renew it, and look at the date of this machine
exit 1

"#]],
    );
}

/// A token server at the end of a challenge.
fn with_token_server(reply_of_token_server: fn() -> Reply, cold: Inline, warm: Inline) {
    let site = Site::new();
    let (stranger, reader) = (site.stranger(), site.reader());
    for person in [&stranger, &reader] {
        // jeff:hunter2
        person.write(".docker/config.json", format!(r#"{{"auths":{{"{}":{{"auth":"amVmZjpodW50ZXIy"}}}}}}"#, site.host()));
    }
    let realm = format!("WWW-Authenticate: Bearer realm=\"https://{}/token\",service=\"dtr\"", site.host());
    site.fails(move |request| match request.target.starts_with("/token") {
        true => Some(reply_of_token_server()),
        false => Some(reply(401, &[&realm], "")),
    });
    stranger.refuses(&["inspect", &site.name()], cold);
    let run = reader.refuses(&["inspect", &site.name()], warm);
    assert!(!run.err.contains("hunter2"));
}

#[test]
fn a_token_server_that_answers_garbage() {
    with_token_server(
        || reply(200, &[], "<html>"),
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/token: the answer is not the JSON of a token server
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/token: the answer is not the JSON of a token server
exit 1

"#]],
    );
}

#[test]
fn a_token_server_that_refuses_the_login() {
    with_token_server(
        || reply(401, &[], r#"{"details":"incorrect username or password"}"#),
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/token: not authorized (401): user jeff from HOME/.docker/config.json; the token server says: incorrect username or password
hint: log in with `docker login` for the registry, or name a folder whose config.json has the login in DOCKER_CONFIG or --config
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/token: not authorized (401): user jeff from HOME/.docker/config.json; the token server says: incorrect username or password
hint: log in with `docker login` for the registry, or name a folder whose config.json has the login in DOCKER_CONFIG or --config
exit 1

"#]],
    );
}

#[test]
fn a_token_whose_scope_is_too_small() {
    with_token_server(
        || reply(200, &[], r#"{"token":"useless"}"#),
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/root.json: not authorized (401): user jeff from HOME/.docker/config.json
hint: log in with `docker login` for the registry, or name a folder whose config.json has the login in DOCKER_CONFIG or --config
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: not authorized (401): user jeff from HOME/.docker/config.json
hint: log in with `docker login` for the registry, or name a folder whose config.json has the login in DOCKER_CONFIG or --config
exit 1

"#]],
    );
}

#[test]
fn a_token_server_in_trouble_is_no_outage_that_the_cache_answers_silently() {
    let site = Site::new();
    let (stranger, reader) = (site.stranger(), site.reader());
    let before = reader.succeeds(&["inspect", &site.name()]);
    let realm = format!("WWW-Authenticate: Bearer realm=\"https://{}/token\"", site.host());
    site.fails(move |request| match request.target.starts_with("/token") {
        true => Some(reply(500, &[], "")),
        false => Some(reply(401, &[&realm], "")),
    });
    stranger.refuses(
        &["inspect", &site.name()],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/token: the server answered 500
exit 1

"#]],
    );
    last_state(
        &site,
        &reader,
        &before.out,
        str![[r#"
warning: Error while downloading remote metadata, using cached timestamp - this might not be the latest version available remotely (https://HOST/token: the server answered 500)

"#]],
    );
}

/// A registry on which something is wrong, as seen by one who signs a tag that nobody has signed.
fn signed(fault: fn() -> Reply, expected: Inline) {
    let site = Site::new();
    let signer = site.signer();
    site.fails(move |request| request.target.contains("/manifests/").then(fault));
    signer.refuses(&["sign", &site.tag("new")], expected);
    assert!(!site.lines().iter().any(|line| line.starts_with("POST")), "{:?}", site.lines());
    site.recovers();
    signer.succeeds(&["sign", &site.tag("new")]);
    assert!(signer.succeeds(&["inspect", &site.tag("new")]).out.contains("jeff"));
}

#[test]
fn a_registry_without_the_tag() {
    signed(
        || reply(404, &[], r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#),
        str![[r#"
$ dct sign HOST/prod/nginx:new
failed to sign HOST/prod/nginx:new: https://HOST/v2/prod/nginx/manifests/new: the registry has no such tag
hint: push the image first; its registry must have what is signed
exit 1

"#]],
    );
}

#[test]
fn a_registry_whose_bytes_are_others_than_their_digest() {
    signed(
        || {
            let digest = format!("Docker-Content-Digest: sha256:{}", "ab".repeat(32));
            reply(200, &["Content-Type: application/vnd.oci.image.manifest.v1+json", &digest], "{}")
        },
        str![[r#"
$ dct sign HOST/prod/nginx:new
failed to sign HOST/prod/nginx:new: https://HOST/v2/prod/nginx/manifests/new: the registry calls the manifest sha256:abababababababababababababababababababababababababababababababab, but its bytes are sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a
exit 1

"#]],
    );
}

#[test]
fn a_registry_that_shows_a_web_page() {
    signed(
        || reply(200, &["Content-Type: text/html"], "<html>"),
        str![[r#"
$ dct sign HOST/prod/nginx:new
failed to sign HOST/prod/nginx:new: https://HOST/v2/prod/nginx/manifests/new: "text/html" is not the media type of a manifest
exit 1

"#]],
    );
}

#[test]
fn a_registry_that_denies_access() {
    signed(
        || reply(403, &[], ""),
        str![[r#"
$ dct sign HOST/prod/nginx:new
failed to sign HOST/prod/nginx:new: https://HOST/v2/prod/nginx/manifests/new: access denied (403)
hint: ask the owner of the repository for access, or log in as another user with `docker login`
exit 1

"#]],
    );
}

#[test]
fn a_registry_in_trouble() {
    signed(
        || reply(502, &[], ""),
        str![[r#"
$ dct sign HOST/prod/nginx:new
failed to sign HOST/prod/nginx:new: https://HOST/v2/prod/nginx/manifests/new: the server answered 502
exit 1

"#]],
    );
}

#[test]
fn a_registry_that_is_down() {
    let site = Site::new();
    let mut signer = site.signer();
    let nowhere = format!("localhost:{}", closed_port());
    // the trust data of a repository on a registry that is down
    signer.names.push((nowhere.clone(), "DOWN"));
    signer.variables.push(("DOCKER_CONTENT_TRUST_SERVER".to_owned(), format!("https://{}", site.host())));
    let name = format!("{nowhere}/prod/nginx");
    site.serve(Forge::new(&name));
    signer.succeeds(&["inspect", &name]);
    signer.refuses(
        &["sign", &format!("{name}:new")],
        str![[r#"
$ dct sign DOWN/prod/nginx:new
failed to sign DOWN/prod/nginx:new: https://DOWN/v2/: cannot connect: Connection refused
hint: a proxy can be named in HTTPS_PROXY
exit 1

"#]],
    );
}

/// A server that takes everything but the upload.
fn refused_upload(fault: fn() -> Reply, expected: Inline) {
    let site = Site::new();
    let signer = site.signer();
    site.fails(move |request| (request.method == "POST").then(fault));
    signer.refuses(&["sign", &site.tag("1")], expected);
    site.recovers();
    signer.succeeds(&["sign", &site.tag("1")]);
}

#[test]
fn an_upload_that_is_denied() {
    refused_upload(
        || reply(403, &[], ""),
        str![[r#"
$ dct sign HOST/prod/nginx:1
Signing and pushing trust metadata for HOST/prod/nginx:1
Existing signatures for tag 1 digest 7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed from:
jeff
warning: the registry serves sha256:b22c7289dd3b4785a3795c90e15d16bd66bd29b444b8974fe29ed0443ce50405 for tag 1 now; the signed content is sha256:7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed
failed to sign HOST/prod/nginx:1: https://HOST/v2/HOST/prod/nginx/_trust/tuf/: access denied (403)
hint: ask the owner of the repository for access, or log in as another user with `docker login`
exit 1

"#]],
    );
}

#[test]
fn an_upload_that_breaks_the_server() {
    refused_upload(
        || reply(500, &[], ""),
        str![[r#"
$ dct sign HOST/prod/nginx:1
Signing and pushing trust metadata for HOST/prod/nginx:1
Existing signatures for tag 1 digest 7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed from:
jeff
warning: the registry serves sha256:b22c7289dd3b4785a3795c90e15d16bd66bd29b444b8974fe29ed0443ce50405 for tag 1 now; the signed content is sha256:7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed
failed to sign HOST/prod/nginx:1: https://HOST/v2/HOST/prod/nginx/_trust/tuf/: the server answered 500
exit 1

"#]],
    );
}

#[test]
fn an_upload_that_is_refused_for_its_content() {
    refused_upload(
        || {
            let detail = r#"{"Name":"ErrBadTargets","Error":{"Msg":"no \u001b[31msuch role"}}"#;
            reply(400, &[], format!(r#"{{"errors":[{{"code":"INVALID_UPDATE","message":"invalid","detail":{detail}}}]}}"#))
        },
        str![[r#"
$ dct sign HOST/prod/nginx:1
Signing and pushing trust metadata for HOST/prod/nginx:1
Existing signatures for tag 1 digest 7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed from:
jeff
warning: the registry serves sha256:b22c7289dd3b4785a3795c90e15d16bd66bd29b444b8974fe29ed0443ce50405 for tag 1 now; the signed content is sha256:7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed
failed to sign HOST/prod/nginx:1: https://HOST/v2/HOST/prod/nginx/_trust/tuf/: The targets metadata is invalid: no \u{1b}[31msuch role
exit 1

"#]],
    );
}

#[test]
fn an_upload_that_loses_against_others_each_time() {
    refused_upload(
        || reply(400, &[], r#"{"errors":[{"code":"VERSION","message":"a newer version is known","detail":null}]}"#),
        str![[r#"
$ dct sign HOST/prod/nginx:1
Signing and pushing trust metadata for HOST/prod/nginx:1
Existing signatures for tag 1 digest 7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed from:
jeff
warning: the registry serves sha256:b22c7289dd3b4785a3795c90e15d16bd66bd29b444b8974fe29ed0443ce50405 for tag 1 now; the signed content is sha256:7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed
failed to sign HOST/prod/nginx:1: HOST/prod/nginx: other publishers were faster 40 times in a row: https://HOST/v2/HOST/prod/nginx/_trust/tuf/: the server has a newer version: trust server rejected operation. VERSION: a newer version is known
exit 1

"#]],
    );
}

/// `signer add` on a server that fails: what the person has afterwards is a root key at most, and one.
fn added(fault: fn(&Request) -> Option<Reply>, expected: Inline) {
    let site = Site::empty();
    let person = site.stranger();
    person.write("cert.pem", include_str!("../../testdata/peers/bundles/jeff-ec/cert.pem"));
    let add = ["signer", "add", "--key", "cert.pem", "jeff", &site.name()];
    site.fails(fault);
    let run = person.run(&add);
    same_words(&run.transcript, expected);
    assert_eq!(run.code, Some(1));
    site.recovers();
    person.succeeds(&add);
    assert_eq!(person.root_keys().len(), 1);
    assert!(person.succeeds(&["inspect", &site.name()]).out.contains("jeff"));
}

#[test]
fn a_new_repository_on_a_server_in_trouble() {
    added(
        |_| Some(reply(500, &[], "")),
        str![[r#"
$ dct signer add --key cert.pem jeff HOST/prod/nginx
Adding signer "jeff" to HOST/prod/nginx...
Error: error contacting notary server: https://HOST/v2/HOST/prod/nginx/_trust/tuf/root.json: the server answered 500

failed to add signer to: HOST/prod/nginx
exit 1

"#]],
    );
}

#[test]
fn a_new_repository_on_a_server_that_gives_no_keys() {
    added(
        |request| request.target.ends_with(".key").then(|| reply(500, &[], "")),
        str![[r#"
$ dct signer add --key cert.pem jeff HOST/prod/nginx
Adding signer "jeff" to HOST/prod/nginx...
Initializing signed repository for HOST/prod/nginx...
Error: error contacting notary server: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.key: the server answered 500

failed to add signer to: HOST/prod/nginx
exit 1

"#]],
    );
}

#[test]
fn a_new_repository_on_a_server_whose_keys_are_garbage() {
    added(
        |request| request.target.ends_with(".key").then(|| reply(200, &[], r#"{"keytype":"ecdsa"}"#)),
        str![[r#"
$ dct signer add --key cert.pem jeff HOST/prod/nginx
Adding signer "jeff" to HOST/prod/nginx...
Initializing signed repository for HOST/prod/nginx...
Error: error contacting notary server: https://HOST: the answer is no public key for timestamp: the key.keyval: missing

failed to add signer to: HOST/prod/nginx
exit 1

"#]],
    );
}

#[test]
fn a_new_repository_whose_upload_is_refused() {
    added(
        |request| (request.method == "POST").then(|| reply(403, &[], "")),
        str![[r#"
$ dct signer add --key cert.pem jeff HOST/prod/nginx
Adding signer "jeff" to HOST/prod/nginx...
Initializing signed repository for HOST/prod/nginx...
Successfully initialized "HOST/prod/nginx"
Error: error contacting notary server: https://HOST/v2/HOST/prod/nginx/_trust/tuf/: access denied (403)
hint: ask the owner of the repository for access, or log in as another user with `docker login`

failed to add signer to: HOST/prod/nginx
exit 1

"#]],
    );
}

/// `delete --remote`: what the server has goes first, so a refusal leaves what is here.
fn deleted(fault: fn(&Request) -> Option<Reply>, expected: Inline) {
    let site = Site::new();
    let reader = site.reader();
    site.fails(fault);
    reader.refuses(&["delete", &site.name(), "--remote"], expected);
    site.recovers();
    reader.succeeds(&["delete", &site.name(), "--remote"]);
    assert!(reader.listing().is_empty());
}

#[test]
fn a_delete_that_is_denied() {
    deleted(
        |request| (request.method == "DELETE").then(|| reply(403, &[], "")),
        str![[r#"
$ dct delete HOST/prod/nginx --remote
Deleting trust data for repository HOST/prod/nginx
Error: error contacting notary server: https://HOST/v2/HOST/prod/nginx/_trust/tuf/: access denied (403)
hint: ask the owner of the repository for access, or log in as another user with `docker login`
exit 1

"#]],
    );
}

#[test]
fn a_delete_that_breaks_the_server() {
    deleted(
        |request| (request.method == "DELETE").then(|| reply(500, &[], "")),
        str![[r#"
$ dct delete HOST/prod/nginx --remote
Deleting trust data for repository HOST/prod/nginx
Error: error contacting notary server: https://HOST/v2/HOST/prod/nginx/_trust/tuf/: the server answered 500
exit 1

"#]],
    );
}

#[test]
fn a_delete_without_a_login() {
    deleted(
        |_| Some(reply(401, &["WWW-Authenticate: Basic realm=\"dtr\""], "")),
        str![[r#"
$ dct delete HOST/prod/nginx --remote
Deleting trust data for repository HOST/prod/nginx
Error: error contacting notary server: https://HOST: not authorized (401): no credentials for HOST are configured
hint: log in with `docker login` for the registry, or name a folder whose config.json has the login in DOCKER_CONFIG or --config
exit 1

"#]],
    );
}

/// A self-signed certificate for `localhost` that ended in the year 2021.
fn expired() -> Identity {
    static IDENTITY: OnceLock<Identity> = OnceLock::new();
    IDENTITY.get_or_init(Identity::expired).clone()
}
