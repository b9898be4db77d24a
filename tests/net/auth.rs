//! Challenges, tokens, and where credentials go.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use client::ports::{Accounts, FileRef, NotaryRemote, RemoteError};
use host::{
    http::permissions::{Permissions, Permitted},
    notary::Access,
};

use crate::{
    https::{Reply, Request, reply},
    world::{gun, with_server},
};

/// `jeff:pw`
const JEFF: &str = "Basic amVmZjpwdw==";

/// A server that wants the token `good`, with the token server under the realm that `realm` gives for its own host.
fn token_server(realm: fn(&str) -> String) -> impl Fn(&Request) -> Reply + Send + Sync {
    move |request| {
        let host = request.header("host").unwrap_or_default();
        let challenge = format!("WWW-Authenticate: Bearer realm=\"{}\",service=\"dtr\"", realm(host));
        match request.target.split('?').next().unwrap() {
            "/token" => reply(200, &[], r#"{"token":"good","expires_in":300}"#),
            _ if request.header("authorization") == Some("Bearer good") => reply(200, &[], "{}"),
            _ => reply(401, &[&challenge], ""),
        }
    }
}

fn own_realm(host: &str) -> String {
    format!("https://{host}/token")
}

fn login(host: &str) -> String {
    format!(r#"{{"auths":{{"{host}":{{"auth":"amVmZjpwdw=="}}}}}}"#)
}

fn unauthorized(result: Result<client::ports::Bytes, RemoteError>) -> String {
    match result {
        Err(RemoteError::Unauthorized { reason, .. } | RemoteError::Withheld { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_token_costs_two_requests_and_one_where_the_challenge_is_remembered() {
    let (world, server) = with_server(token_server(own_realm));
    let host = server.host();
    let world = world.config(&login(&host));
    world.timestamp(&host).unwrap();
    let scope = format!("repository%3Alocalhost%3A{}%2Fprod%2Fnginx%3Apull", host.split(':').nth(1).unwrap());
    let token = format!("GET /token?service=dtr&scope={scope}&account=jeff");
    let data = format!("GET /v2/{host}/prod/nginx/_trust/tuf/timestamp.json");
    assert_eq!(server.lines(), ["GET /v2/", &token, &data]);
    let authorizations: Vec<_> = server.requests().iter().map(|r| r.header("authorization").map(str::to_owned)).collect();
    assert_eq!(authorizations, [None, Some(JEFF.to_owned()), Some("Bearer good".to_owned())]);
    assert!(server.requests().iter().all(|r| r.header("user-agent") == Some(concat!("dct/", env!("CARGO_PKG_VERSION")))));

    world.timestamp(&host).unwrap(); // another process
    assert_eq!(server.lines()[3..], [token, data]);
}

#[test]
fn a_command_gets_its_token_once() {
    let (world, server) = with_server(token_server(own_realm));
    let world = world.config(&login(&server.host()));
    let notary = world.notary(Access::Write);
    let answers = notary.fetch_all(&gun(&server.host()), &vec![FileRef::Timestamp; 40]);
    assert!(answers.iter().all(Result::is_ok));
    notary.publish(&gun(&server.host()), &[]).unwrap();
    let count = |what: &str| server.lines().iter().filter(|line| line.contains(what)).count();
    assert_eq!((count("GET /v2/ "), count("/token"), count("timestamp.json"), count("POST")), (0, 1, 40, 1));
    assert_eq!(server.lines().iter().filter(|line| *line == "GET /v2/").count(), 1);
    let token = server.lines().into_iter().find(|line| line.contains("/token")).unwrap();
    assert!(token.contains("%3Apull%2Cpush&"), "{token}");
}

#[test]
fn a_server_that_never_takes_the_token() {
    let (world, server) = with_server(|request| match request.target.split('?').next().unwrap() {
        "/token" => reply(200, &[], r#"{"token":"good"}"#),
        _ => {
            let realm = own_realm(request.header("host").unwrap());
            reply(401, &[&format!("WWW-Authenticate: Bearer realm=\"{realm}\"")], "")
        }
    });
    let host = server.host();
    assert_eq!(unauthorized(world.timestamp(&host)), format!("no credentials for {host} are configured"));
    assert_eq!(server.lines().len(), 3);
    let world = world.config(&login(&host));
    let reason = unauthorized(world.timestamp(&host)); // the remembered challenge is asked for once more
    assert!(reason.starts_with("user jeff from ") && reason.ends_with("config.json"), "{reason}");
    assert_eq!(server.lines().len(), 6);
}

#[test]
fn a_wrong_password_is_told_by_the_token_server() {
    let (world, server) = with_server(|request| match request.target.split('?').next().unwrap() {
        "/token" => reply(401, &[], r#"{"details":"incorrect username or password"}"#),
        _ => reply(401, &[&format!("WWW-Authenticate: Bearer realm=\"{}\"", own_realm(request.header("host").unwrap()))], ""),
    });
    let world = world.config(&login(&server.host()));
    let reason = unauthorized(world.timestamp(&server.host()));
    assert!(reason.starts_with("user jeff from ") && reason.ends_with("says: incorrect username or password"), "{reason}");
}

#[test]
fn a_realm_of_another_host_gets_no_credentials() {
    let (world, server) = with_server(token_server(|host| format!("https://127.0.0.1:{}/token", host.split(':').nth(1).unwrap())));
    let mut world = world.config(&login(&server.host()));
    world.timestamp(&server.host()).unwrap(); // anonymously
    assert!(server.requests().iter().all(|r| r.header("authorization").is_none_or(|a| a.starts_with("Bearer"))));
    let permitted = || Permitted { token_realms: vec!["127.0.0.1".to_owned()], ..Permitted::default() };
    world.settings.permissions = Permissions::default().with("localhost:1", permitted());
    world.timestamp(&server.host()).unwrap(); // allowed for another registry
    assert!(server.requests().iter().all(|r| r.header("authorization").is_none_or(|a| a.starts_with("Bearer"))));
    world.settings.permissions = Permissions::default().with(&server.host(), permitted());
    world.timestamp(&server.host()).unwrap();
    assert!(server.requests().iter().any(|r| r.header("authorization") == Some(JEFF)));
}

#[test]
fn a_withheld_credential_is_told() {
    let (world, server) = with_server(|request| {
        let port = request.header("host").unwrap().split(':').nth(1).unwrap().to_owned();
        match request.target.split('?').next().unwrap() {
            "/token" => reply(401, &[], ""),
            _ => reply(401, &[&format!("WWW-Authenticate: Bearer realm=\"https://127.0.0.1:{port}/token\"")], ""),
        }
    });
    let world = world.config(&login(&server.host()));
    let reason = unauthorized(world.timestamp(&server.host()));
    assert!(reason.contains("are not sent to 127.0.0.1:") && reason.contains("user jeff"), "{reason}");
}

#[test]
fn a_realm_that_is_not_https_gets_nothing() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let plain = crate::https::tcp(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
    });
    for realm in [format!("http://localhost:{plain}/token"), "file:///etc/passwd".to_owned(), "/token".to_owned()] {
        let (world, server) = with_server(move |_| reply(401, &[&format!("WWW-Authenticate: Bearer realm=\"{realm}\"")], ""));
        let world = world.config(&login(&server.host()));
        let error = world.timestamp(&server.host()).unwrap_err();
        assert!(matches!(&error, RemoteError::BadAnswer { reason, .. } if reason.contains("token realm")), "{error}");
        assert_eq!(server.lines(), ["GET /v2/"]);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[test]
fn basic_goes_to_the_registrys_own_host_alone() {
    let basic = |request: &Request| match request.header("authorization") {
        Some(JEFF) => reply(200, &[], "{}"),
        _ => reply(401, &["WWW-Authenticate: Basic realm=\"x\""], ""),
    };
    let (world, server) = with_server(basic);
    let mut world = world.config(&login(&server.host()));
    world.timestamp(&server.host()).unwrap();
    assert_eq!(server.lines().len(), 2);
    world.server = Some(format!("https://{}", server.address()));
    let reason = unauthorized(world.timestamp(&server.host()));
    assert!(reason.contains("are not sent to 127.0.0.1"), "{reason}");
}

#[test]
fn an_identity_token_is_posted() {
    let (world, server) = with_server(token_server(own_realm));
    let host = server.host();
    let world = world.config(&format!(r#"{{"auths":{{"{host}":{{"auth":"amVmZjo=","identitytoken":"i&d"}}}}}}"#));
    world.timestamp(&host).unwrap();
    let request = server.requests().into_iter().find(|r| r.target.starts_with("/token")).unwrap();
    assert_eq!((request.method.as_str(), request.header("authorization")), ("POST", None));
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&request.body).into_owned().collect();
    for (name, value) in [("grant_type", "refresh_token"), ("refresh_token", "i&d"), ("client_id", "docker"), ("service", "dtr")] {
        assert!(form.contains(&(name.to_owned(), value.to_owned())), "{form:?}");
    }
    assert_eq!(world.net().user_name(&gun(&host)).unwrap().as_deref(), Some("jeff"));
}

#[test]
fn a_token_server_may_not_redirect() {
    let (world, server) = with_server(|request| match request.target.split('?').next().unwrap() {
        "/token" => reply(307, &["Location: /elsewhere"], ""),
        _ => reply(401, &[&format!("WWW-Authenticate: Bearer realm=\"{}\"", own_realm(request.header("host").unwrap()))], ""),
    });
    let world = world.config(&login(&server.host()));
    assert!(matches!(world.timestamp(&server.host()), Err(RemoteError::Status { status: 307, .. })));
    assert_eq!(server.lines().len(), 2);
}

#[test]
fn a_token_that_could_end_a_header_is_refused() {
    let tokens = Arc::new(Mutex::new(vec![r#"{"token":"a\r\nX-Evil: 1"}"#.to_owned(), "[".repeat(2 << 20), "<html>".to_owned()]));
    while !tokens.lock().unwrap().is_empty() {
        let served = Arc::clone(&tokens);
        let (world, server) = with_server(move |request| match request.target.split('?').next().unwrap() {
            "/token" => reply(200, &[], served.lock().unwrap()[0].clone()),
            _ => reply(401, &[&format!("WWW-Authenticate: Bearer realm=\"{}\"", own_realm(request.header("host").unwrap()))], ""),
        });
        assert!(matches!(world.timestamp(&server.host()), Err(RemoteError::BadAnswer { .. })));
        assert_eq!(server.lines().len(), 2);
        tokens.lock().unwrap().remove(0);
    }
}

#[test]
fn a_401_after_an_open_door_authenticates_once() {
    let open = token_server(own_realm);
    let (world, server) = with_server(move |request| if request.target == "/v2/" { reply(200, &[], "{}") } else { open(request) });
    world.timestamp(&server.host()).unwrap();
    let lines = server.lines();
    assert!(lines.len() == 4 && lines[0] == "GET /v2/" && lines[2].starts_with("GET /token") && lines[1] == lines[3], "{lines:?}");
    world.timestamp(&server.host()).unwrap(); // and the next process knows
    assert_eq!(server.lines().len(), 6);
}

#[test]
fn a_challenge_that_changed_is_asked_for_again() {
    let moved = Arc::new(AtomicUsize::new(0));
    let state = Arc::clone(&moved);
    let (world, server) = with_server(move |request| {
        let realm = format!("https://{}/token{}", request.header("host").unwrap(), state.load(Ordering::SeqCst));
        match request.target.split('?').next().unwrap() {
            "/token0" if state.load(Ordering::SeqCst) == 1 => reply(404, &[], ""),
            "/token0" | "/token1" => reply(200, &[], r#"{"token":"good"}"#),
            _ if request.header("authorization").is_some() => reply(200, &[], "{}"),
            _ => reply(401, &[&format!("WWW-Authenticate: Bearer realm=\"{realm}\"")], ""),
        }
    });
    world.timestamp(&server.host()).unwrap();
    moved.store(1, Ordering::SeqCst);
    world.timestamp(&server.host()).unwrap();
    let lines: Vec<String> = server.lines()[3..].iter().map(|line| line.split('?').next().unwrap().to_owned()).collect();
    assert_eq!(lines[..3], ["GET /token0", "GET /v2/", "GET /token1"]);
}

#[test]
fn broken_credentials_are_an_error_and_not_anonymous() {
    let (world, server) = with_server(token_server(own_realm));
    let world = world.config("{");
    let error = world.timestamp(&server.host()).unwrap_err();
    assert!(matches!(&error, RemoteError::Unusable(reason) if reason.contains("config.json: it is not Docker's JSON")), "{error}");
    let world = world.config(r#"{"credsStore":"no-such-helper-here"}"#);
    let error = world.timestamp(&server.host()).unwrap_err();
    assert!(error.to_string().starts_with("docker-credential-no-such-helper-here: it cannot be run"), "{error}");
    assert!(server.lines().iter().all(|line| line == "GET /v2/"));
}

#[test]
fn a_token_server_that_failed_is_asked_again_by_the_next_request() {
    let fails = Arc::new(AtomicUsize::new(1));
    let left = Arc::clone(&fails);
    let (world, server) = with_server(move |request| match request.target.split('?').next().unwrap() {
        "/token" if left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok() => reply(500, &[], ""),
        _ => token_server(own_realm)(request),
    });
    let host = server.host();
    let world = world.config(&login(&host));
    let notary = world.notary(Access::Read);
    let ask = || notary.fetch_all(&gun(&host), &[FileRef::Timestamp]).pop().unwrap();
    assert!(matches!(ask(), Err(RemoteError::Status { status: 500, .. })));
    ask().unwrap();
    ask().unwrap();
    let count = |what: &str| server.lines().iter().filter(|line| line.contains(what)).count();
    assert_eq!((count("/token"), count("timestamp.json")), (2, 2));
    assert_eq!(server.lines().iter().filter(|line| *line == "GET /v2/").count(), 1, "what was found out is kept");
}

#[test]
fn a_batch_asks_a_token_server_that_fails_once() {
    let (world, server) = with_server(|request| match request.target.split('?').next().unwrap() {
        "/token" => {
            std::thread::sleep(std::time::Duration::from_millis(50));
            reply(500, &[], "")
        }
        _ => token_server(own_realm)(request),
    });
    let notary = world.notary(Access::Read);
    let answers = notary.fetch_all(&gun(&server.host()), &vec![FileRef::Timestamp; 40]);
    assert!(answers.iter().all(|answer| matches!(answer, Err(RemoteError::Status { status: 500, .. }))));
    let asked = server.lines().iter().filter(|line| line.contains("/token")).count();
    assert_eq!(asked, 1, "forty requests that began together make one attempt");
}

#[test]
fn a_challenge_that_could_not_be_had_is_asked_for_again() {
    let fails = Arc::new(AtomicUsize::new(1));
    let left = Arc::clone(&fails);
    let (world, server) = with_server(move |request| {
        let fails = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
        if fails { reply(401, &[], "") } else { token_server(own_realm)(request) }
    });
    let notary = world.notary(Access::Read);
    let ask = || notary.fetch_all(&gun(&server.host()), &[FileRef::Timestamp]).pop().unwrap();
    assert!(ask().is_err());
    ask().unwrap();
    assert_eq!(server.lines().iter().filter(|line| *line == "GET /v2/").count(), 2);
}
