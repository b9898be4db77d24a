//! A Notary server with MariaDB behind it and nothing before it: no TLS, no tokens, and its snapshot and timestamp keys in its memory. For what happens
//! between its database and those who publish at the same moment.

use std::path::Path;

use client::ports::{Asked, Bytes, ConnectFault, FileRef, NotaryRemote, RemoteError, Service, StatusFacts};
use serde_json::json;
use trust::model::{gun::Gun, role::RoleName};

use crate::memory::wire_name;
use crate::support::{
    http,
    mariadb::{self, MariaDb},
    ports::{self, PortLease},
    process::Server,
    programs, start_notary_program,
};

/// The server; dropped, it ends, and its folder goes.
pub(crate) struct LoneServer {
    _server: Server,
    _database: MariaDb,
    port: PortLease,
    _folder: tempfile::TempDir,
}

impl LoneServer {
    /// Starts one. None, said aloud, where one of the programs is not installed.
    pub(crate) fn start() -> Option<Self> {
        let needed: Vec<&str> = ["notary-server"].into_iter().chain(mariadb::PROGRAMS).collect();
        programs::installed(&needed).then(Self::start_installed)
    }

    fn start_installed() -> Self {
        let folder = tempfile::Builder::new().prefix("dct-notary-").tempdir().expect("a temporary folder");
        let (database, port) = (MariaDb::start(folder.path()), ports::lease());
        let mut server = start(folder.path(), port.number, &database);
        server.wait_until(|| {
            http::request(port.number, "GET", "/_notary_server/health", &[], b"").is_ok_and(|answer| answer.status == 200)
        });
        Self { _server: server, _database: database, port, _folder: folder }
    }

    fn ask(&self, method: &str, gun: &Gun, name: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Bytes, RemoteError> {
        let url = format!("/v2/{gun}/_trust/tuf/{name}");
        let answer = http::request(self.port.number, method, &url, headers, body);
        let url = Asked::request(Service::Notary, url);
        let answer = answer.map_err(|error| RemoteError::Unreachable {
            asked: url.clone(),
            fault: ConnectFault::Other,
            cause: error.to_string(),
        })?;
        let said = String::from_utf8_lossy(&answer.body).into_owned();
        match answer.status {
            200 => Ok(answer.body.into()),
            404 => Err(RemoteError::NotFound { asked: url }),
            400 if said.contains("VERSION") => Err(RemoteError::Conflict { asked: url, message: said }),
            400 => Err(RemoteError::Rejected { asked: url, message: said }),
            status => Err(RemoteError::Status {
                asked: url,
                status,
                facts: Box::new(StatusFacts { said: Some(said), ..StatusFacts::default() }),
            }),
        }
    }
}

fn start(folder: &Path, port: u16, database: &MariaDb) -> Server {
    let config = json!({
        "server": {"http_addr": format!("127.0.0.1:{port}")},
        "trust_service": {"type": "local", "key_algorithm": "ecdsa"},
        "storage": database.of_server(),
        "logging": {"level": "error"},
    });
    start_notary_program("notary-server", folder, &config, &[])
}

impl NotaryRemote for LoneServer {
    fn address(&self, _: &Gun) -> String {
        format!("http://127.0.0.1:{}", self.port.number)
    }

    fn fetch_all(&self, gun: &Gun, files: &[FileRef]) -> Vec<Result<Bytes, RemoteError>> {
        files.iter().map(|file| self.ask("GET", gun, &wire_name(file), &[], b"")).collect()
    }

    fn server_keys(&self, gun: &Gun, roles: &[RoleName]) -> Vec<Result<Bytes, RemoteError>> {
        roles.iter().map(|role| self.ask("GET", gun, &format!("{role}.key"), &[], b"")).collect()
    }

    fn rotate_server_key(&self, gun: &Gun, role: &RoleName) -> Result<Bytes, RemoteError> {
        self.ask("POST", gun, &format!("{role}.key"), &[], b"")
    }

    fn publish(&self, gun: &Gun, files: &[(RoleName, Bytes)]) -> Result<(), RemoteError> {
        let mut form = Vec::new();
        for (role, bytes) in files {
            let head = format!("--part\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{role}\"\r\n\r\n");
            form.extend([head.as_bytes(), bytes, b"\r\n"].concat());
        }
        form.extend(b"--part--\r\n");
        self.ask("POST", gun, "", &[("Content-Type", "multipart/form-data; boundary=part")], &form).map(drop)
    }

    fn delete(&self, gun: &Gun) -> Result<(), RemoteError> {
        self.ask("DELETE", gun, "", &[], b"").map(drop)
    }
}
