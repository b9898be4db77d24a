//! A server without TLS, as notary may be told of one: it is spoken to, and sees no credentials.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use client::ports::{FileRef, NotaryRemote as _, RemoteError};
use host::{
    http::{
        Net, NetSettings,
        credential::{Credential, CredentialError, Credentials, Found, Secret},
        named_tls::NamedTlsFiles,
    },
    notary::{Access, Account, NotaryServers, servers::Servers},
};

use crate::world::gun;

/// Has a login for every server, and says so at once.
pub(crate) struct Eager;

impl Credentials for Eager {
    fn for_registry(&self, _: &str) -> Result<Option<Found>, CredentialError> {
        let password = Secret::new("hunter2".to_owned()).unwrap();
        Ok(Some(Found { credential: Credential::Basic { user: "jeff".to_owned(), password }, source: "the test".to_owned() }))
    }
}

/// Answers every request alike; the address, and all lines that it was sent.
fn serve(answer: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, lines) = (listener.local_addr().unwrap().to_string(), Arc::new(Mutex::new(Vec::new())));
    let kept = Arc::clone(&lines);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) <= 2 {
                    break;
                }
                kept.lock().unwrap().push(line.trim().to_owned());
            }
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (address, lines)
}

fn timestamp_of(address: &str) -> Result<Vec<u8>, RemoteError> {
    let net = Net::new(NetSettings::default(), Box::new(Eager), Box::new(NamedTlsFiles::default()));
    let servers = Servers::of_notary(&format!("http://{address}"));
    let notary = NotaryServers::new(Arc::new(net), servers, Access::Read).with_account(Account::OfServer);
    notary.fetch_all(&gun("dtr.example.com"), &[FileRef::Timestamp]).pop().unwrap().map(|bytes| bytes.to_vec())
}

#[test]
fn a_server_that_wants_no_login_is_read() {
    let (address, lines) = serve("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
    assert_eq!(timestamp_of(&address).unwrap(), b"{}");
    let lines = lines.lock().unwrap();
    assert!(lines.iter().any(|line| line.starts_with("GET /v2/dtr.example.com/prod/nginx/_trust/tuf/timestamp.json ")));
    assert!(lines.iter().all(|line| !line.to_lowercase().starts_with("authorization")), "{lines:?}");
}

#[test]
fn a_server_that_wants_one_gets_none() {
    for challenge in ["Basic realm=\"x\"", "Bearer realm=\"https://127.0.0.1:1/token\",service=\"x\""] {
        let answer =
            format!("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: {challenge}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        let (address, lines) = serve(answer.leak());
        let error = timestamp_of(&address).unwrap_err().to_string();
        assert!(error.ends_with("it wants credentials, which are not sent over http"), "{error}");
        let lines = lines.lock().unwrap();
        assert!(lines.iter().all(|line| !line.to_lowercase().starts_with("authorization")), "{lines:?}");
    }
}
