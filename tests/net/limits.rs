//! Endless, slow, silent and misleading servers.

use std::{
    io::Write as _,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use client::ports::{FileRef, NotaryRemote, RemoteError, Service};
use host::{
    http::{Ask, Method, api::Api},
    notary::Access,
};
use trust::model::{digest::Sha256, role::RoleName};

use crate::{
    https::{Reply, endless, raw, reply, tcp},
    world::{World, gun, with_server},
};

/// The answer to the data request; the server wants no credentials.
fn data(answer: impl Fn() -> Reply + Send + Sync + 'static) -> (World, crate::https::Https) {
    with_server(move |request| if request.target == "/v2/" { reply(200, &[], "{}") } else { answer() })
}

fn short(mut world: World) -> World {
    world.settings.timeout = Duration::from_millis(700);
    world
}

fn refused(world: &World, host: &str) -> String {
    match world.timestamp(host) {
        Err(error @ RemoteError::BadAnswer { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_endless_body_is_cut_off() {
    let (world, server) = data(|| endless("HTTP/1.1 200 -\r\n\r\n", vec![b' '; 64 << 10], Duration::ZERO));
    assert!(refused(&world, &server.host()).contains("longer than the 1048576 bytes"));
}

#[test]
fn a_long_body_is_refused_unread() {
    let (world, server) = data(|| raw("HTTP/1.1 200 -\r\nContent-Length: 1048577\r\n\r\n"));
    assert!(refused(&world, &server.host()).contains("longer than the 1048576 bytes"));
}

#[test]
fn a_body_that_ends_early_or_is_compressed_is_no_answer() {
    let (world, server) = data(|| raw("HTTP/1.1 200 -\r\nContent-Length: 10\r\n\r\n{}"));
    let error = refused(&world, &server.host());
    assert!(error.ends_with("the server closed the connection before the answer was complete"), "{error}");
    let (world, server) = data(|| reply(200, &["Content-Encoding: br"], "x"));
    assert!(refused(&world, &server.host()).contains("compressed (br)"));
    let (world, server) = data(|| reply(200, &["Content-Type: text/html; charset=utf-8"], "<html>"));
    assert!(refused(&world, &server.host()).contains("web page"));
    let (world, server) = data(|| raw("\x1b[31mhello\r\n\r\n"));
    let error = refused(&world, &server.host());
    assert!(error.contains("not HTTP") && !error.contains('\x1b'), "{error}");
}

/// What `gzip` makes of a text.
fn gzip(text: &[u8]) -> Vec<u8> {
    let mut gzip = std::process::Command::new("gzip").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = gzip.stdin.take().unwrap();
    let text = text.to_vec();
    let writer = thread::spawn(move || input.write_all(&text).unwrap());
    let packed = gzip.wait_with_output().unwrap().stdout;
    writer.join().unwrap();
    packed
}

#[test]
fn a_compressed_answer_is_unpacked_within_its_length() {
    let packed = gzip(b"{ }");
    for encoding in ["Content-Encoding: gzip", "content-encoding: X-GZIP"] {
        let packed = packed.clone();
        let (world, server) = data(move || reply(200, &[encoding], packed.clone()));
        assert_eq!(&*world.timestamp(&server.host()).unwrap(), b"{ }");
    }
    let two = [gzip(b"{ "), gzip(b"}")].concat();
    let (world, server) = data(move || reply(200, &["Content-Encoding: gzip"], two.clone()));
    assert_eq!(&*world.timestamp(&server.host()).unwrap(), b"{ }");
    // a timestamp may have 1 MiB
    let bomb = gzip(&vec![b' '; 64 << 20]);
    assert!(bomb.len() < 1 << 20);
    let (world, server) = data(move || reply(200, &["Content-Encoding: gzip"], bomb.clone()));
    assert!(refused(&world, &server.host()).contains("longer than the 1048576 bytes"));
    for broken in [&packed[..packed.len() - 1], b"x", &[&packed[..], b"x"].concat(), b""] {
        let broken = broken.to_vec();
        let (world, server) = data(move || reply(200, &["Content-Encoding: gzip"], broken.clone()));
        assert!(refused(&world, &server.host()).contains("cannot be unpacked"));
    }
    let words = gzip(br#"{"errors":[{"code":"UNKNOWN","message":"no space left"}]}"#);
    let (world, server) = data(move || reply(500, &["Content-Encoding: gzip"], words.clone()));
    let error = world.timestamp(&server.host()).unwrap_err();
    assert!(error.to_string().ends_with("the server answered 500: UNKNOWN: no space left"), "{error}");
}

#[test]
fn an_answer_without_tls_s_goodbye_is_whole_where_its_length_is_known() {
    for (head, is_whole) in [
        ("HTTP/1.1 200 -\r\nContent-Length: 2\r\n\r\n{}", true),
        ("HTTP/1.1 200 -\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", true),
        ("HTTP/1.1 200 -\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", false),
        ("HTTP/1.1 200 -\r\nConnection: close\r\n\r\n{}", false),
    ] {
        let (world, server) = data(move || {
            Box::new(move |stream| {
                stream.write_all(head.as_bytes())?;
                stream.flush()?;
                Err(std::io::ErrorKind::BrokenPipe.into()) // no goodbye
            })
        });
        let answer = world.timestamp(&server.host());
        let words = answer.as_ref().map_or_else(ToString::to_string, |_| String::new());
        assert_eq!(answer.is_ok(), is_whole, "{head:?}: {words}");
        assert!(
            is_whole || words.ends_with("the server closed the connection before the answer was complete"),
            "{head:?}: {words}"
        );
    }
}

#[test]
fn a_hashed_file_has_its_listed_length() {
    let (world, server) = data(|| reply(200, &[], "{123}"));
    let notary = world.notary(Access::Read);
    let file = |length| FileRef::Hashed { role: RoleName::snapshot(), sha256: Sha256::of(b"{123}"), length };
    let answers = notary.fetch_all(&gun(&server.host()), &[file(5), file(4), file(6)]);
    assert_eq!(&**answers[0].as_ref().unwrap(), b"{123}");
    assert!(answers[1].as_ref().unwrap_err().to_string().contains("longer than the 4 bytes"));
    assert!(answers[2].as_ref().unwrap_err().to_string().contains("5 bytes long, and not 6"));
    let name = format!("GET /v2/{}/prod/nginx/_trust/tuf/snapshot.{}.json", server.host(), Sha256::of(b"{123}"));
    assert_eq!(server.lines().iter().filter(|line| **line == name).count(), 3);
}

#[test]
fn a_listed_length_beyond_all_reason_is_not_asked_for() {
    let (world, server) = data(|| endless("HTTP/1.1 200 -\r\n\r\n", vec![b' '; 64 << 10], Duration::ZERO));
    let file = |length| FileRef::Hashed { role: RoleName::targets(), sha256: Sha256::of(b""), length };
    for answer in world.notary(Access::Read).fetch_all(&gun(&server.host()), &[file((100 << 20) + 1), file(1 << 53)]) {
        let error = answer.unwrap_err().to_string();
        assert!(error.contains("more than the 104857600 bytes"), "{error}");
    }
    assert!(server.lines().is_empty(), "{:?}", server.lines());
}

#[test]
fn silent_and_slow_servers_end_in_time() {
    let silent = tcp(|stream| {
        thread::sleep(Duration::from_secs(20));
        drop(stream);
    });
    let (slow_world, slow) = data(|| endless("HTTP/1.1 200 -\r\n\r\n", b" ".to_vec(), Duration::from_millis(50)));
    let (head_world, head) = data(|| endless("HTTP/1.1 200 -\r\n", b"X-A: b\r\n".to_vec(), Duration::from_millis(100)));
    for (world, host) in [(World::new(), format!("localhost:{silent}")), (slow_world, slow.host()), (head_world, head.host())] {
        let world = short(world);
        let start = Instant::now();
        let error = world.timestamp(&host).unwrap_err();
        assert!(matches!(error, RemoteError::Unreachable { .. }), "{error}");
        assert!(start.elapsed() < Duration::from_secs(2), "{error} after {:?}", start.elapsed());
    }
}

#[test]
fn a_large_file_has_a_least_throughput() {
    // 4 MiB may take 0.7 s and 3 MiB more at 1 MiB/s; a server that trickles is left long before
    let (world, server) = data(|| endless("HTTP/1.1 200 -\r\n\r\n", b" ".to_vec(), Duration::from_millis(50)));
    let mut world = short(world);
    world.settings.least_rate = 1 << 20;
    let start = Instant::now();
    let answer = world.notary(Access::Read).fetch_all(&gun(&server.host()), &[FileRef::CurrentRoot]).pop().unwrap();
    assert!(matches!(answer, Err(RemoteError::Unreachable { .. })), "{answer:?}");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn redirects_are_not_followed() {
    for status in [301, 302, 307, 308] {
        let (world, server) = data(move || reply(status, &["Location: /elsewhere"], ""));
        assert!(matches!(world.timestamp(&server.host()), Err(RemoteError::Status { status: s, .. }) if s == status));
        let published = world.notary(Access::Write).publish(&gun(&server.host()), &[]);
        assert!(matches!(published, Err(RemoteError::Status { .. })));
        assert!(server.lines().iter().all(|line| !line.contains("elsewhere")));
    }
    let (world, server) = with_server(|_| reply(302, &["Location: http://localhost/"], ""));
    assert!(matches!(world.timestamp(&server.host()), Err(RemoteError::Status { status: 302, .. })));
}

#[test]
fn failures_of_the_server_are_told_apart() {
    let (world, server) = data(|| reply(404, &[], r#"{"errors":[{"code":"METADATA_NOT_FOUND"}]}"#));
    assert!(matches!(world.timestamp(&server.host()), Err(RemoteError::NotFound { .. })));
    let (world, server) = data(|| reply(403, &[], ""));
    assert!(matches!(world.timestamp(&server.host()), Err(RemoteError::Forbidden { user: None, .. })));
    let (world, server) = data(|| endless("HTTP/1.1 503 -\r\n\r\n", vec![b'x'; 512], Duration::from_millis(1)));
    let error = world.timestamp(&server.host()).unwrap_err();
    assert!(matches!(error, RemoteError::Status { status: 503, .. }) && error.is_outage());
}

#[test]
fn an_unreachable_server_is_asked_once() {
    let silent = tcp(|stream| {
        thread::sleep(Duration::from_secs(20));
        drop(stream);
    });
    let start = Instant::now();
    let notary = short(World::new()).notary(Access::Read);
    let files = vec![FileRef::Timestamp; 20];
    let answers = notary.fetch_all(&gun(&format!("localhost:{silent}")), &files);
    assert!(answers.len() == 20 && answers.iter().all(|answer| matches!(answer, Err(RemoteError::Unreachable { .. }))));
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

/// The registry and the Notary server often share an address, and are asked at once: what one is told of the other's failure is of its own.
#[test]
fn a_failure_at_a_shared_address_is_told_to_each_as_its_own() {
    let (world, server) = with_server(|_| reply(302, &["Location: http://localhost/"], ""));
    let (net, host) = (world.net(), server.host());
    let api = Api::parse(&format!("https://{host}")).unwrap();
    let begun = Instant::now();
    for service in [Service::Registry, Service::Notary] {
        let (method, scope) = (Method::Get, "repository:prod/nginx:pull");
        let ask =
            Ask { service, api: &api, method, path: "x", accept: None, content: None, limit: 9, registry: &host, scope, begun };
        let failure = net.send(&ask).unwrap_err();
        assert!(matches!(&failure, RemoteError::Status { asked: url, status: 302, .. } if url.service == service), "{failure:?}");
    }
    assert_eq!(server.requests().len(), 1, "the address is asked once");
}
