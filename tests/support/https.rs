//! A small HTTPS server on loopback for tests: rustls, a thread for each connection, answers written byte for byte by the test.
//!
//! The certificates are made by the `openssl` program, so nothing of ours has a hand in what ours is to judge.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use rustls::{
    RootCertStore, ServerConfig, ServerConnection, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The method.
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// The headers, their names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// `METHOD target`
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }
}

/// Writes an answer; the connection is closed after it.
pub(crate) type Reply = Box<dyn FnOnce(&mut dyn Write) -> io::Result<()>>;

/// An answer with a status, headers (each a whole line) and a body.
pub(crate) fn reply(status: u16, headers: &[&str], body: impl Into<Vec<u8>>) -> Reply {
    let body = body.into();
    let mut bytes = format!("HTTP/1.1 {status} -\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
    for header in headers {
        bytes.push_str(header);
        bytes.push_str("\r\n");
    }
    let mut bytes = (bytes + "\r\n").into_bytes();
    bytes.extend(body);
    raw(bytes)
}

/// An answer byte for byte.
pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Reply {
    let bytes = bytes.into();
    Box::new(move |stream| stream.write_all(&bytes))
}

/// A head, and then a piece again and again, until the client goes away.
pub(crate) fn endless(head: &str, piece: Vec<u8>, pause: Duration) -> Reply {
    let head = head.to_owned();
    Box::new(move |stream| {
        stream.write_all(head.as_bytes())?;
        loop {
            stream.write_all(&piece)?;
            stream.flush()?;
            thread::sleep(pause);
        }
    })
}

/// What `openssl ca` needs to be told; it alone takes dates in the past.
pub(crate) const EXPIRED_CNF: &str = "[ca]\ndefault_ca=x\n[x]\nserial=serial.txt\ndatabase=index.txt\nnew_certs_dir=.\ndefault_md=sha256\npolicy=any\n[any]\n\
    commonName=supplied\n[server]\nsubjectAltName=DNS:localhost\nbasicConstraints=critical,CA:FALSE\n";

/// Runs `openssl` in a folder.
pub(crate) fn openssl(folder: &Path, args: &[&str]) {
    let output = Command::new("openssl").current_dir(folder).args(args).output().expect("openssl is installed");
    assert!(output.status.success(), "openssl {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A key and a certificate chain in PEM.
#[derive(Clone)]
pub(crate) struct Identity {
    /// The certificate.
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Identity {
    /// A self-signed certificate as Docker's documentation makes it: `openssl req -x509`, so `CA:TRUE`, for these names (`DNS:x`, `IP:y`).
    pub(crate) fn self_signed(names: &str) -> Self {
        Self::make(None, names, "CA:TRUE")
    }

    /// A CA's certificate for a server.
    pub(crate) fn issued_by(ca: &Self, names: &str) -> Self {
        Self::make(Some(ca), names, "CA:FALSE")
    }

    /// A self-signed certificate for `localhost` that ended in 2021.
    pub(crate) fn expired() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let fresh = Self::self_signed("DNS:localhost");
        fs::write(folder.path().join("key.pem"), &fresh.key).expect("a file");
        fs::write(folder.path().join("index.txt"), "").expect("a file");
        fs::write(folder.path().join("serial.txt"), "01").expect("a file");
        fs::write(folder.path().join("ca.cnf"), EXPIRED_CNF).expect("a file");
        let openssl = |args: &str| openssl(folder.path(), &args.split(' ').collect::<Vec<_>>());
        openssl("req -new -key key.pem -subj /CN=localhost -out request.pem");
        openssl(
            "ca -batch -config ca.cnf -selfsign -keyfile key.pem -in request.pem -out cert.pem -notext \
             -startdate 20200101000000Z -enddate 20210101000000Z -extensions server",
        );
        let certificate = fs::read_to_string(folder.path().join("cert.pem")).expect("openssl made it");
        Self { certificate, key: fresh.key }
    }

    fn make(ca: Option<&Self>, names: &str, constraints: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (names, constraints) = (format!("subjectAltName={names}"), format!("basicConstraints=critical,{constraints}"));
        let mut args = vec!["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        args.extend(["-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj", "/CN=Test"]);
        args.extend(["-addext", &names, "-addext", &constraints]);
        if let Some(ca) = ca {
            fs::write(folder.path().join("ca.pem"), &ca.certificate).expect("a CA");
            fs::write(folder.path().join("ca-key.pem"), &ca.key).expect("a CA's key");
            args.extend(["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-subj", "/CN=Leaf"]);
        }
        openssl(folder.path(), &args);
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("openssl made it");
        Self { certificate: read("cert.pem"), key: read("key.pem") }
    }

    /// Writes `client.cert` and `client.key` into a folder.
    pub(crate) fn write_client_pair(&self, folder: &Path) {
        fs::create_dir_all(folder).expect("a folder");
        fs::write(folder.join("client.cert"), &self.certificate).expect("a file");
        fs::write(folder.join("client.key"), &self.key).expect("a file");
    }

    fn server_config(&self, client_ca: Option<&Self>) -> ServerConfig {
        self.server_config_of(rustls::DEFAULT_VERSIONS, client_ca)
    }

    fn server_config_of(&self, versions: &[&'static rustls::SupportedProtocolVersion], client_ca: Option<&Self>) -> ServerConfig {
        let chain = CertificateDer::pem_slice_iter(self.certificate.as_bytes()).collect::<Result<_, _>>().expect("PEM");
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes()).expect("PEM");
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder =
            ServerConfig::builder_with_provider(Arc::clone(&provider)).with_protocol_versions(versions).expect("versions");
        let builder = match client_ca {
            None => builder.with_no_client_auth(),
            Some(ca) => {
                let mut roots = RootCertStore::empty();
                roots.add(CertificateDer::from_pem_slice(ca.certificate.as_bytes()).expect("PEM")).expect("a CA");
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().expect("a verifier");
                builder.with_client_cert_verifier(verifier)
            }
        };
        builder.with_single_cert(chain, key).expect("a certificate and its key")
    }
}

/// A running server. Its threads end with the test's process.
pub(crate) struct Https {
    ip: &'static str,
    port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Https {
    /// Serves with `handler` on a free port of 127.0.0.1.
    pub(crate) fn start(identity: &Identity, handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_with("127.0.0.1", identity.server_config(None), handler)
    }

    /// The same, with this version of TLS and no other.
    pub(crate) fn start_speaking(
        version: &'static rustls::SupportedProtocolVersion,
        identity: &Identity,
        handler: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start_with("127.0.0.1", identity.server_config_of(&[version], None), handler)
    }

    /// The same at another address of loopback, `127.0.0.2` say.
    pub(crate) fn start_at(
        ip: &'static str,
        identity: &Identity,
        handler: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start_with(ip, identity.server_config(None), handler)
    }

    /// The same for clients alone that show a certificate of a CA.
    pub(crate) fn start_mutual(
        identity: &Identity,
        client_ca: &Identity,
        handler: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start_with("127.0.0.1", identity.server_config(Some(client_ca)), handler)
    }

    fn start_with(ip: &'static str, config: ServerConfig, handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&requests);
        let config = Arc::new(config);
        let port = tcp_at(ip, move |stream| {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("a connection");
            let mut reader = BufReader::new(StreamOwned::new(connection, stream));
            let Ok(request) = read_request(&mut reader) else { return };
            record.lock().expect("no panic holds it").push(request.clone());
            let mut stream = reader.into_inner();
            if handler(&request)(&mut stream).is_ok() {
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        });
        Self { ip, port, requests }
    }

    /// `localhost:PORT`
    pub(crate) fn host(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// `127.0.0.1:PORT`: the same server under another name.
    pub(crate) fn address(&self) -> String {
        format!("{}:{}", self.ip, self.port)
    }

    /// All requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("no panic holds it").clone()
    }

    /// The lines of all requests so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.requests().iter().map(Request::line).collect()
    }
}

/// A server without TLS on a free port of 127.0.0.1: `serve` gets each connection in a thread of its own.
pub(crate) fn tcp(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    tcp_at("127.0.0.1", serve)
}

fn tcp_at(ip: &str, serve: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind((ip, 0)).expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = Arc::clone(&serve);
            thread::spawn(move || serve(stream));
        }
    });
    port
}

fn read_request(reader: &mut impl BufRead) -> io::Result<Request> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut request = Request { method, target, headers, body: Vec::new() };
    let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body)?;
    request.body = body;
    Ok(request)
}
