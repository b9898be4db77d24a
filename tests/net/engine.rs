//! A Docker Engine that misbehaves: every answer has an end, a size and a meaning, or is an error.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    os::unix::net::{UnixListener, UnixStream},
    path::PathBuf,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use client::ports::{
    ConnectFault, Engine as _, EngineError, Pushed, Service,
    trace::{Fault, Route},
};
use host::{
    engine::EngineApi,
    http::endpoint::{Address, Endpoint},
};
use trust::model::tag::Tag;

use crate::world::{Recorder, World, gun};

const PING: &str = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK";
const STREAM: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";

/// What an Engine answers to all but a ping, and the requests that it got.
struct Fake {
    socket: PathBuf,
    heads: Arc<Mutex<Vec<String>>>,
    world: World,
    _folder: tempfile::TempDir,
}

impl Fake {
    fn start(ping: &'static str, answer: impl Fn(&mut UnixStream) + Send + Sync + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("engine.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let (kept, answer) = (Arc::clone(&heads), Arc::new(answer));
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                thread::spawn(move || {
                    while let Some(head) = read_head(&stream) {
                        let is_ping = head.starts_with("GET /_ping ");
                        kept.lock().unwrap().push(head);
                        if is_ping {
                            let _ = stream.write_all(ping.as_bytes());
                        } else {
                            answer(&mut stream);
                            return;
                        }
                    }
                });
            }
        });
        let world = World::new().config(r#"{"auths":{"h:1":{"auth":"amVmZjpzZWNyZXQ="}}}"#);
        Self { socket, heads, world, _folder: folder }
    }

    fn says(answer: impl Into<String>) -> Self {
        let answer = answer.into();
        Self::start(PING, move |stream| drop(stream.write_all(answer.as_bytes())))
    }

    fn api(&self) -> EngineApi {
        let endpoint = Endpoint::new(Address::Unix(self.socket.clone()), Duration::from_secs(1)).unwrap();
        EngineApi::new(endpoint, "unix:///e".to_owned(), self.world.net(), None)
    }

    /// Pushes, and what the trace is told of it.
    fn traced_push(&self) -> Recorder {
        let recorder = Recorder::default();
        let endpoint = Endpoint::new(Address::Unix(self.socket.clone()), Duration::from_secs(1)).unwrap();
        let endpoint = endpoint.traced(Some(Arc::new(recorder.clone())));
        let _ = EngineApi::new(endpoint, "unix:///e".to_owned(), self.world.net(), None).push(
            &gun("h:1"),
            &Tag::parse("1").unwrap(),
            &|_| (),
        );
        recorder
    }

    fn push(&self) -> Result<Pushed, EngineError> {
        self.api().push(&gun("h:1"), &Tag::parse("1").unwrap(), &|_| ())
    }
}

fn read_head(stream: &UnixStream) -> Option<String> {
    let mut reader = BufReader::with_capacity(1, stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    Some(head)
}

fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

#[test]
fn a_push_asks_in_the_version_of_both_with_the_registry_s_credentials() {
    let aux = format!(r#"{{"aux":{{"Tag":"1","Digest":"sha256:{}","Size":7}}}}"#, "a".repeat(64));
    let engine = Fake::says(format!("{STREAM}{}0\r\n\r\n", chunk(&aux)));
    assert!(matches!(engine.push(), Ok(Pushed::One(content)) if content.length == 7));
    let heads = engine.heads.lock().unwrap();
    assert!(heads[1].starts_with("POST /v1.41/images/h:1/prod/nginx/push?tag=1 HTTP/1.1\r\n"), "{heads:?}");
    let auth = "eyJ1c2VybmFtZSI6ImplZmYiLCJwYXNzd29yZCI6InNlY3JldCIsInNlcnZlcmFkZHJlc3MiOiJoOjEifQ==";
    assert!(heads[1].contains(&format!("x-registry-auth: {auth}\r\n")), "{heads:?}");
}

#[test]
fn what_goes_through_the_socket_is_traced() {
    let aux = format!(r#"{{"aux":{{"Tag":"1","Digest":"sha256:{}","Size":7}}}}"#, "a".repeat(64));
    let engine = Fake::says(format!("{STREAM}{}0\r\n\r\n", chunk(&aux)));
    let told = engine.traced_push().told();
    let [ping, push] = told.as_slice() else { panic!("{told:?}") };
    let route = Route { socket: Some(engine.socket.clone()), ..Route::default() };
    assert_eq!((ping.url.as_str(), &ping.route, ping.errand.login.as_ref()), ("http://localhost/_ping", &route, None));
    assert_eq!(push.url, "http://localhost/v1.41/images/h:1/prod/nginx/push?tag=1");
    assert_eq!((push.method.as_str(), push.status, push.fault.clone(), push.received), ("POST", Some(200), None, aux.len() as u64));
    assert_eq!((push.errand.service, push.tls, &push.route), (Service::Engine, None, &route));
    assert!(push.errand.login.as_ref().is_some_and(|login| login.ends_with("config.json")), "{push:?}");

    let cut = Fake::says(format!("{STREAM}{}", chunk("{}\n"))).traced_push().told();
    assert!(cut[1].status == Some(200) && cut[1].fault.is_some(), "{cut:?}");
    let gone = Fake::says("");
    std::fs::remove_file(&gone.socket).unwrap();
    let told = gone.traced_push().told();
    assert_eq!((told.len(), told[0].status, told[0].fault.clone()), (1, None, Some(Fault::Unreachable)), "{told:?}");
}

#[test]
fn a_silent_engine_is_waited_for_no_longer_than_the_time_out() {
    let engine = Fake::start("", |_| ());
    let start = Instant::now();
    let error = engine.api().inspect("x:1").unwrap_err();
    assert!(matches!(error, EngineError::Unreachable { .. }), "{error}");
    let engine = Fake::start(PING, |stream| drop(stream.read(&mut [0])));
    assert!(matches!(engine.api().inspect("x:1"), Err(EngineError::Unreachable { .. })));
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
}

#[test]
fn a_line_without_an_end_is_refused() {
    let engine = Fake::start(PING, |stream| {
        let _ = stream.write_all(STREAM.as_bytes());
        let piece = chunk(&"x".repeat(1 << 16));
        while stream.write_all(piece.as_bytes()).is_ok() {}
    });
    let error = engine.push().unwrap_err().to_string();
    assert!(error.contains("a line is longer than 1048576 bytes"), "{error}");
}

#[test]
fn a_stream_that_breaks_off_is_told_from_an_engine_that_is_not_there() {
    let engine = Fake::says(format!("{STREAM}{}", chunk("{\"status\":\"Preparing\"}\n")));
    let error = engine.push().unwrap_err();
    assert!(matches!(error, EngineError::Lost { .. }), "{error}");
    let gone = Fake::says("");
    std::fs::remove_file(&gone.socket).unwrap();
    let error = gone.push().unwrap_err();
    assert!(matches!(&error, EngineError::Unreachable { host, fault: ConnectFault::Other, .. } if host == "unix:///e"), "{error}");
}

#[test]
fn answers_without_a_meaning_are_refused() {
    for (stream, words) in [
        ("{\"status\":\"x\"}\n", "unix:///e: the push did not report a digest"),
        ("<html>\n", "unix:///e: a message of its stream cannot be read: "),
        ("{\"errorDetail\":{\"message\":\"denied\"},\"error\":\"denied\"}\n", "denied"),
    ] {
        let error = Fake::says(format!("{STREAM}{}0\r\n\r\n", chunk(stream))).push().unwrap_err().to_string();
        assert!(error.starts_with(words), "{error}");
    }
    let refuse = |status: &str, body: &str| {
        Fake::says(format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len())).push().unwrap_err().to_string()
    };
    assert_eq!(refuse("404 Not Found", r#"{"message":"No such image: x"}"#), "the Docker Engine refused (404): No such image: x");
    assert_eq!(refuse("500 Oops", "a\u{1b}[31m"), "the Docker Engine refused (500): a\\u{1b}[31m");
    assert_eq!(refuse("307 Elsewhere", ""), "the Docker Engine refused (307): status 307");
    let odd = Fake::start("HTTP/1.1 200 OK\r\nApi-Version: new\r\nContent-Length: 0\r\n\r\n", |_| ());
    assert_eq!(odd.push().unwrap_err().to_string(), "unix:///e: its API version is new");
    let long = Fake::says("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n");
    assert!(long.api().inspect("x").unwrap_err().to_string().contains("longer than the 16777216 bytes"));
}
