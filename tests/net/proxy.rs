//! A proxy of the environment.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use client::ports::{ProxyFault, RemoteError};
use host::http::Proxies;

use crate::{
    https::{reply, tcp},
    world::{World, with_server},
};

/// A world in which these variables are set.
fn with(variables: &[(&str, String)]) -> World {
    let mut world = World::new().config(r#"{"auths":{"dtr.invalid":{"auth":"amVmZjpwdw=="}}}"#);
    let get = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| value.clone());
    world.settings.proxies = Proxies::of_environment(get);
    world
}

/// A proxy that answers every request with this; what it heard.
fn refusing(answer: &'static str) -> (u16, Arc<Mutex<String>>) {
    let heard = Arc::new(Mutex::new(String::new()));
    let ear = Arc::clone(&heard);
    let port = tcp(move |mut stream| {
        let mut buffer = [0; 4096];
        let n = stream.read(&mut buffer).unwrap_or(0);
        ear.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..n]));
        let _ = stream.write_all(answer.as_bytes());
    });
    (port, heard)
}

#[test]
fn a_proxy_gets_its_own_credentials_and_not_the_registrys() {
    let (port, heard) = refusing("HTTP/1.1 407 -\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n");
    let world = with(&[("HTTPS_PROXY", format!("http://me:proxypw@127.0.0.1:{port}"))]);
    let error = world.timestamp("dtr.invalid").unwrap_err();
    let words = format!("https://dtr.invalid/v2/: the proxy http://127.0.0.1:{port} (HTTPS_PROXY) wants a login (407), by Basic");
    assert!(error.is_outage() && error.to_string() == words, "{error}");
    assert!(!format!("{error:?}").contains("proxypw"), "{error:?}");
    let (local, server) = with_server(|_| reply(200, &[], "{}"));
    let world = World { settings: world.settings, ..local };
    world.timestamp(&server.host()).unwrap(); // this machine's own servers are asked directly
    let heard = heard.lock().unwrap().to_ascii_lowercase();
    assert!(heard.starts_with("connect dtr.invalid:443 http/1.1"), "{heard}");
    assert!(heard.contains("proxy-authorization: basic bwu6chjvehlwdw=="), "{heard}"); // me:proxypw
    assert!(!heard.contains("\nauthorization:") && !heard.contains("localhost"), "{heard}");
}

#[test]
fn a_proxy_that_refuses_is_named_with_its_status() {
    for (answer, words) in [
        ("HTTP/1.1 403 Forbidden\r\n\r\n", "answered 403"),
        ("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "answered 502"),
        ("HTTP/1.0 400\r\n\r\n", "answered 400"),
        (
            "HTTP/1.1 407 -\r\nProxy-Authenticate: NTLM\r\nProxy-Authenticate: Negotiate\r\n\r\n",
            "wants a login (407), by NTLM, Negotiate",
        ),
        ("SSH-2.0-OpenSSH_9.2\r\n\r\n", "opens no connection to it"),
    ] {
        let (port, _) = refusing(answer);
        let error = with(&[("https_proxy", format!("127.0.0.1:{port}"))]).timestamp("dtr.invalid").unwrap_err();
        assert_eq!(error.to_string(), format!("https://dtr.invalid/v2/: the proxy http://127.0.0.1:{port} (https_proxy) {words}"));
    }
}

#[test]
fn a_proxy_that_is_not_there_is_not_taken_for_the_server() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for scheme in ["http", "https", "socks5"] {
        let error = with(&[("HTTPS_PROXY", format!("{scheme}://127.0.0.1:{port}"))]).timestamp("dtr.invalid").unwrap_err();
        assert!(matches!(&error, RemoteError::Proxy { fault, .. } if matches!(**fault, ProxyFault::Unreachable(_))), "{error:?}");
        let words = error.to_string();
        assert!(words.contains(&format!("://127.0.0.1:{port} (HTTPS_PROXY) is no way there: ")), "{words}");
        assert!(words.contains("is no way there: cannot connect") && !words.contains("underlying"), "{words}");
    }
}

#[test]
fn a_variable_that_names_no_proxy_is_refused_unless_the_server_is_excepted() {
    let world = with(&[("HTTPS_PROXY", "ftp://me:hunter2@p".to_owned())]);
    let error = world.timestamp("dtr.invalid").unwrap_err();
    let words = "dtr.invalid: HTTPS_PROXY names a proxy of the kind ftp, which is neither http, https nor socks5";
    assert!(matches!(error, RemoteError::Unusable(_)) && error.to_string() == words, "{error}");
    let world = with(&[("HTTPS_PROXY", "ftp://p".to_owned()), ("NO_PROXY", "*.invalid".to_owned())]);
    assert!(matches!(world.timestamp("dtr.invalid"), Err(RemoteError::Unreachable { .. })));
}

/// Passes bytes on, both ways.
fn join(client: TcpStream, server: TcpStream) {
    let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let upload = thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
    let (mut from, mut to) = (server, client);
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
    let _ = upload.join();
}

/// A SOCKS proxy (RFC 1928) with a login (RFC 1929), which looks every name up as 127.0.0.1; what it was asked for.
fn socks(code: u8) -> (u16, Arc<Mutex<String>>) {
    let asked = Arc::new(Mutex::new(String::new()));
    let record = Arc::clone(&asked);
    let port = tcp(move |mut stream| {
        let read = |stream: &mut TcpStream, n: usize| {
            let mut bytes = vec![0; n];
            stream.read_exact(&mut bytes).unwrap();
            bytes
        };
        let methods = read(&mut stream, 2)[1];
        read(&mut stream, methods.into());
        let _ = stream.write_all(&[5, 2]);
        let length = read(&mut stream, 2)[1];
        let user = read(&mut stream, length.into());
        let length = read(&mut stream, 1)[0];
        let password = read(&mut stream, length.into());
        let _ = stream.write_all(&[1, 0]);
        let kind = read(&mut stream, 4)[3];
        assert_eq!(kind, 3, "the name is looked up by the proxy");
        let length = read(&mut stream, 1)[0];
        let name = read(&mut stream, length.into());
        let port = u16::from_be_bytes(read(&mut stream, 2).try_into().unwrap());
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        *record.lock().unwrap() = format!("{}:{}@{}", text(user), text(password), text(name));
        let _ = stream.write_all(&[5, code, 0, 1, 127, 0, 0, 1, 0, 0]);
        if code == 0 {
            join(stream, TcpStream::connect(("127.0.0.1", port)).unwrap());
        }
    });
    (port, asked)
}

#[test]
fn a_socks_proxy_is_a_way_too() {
    let identity = crate::https::Identity::self_signed("DNS:dtr.invalid");
    let server = crate::https::Https::start(&identity, |_| reply(200, &[], "{}"));
    let host = server.host().replace("localhost", "dtr.invalid");
    let (port, asked) = socks(0);
    let world = with(&[("HTTPS_PROXY", format!("socks5://me:pw%40@127.0.0.1:{port}"))]);
    world.trust(&identity, &host);
    world.timestamp(&host).unwrap();
    assert_eq!(*asked.lock().unwrap(), "me:pw@@dtr.invalid");
    let (port, _) = socks(2);
    let error = with(&[("HTTPS_PROXY", format!("socks5://me:pw@127.0.0.1:{port}"))]).timestamp("dtr.invalid").unwrap_err();
    assert!(
        error.to_string().contains(&format!("the proxy socks5h://127.0.0.1:{port} (HTTPS_PROXY) is no way there: ")),
        "{error}"
    );
    assert!(!error.to_string().contains("pw"), "{error}");
}
