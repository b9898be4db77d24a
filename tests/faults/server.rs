//! Servers that are down, broken or hostile: what a person reads, that it ends, and that nothing on disk is touched.

use std::{net::TcpListener, thread, time::Duration};

use snapbox::{data::Inline, str};

use crate::{
    https::{Reply, Request, endless, raw, reply},
    person::{Person, same_words},
    site::Site,
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
pub(crate) fn last_state(site: &Site, reader: &Person, before: &str, warning: Inline) {
    let listing = reader.listing();
    let run = reader.succeeds(&["inspect", &site.name()]);
    assert_eq!(run.out, before);
    assert_eq!(reader.listing(), listing);
    let said: String = run.transcript.split_inclusive('\n').filter(|line| line.starts_with("warning:")).collect();
    same_words(&said, warning);
}

/// The head of an answer whose body ends with the connection.
const UNBOUNDED: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";

/// Whether a request is for trust data.
fn is_data(request: &Request) -> bool {
    request.target.contains("/_trust/tuf/")
}

pub(crate) fn closed_port() -> u16 {
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
        &["delete", &site.name(), "--remote", "--yes"],
        str![[r#"
$ dct delete HOST/prod/nginx --remote --yes
Deleting trust data for repository HOST/prod/nginx
Error: error contacting notary server: https://DOWN/v2/: cannot connect: Connection refused
hint: another server can be named in DOCKER_CONTENT_TRUST_SERVER, a proxy in HTTPS_PROXY
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
hint: log in with `docker login` for the registry as a user who has access, or name a folder whose config.json has such a login in DOCKER_CONFIG or --config, or set DOCKER_AUTH_CONFIG
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/: not authorized (401): the server does not say how to authenticate
hint: log in with `docker login` for the registry as a user who has access, or name a folder whose config.json has such a login in DOCKER_CONFIG or --config, or set DOCKER_AUTH_CONFIG
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
hint: log in with `docker login` for the registry as a user who has access, or name a folder whose config.json has such a login in DOCKER_CONFIG or --config, or set DOCKER_AUTH_CONFIG
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST: not authorized (401): no credentials for HOST are configured
hint: log in with `docker login` for the registry as a user who has access, or name a folder whose config.json has such a login in DOCKER_CONFIG or --config, or set DOCKER_AUTH_CONFIG
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
cause: HOST does not have trust data for HOST/prod/nginx
hint: `dct signer add` and `dct sign` initialize a repository; where https://HOST is not its Notary server, name that one in DOCKER_CONTENT_TRUST_SERVER
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
hint: it leads to https://elsewhere.example.com/; redirects are not followed; name the Notary server itself in DOCKER_CONTENT_TRUST_SERVER
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: the server answered 302
hint: it leads to https://elsewhere.example.com/; redirects are not followed; name the Notary server itself in DOCKER_CONTENT_TRUST_SERVER
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
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/root.json: the server closed the connection before the answer was complete
hint: if this is not the Notary server, name that one in DOCKER_CONTENT_TRUST_SERVER
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: the server closed the connection before the answer was complete
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
