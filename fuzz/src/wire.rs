//! What servers answer, heard over a loopback connection where no parser can be reached without one.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, OnceLock, PoisonError},
    thread,
    time::Duration,
};

use client::ports::{Engine as _, NotaryRemote as _, RemoteError};
use host::{
    engine::EngineApi,
    http::{
        Net, NetSettings,
        credential::{CredentialError, Credentials, Found},
        endpoint::{Address, Endpoint},
        named_tls::NamedTlsFiles,
        server_error as errors,
    },
    notary::{Access, NotaryServers, servers::Servers},
};
use trust::model::{digest::Sha256, file_ref::FileRef, role::RoleName, tag::Tag};
use url::Url;

use crate::forge::forge;

/// A server that says the same to whoever asks.
struct Server {
    port: u16,
    answer: Arc<Mutex<Vec<u8>>>,
    /// One input at a time.
    turn: Mutex<()>,
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let answer = Arc::new(Mutex::new(Vec::new()));
        let said = Arc::clone(&answer);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answer = said.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let _ = speak(stream, &answer);
            }
        });
        Server { port, answer, turn: Mutex::new(()) }
    })
}

fn speak(mut stream: TcpStream, answer: &[u8]) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let (mut asked, mut piece) = (Vec::new(), [0; 4096]);
    while !asked.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut piece)? {
            0 => return Ok(()),
            // a TLS handshake has no such end, and no answer
            _ if asked.is_empty() && !piece.first().is_some_and(u8::is_ascii_uppercase) => return Ok(()),
            read => asked.extend_from_slice(piece.get(..read).unwrap_or_default()),
        }
    }
    stream.write_all(answer)
}

/// Nobody has logged in.
struct Nobody;

impl Credentials for Nobody {
    fn for_registry(&self, _: &str) -> Result<Option<Found>, CredentialError> {
        Ok(None)
    }
}

fn net() -> Arc<Net> {
    let settings = NetSettings { timeout: Duration::from_secs(5), ..NetSettings::default() };
    Arc::new(Net::new(settings, Box::new(Nobody), Box::new(NamedTlsFiles::default())))
}

fn notary() -> NotaryServers {
    NotaryServers::new(net(), Servers::of_notary(&format!("http://127.0.0.1:{}", server().port)), Access::Write)
}

fn answering<T>(status: u16, header: &str, body: &[u8], ask: impl FnOnce() -> T) -> T {
    let server = server();
    let _turn = server.turn.lock().unwrap_or_else(PoisonError::into_inner);
    let head = format!("HTTP/1.1 {status} X\r\nConnection: close\r\n{header}Content-Length: {}\r\n\r\n", body.len());
    *server.answer.lock().unwrap_or_else(PoisonError::into_inner) = [head.as_bytes(), body].concat();
    ask()
}

/// A server's words stand on one line, and are short.
pub(crate) fn server_error(body: &[u8]) {
    let _ = errors::parse(body);
    let Some(words) = errors::summary(body) else { return };
    assert!(!words.is_empty() && words.chars().count() <= 300 && !words.chars().any(char::is_control));
}

/// The first byte chooses the status. A body is given back as it came, or refused in words.
pub(crate) fn notary_answer(bytes: &[u8]) {
    let Some((choice, body)) = bytes.split_first() else { return };
    let statuses = [200, 200, 200, 400, 400, 404, 403, 500, 503, 418];
    let status = statuses.iter().cycle().nth(usize::from(*choice)).copied().unwrap_or(200);
    let forge = forge();
    answering(status, "", body, || {
        let notary = notary();
        let wanted = FileRef::Hashed { role: RoleName::targets(), sha256: Sha256::of(body), length: body.len() as u64 };
        for answer in
            notary.fetch_all(&forge.gun, &[wanted]).into_iter().chain(notary.server_keys(&forge.gun, &[RoleName::timestamp()]))
        {
            told(answer.map(|file| assert!(*file == *body && status == 200)).err());
        }
        told(notary.publish(&forge.gun, &[(RoleName::targets(), body.into())]).err());
    });
}

/// What is told holds no byte that a terminal would act on.
fn told(error: Option<RemoteError>) {
    if let Some(error) = error {
        let words = error.to_string();
        assert!(!words.chars().any(char::is_control), "{words:?}");
    }
}

/// A header's value, in which `REALM` stands for an address of this machine. No other address is in it, so that nobody else is asked.
pub(crate) fn challenge(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if text.contains([':', '\r', '\n', '\0']) || !text.chars().all(|c| c == '\t' || !c.is_control()) {
        return;
    }
    let port = server().port;
    let header = format!("WWW-Authenticate: {}\r\n", text.replace("REALM", &format!("https://127.0.0.1:{port}/")));
    answering(401, &header, b"", || {
        let answers = notary().fetch_all(&forge().gun, &[FileRef::Timestamp]);
        assert!(answers.iter().all(Result::is_err), "nothing was given");
        for answer in answers {
            told(answer.err());
        }
    });
}

/// A push reports one digest or none.
pub(crate) fn engine_stream(bytes: &[u8]) {
    let url = Url::parse(&format!("http://127.0.0.1:{}", server().port)).expect("a URL");
    answering(200, "Api-Version: 1.41\r\n", bytes, || {
        let endpoint = Endpoint::new(Address::Plain(url), Duration::from_secs(5)).expect("an endpoint");
        let engine = EngineApi::new(endpoint, "tcp://127.0.0.1".to_owned(), net(), Some("1.41".to_owned()));
        let tag = Tag::parse("1").expect("a tag");
        let pushed = engine.push(&forge().gun, &tag, &|progress| drop(progress.clone()));
        let pulled = engine.pull(&forge().gun, Sha256::of(b"x"), None, &|_| {});
        for error in [pushed.err(), pulled.err()].into_iter().flatten() {
            let words = error.to_string();
            assert!(!words.chars().any(char::is_control), "{words:?}");
        }
    });
}
