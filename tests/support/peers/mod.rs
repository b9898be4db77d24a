//! The real peers, for tests: `notary-server` with `notary-signer`, `docker-registry`, a token server, and nginx in front of them under one
//! host name, as in a Docker Trusted Registry; and homes in which the real `docker` and `notary` clients run beside `dct`.
#![allow(
    dead_code,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "each target uses its own part; a test fails by panicking"
)]

pub(crate) mod dockerd;
pub(crate) mod engine;
pub(crate) mod front;
pub(crate) mod home;
pub(crate) mod http;
pub(crate) mod images;
pub(crate) mod latency;
pub(crate) mod mariadb;
pub(crate) mod openssl;
pub(crate) mod ports;
pub(crate) mod process;
pub(crate) mod programs;
pub(crate) mod token;

use std::{
    ffi::OsStr,
    fs,
    net::TcpStream,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Value, json};

use front::{Backends, Front, Request};
use images::Images;
use latency::Latency;
use mariadb::MariaDb;
use openssl::ServerCerts;
use ports::PortLease;
use process::Server;
use token::TokenServer;

/// A running set of servers of one test; dropped, they end, and their folder goes.
pub(crate) struct Peers {
    // The order is that of the fall: the front first, the folder last.
    front: Front,
    _registry: Server,
    notary: Server,
    _signer: Server,
    database: Option<MariaDb>,
    latency: Latency,
    tokens: TokenServer,
    registry_port: PortLease,
    _ports: [PortLease; 3],
    certs: ServerCerts,
    folder: tempfile::TempDir,
}

/// A point in the front's log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark(usize);

impl Peers {
    /// Starts the servers for a test that runs the clients too. None, said aloud, where one of the programs is not installed.
    pub(crate) fn start() -> Option<Self> {
        let needed: Vec<&str> = programs::SERVERS.iter().chain(&programs::CLIENTS).copied().collect();
        programs::installed(&needed).then(|| Self::start_installed(|_| None))
    }

    /// The same, with MariaDB behind the Notary server and the signer.
    pub(crate) fn start_with_mariadb() -> Option<Self> {
        let needed: Vec<&str> = [&programs::SERVERS[..], &programs::CLIENTS, &mariadb::PROGRAMS].concat();
        programs::installed(&needed).then(|| Self::start_installed(|folder| Some(MariaDb::start(folder))))
    }

    fn start_installed(database: impl Fn(&Path) -> Option<MariaDb>) -> Self {
        let folder = tempfile::Builder::new().prefix("dct-peers-").tempdir().expect("a temporary folder");
        let here = folder.path();
        let database = database(here);
        let memory = || json!({"backend": "memory"});
        let server_storage = database.as_ref().map_or_else(memory, MariaDb::of_server);
        let signer_storage = database.as_ref().map_or_else(memory, MariaDb::of_signer);
        let certs = ServerCerts::make(here);
        let tokens = TokenServer::start(&certs.token_key, &certs.token_cert);
        let (front_port, signer_port, notary_port, registry_port) =
            (ports::lease(), ports::lease(), ports::lease(), ports::lease());
        let auth = json!({
            "realm": format!("https://localhost:{}/token", front_port.number),
            "service": token::SERVICE, "issuer": token::ISSUER, "rootcertbundle": certs.ca,
        });
        let mut signer = start_signer(here, signer_port.number, &certs, &signer_storage);
        let mut registry = start_registry(here, registry_port.number, &auth);
        signer.wait_until(|| TcpStream::connect(("127.0.0.1", signer_port.number)).is_ok());
        let mut notary = start_notary(here, notary_port.number, signer_port.number, &certs, &auth, &server_storage);
        let latency = Latency::before(notary_port.number);
        let backends = Backends { notary: latency.port, registry: registry_port.number, token: tokens.port };
        let front = Front::start(here, front_port.number, ports::lease(), &certs, &backends);
        registry
            .wait_until(|| http::request(registry_port.number, "GET", "/v2/", &[], b"").is_ok_and(|answer| answer.status == 401));
        notary.wait_until(|| {
            http::request(notary_port.number, "GET", "/_notary_server/health", &[], b"").is_ok_and(|answer| answer.status == 200)
        });
        let leases = [front_port, signer_port, notary_port];
        Self {
            front,
            _registry: registry,
            notary,
            _signer: signer,
            database,
            latency,
            tokens,
            registry_port,
            _ports: leases,
            certs,
            folder,
        }
    }

    /// The one host name with its port: `localhost:PORT`.
    pub(crate) fn host(&self) -> String {
        format!("localhost:{}", self.front.port())
    }

    /// The same as a URL.
    pub(crate) fn url(&self) -> String {
        format!("https://{}", self.host())
    }

    /// The reference of a repository, or of a tag in it, on these servers: `localhost:PORT/NAME`.
    pub(crate) fn image(&self, name: &str) -> String {
        format!("{}/{name}", self.host())
    }

    /// The CA of the front's certificate, a PEM file.
    pub(crate) fn ca(&self) -> &Path {
        &self.certs.ca
    }

    /// The certificates that the servers serve: for an Engine, and its client.
    pub(crate) fn server_certs(&self) -> &ServerCerts {
        &self.certs
    }

    /// A folder of the test, for client bundles and the like.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.folder.path().join("test").join(name)
    }

    /// Puts images into the registry.
    pub(crate) fn images(&self) -> Images<'_> {
        Images { registry: self.registry_port.number, tokens: &self.tokens }
    }

    /// Now, in the front's log.
    pub(crate) fn mark(&self) -> Mark {
        Mark(self.front.requests().len())
    }

    /// The requests since then: method, path and status.
    pub(crate) fn requests_since(&self, mark: Mark) -> Vec<(String, String, u16)> {
        self.wire_since(mark).into_iter().map(|request| (request.method, request.path, request.status)).collect()
    }

    /// The same with protocol and connection.
    pub(crate) fn wire_since(&self, mark: Mark) -> Vec<Request> {
        self.front.requests().split_off(mark.0)
    }

    /// Every request to the Notary server takes this much longer from now on.
    pub(crate) fn delay_notary(&self, delay: Duration) {
        self.latency.set(delay);
    }

    /// What the token server was asked so far.
    pub(crate) fn token_requests(&self) -> Vec<token::TokenRequest> {
        self.tokens.requests()
    }

    /// The database behind the Notary server, where there is one.
    pub(crate) fn database(&self) -> Option<&MariaDb> {
        self.database.as_ref()
    }

    /// The logs of the Notary server and of the front, for a failure's message.
    pub(crate) fn logs(&self) -> String {
        format!("notary-server:\n{}\nnginx:\n{}", self.notary.log(), self.front.log())
    }
}

/// A Notary server by itself, without TLS and open to everyone, as a developer runs one.
pub(crate) struct OpenNotary {
    _server: Server,
    port: PortLease,
    _folder: tempfile::TempDir,
}

impl OpenNotary {
    /// Starts it. None, said aloud, where one of the programs is not installed.
    pub(crate) fn start() -> Option<Self> {
        if !programs::installed(&["notary-server", "notary"]) {
            return None;
        }
        let folder = tempfile::Builder::new().prefix("dct-open-").tempdir().expect("a temporary folder");
        let port = ports::lease();
        let config = json!({
            "server": {"http_addr": format!("127.0.0.1:{}", port.number)},
            "trust_service": {"type": "local"},
            "storage": {"backend": "memory"},
        });
        let mut server = start_notary_program("notary-server", folder.path(), &config, &[]);
        server.wait_until(|| TcpStream::connect(("127.0.0.1", port.number)).is_ok());
        Some(Self { _server: server, port, _folder: folder })
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port.number)
    }
}

fn start_signer(folder: &Path, port: u16, certs: &ServerCerts, storage: &Value) -> Server {
    let config = json!({
        "server": {
            "grpc_addr": format!("127.0.0.1:{port}"),
            "tls_cert_file": certs.cert, "tls_key_file": certs.key, "client_ca_file": certs.ca,
        },
        "storage": storage,
        "logging": {"level": "info"},
    });
    let aliases = [("NOTARY_SIGNER_DEFAULT_ALIAS", "test"), ("NOTARY_SIGNER_TEST", "signer passphrase")];
    start_notary_program("notary-signer", folder, &config, &aliases)
}

fn start_notary(folder: &Path, port: u16, signer: u16, certs: &ServerCerts, auth: &Value, storage: &Value) -> Server {
    let config = json!({
        "server": {"http_addr": format!("127.0.0.1:{port}")},
        "trust_service": {
            "type": "remote", "hostname": "127.0.0.1", "port": signer.to_string(), "key_algorithm": "ecdsa",
            "tls_ca_file": certs.ca, "tls_client_cert": certs.cert, "tls_client_key": certs.key,
        },
        "storage": storage,
        "auth": {"type": "token", "options": auth},
        "logging": {"level": "info"},
    });
    start_notary_program("notary-server", folder, &config, &[])
}

pub(crate) fn start_notary_program(name: &str, folder: &Path, config: &Value, envs: &[(&str, &str)]) -> Server {
    let file = folder.join(format!("{name}.json"));
    fs::write(&file, config.to_string()).expect("the folder is writable");
    Server::start(name, &[OsStr::new("-config"), file.as_os_str()], envs, folder)
}

fn start_registry(folder: &Path, port: u16, auth: &Value) -> Server {
    let config = json!({
        "version": 0.1,
        "log": {"level": "info"},
        "storage": {"filesystem": {"rootdirectory": folder.join("registry")}, "delete": {"enabled": true}},
        "http": {"addr": format!("127.0.0.1:{port}")},
        "auth": {"token": auth},
    });
    // JSON is YAML.
    let file = folder.join("registry.yml");
    fs::write(&file, config.to_string()).expect("the folder is writable");
    Server::start("docker-registry", &[OsStr::new("serve"), file.as_os_str()], &[], folder)
}
