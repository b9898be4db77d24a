//! The Notary server's endpoints, below `<server>/v2/<GUN>/_trust/tuf/`.

mod answer;
mod multipart;
pub mod servers;

use std::{sync::Arc, time::Instant};

use self::servers::Servers;
use crate::http::{Ask, HttpAnswer, Method, Net};
use client::{
    in_parallel::in_parallel,
    ports::{Asked, Bytes, FileRef, NotaryRemote, RemoteError, Service},
};
use trust::model::{gun::Gun, role::RoleName};

/// Longest root, in bytes: its length is not known before it is read.
const MAX_ROOT: u64 = 4 << 20;

/// Longest timestamp, in bytes (Notary's `MaxTimestampSize`).
const MAX_TIMESTAMP: u64 = 1 << 20;

/// Longest other file, in bytes, whatever its parent lists (Notary's `MaxDownloadSize`).
const MAX_FILE: u64 = 100 << 20;

/// Longest public key, in bytes.
const MAX_KEY: u64 = 256 << 10;

/// Longest answer to an upload or a removal, in bytes; it says nothing.
const MAX_RECEIPT: u64 = 64 << 10;

/// Most requests that are under way together.
const MAX_WORKERS: usize = 16;

/// What a command may do on the server: the actions that its tokens are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read (`pull`).
    Read,
    /// Read and publish (`pull,push`).
    Write,
    /// Rotate the server's keys, and delete (`*`).
    Admin,
}

impl Access {
    fn actions(self) -> &'static str {
        match self {
            Self::Read => "pull",
            Self::Write => "pull,push",
            Self::Admin => "*",
        }
    }
}

/// Whose credentials are shown to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// Those for the registry of the repository, as with Docker.
    OfRegistry,
    /// Those for the server itself, as with notary, whose repositories belong to no registry.
    OfServer,
}

/// The Notary servers of a command.
pub struct NotaryServers {
    net: Arc<Net>,
    servers: Servers,
    access: Access,
    account: Account,
}

impl NotaryServers {
    /// Servers chosen by `servers`, asked over `net` with no more than `access`.
    #[must_use]
    pub fn new(net: Arc<Net>, servers: Servers, access: Access) -> Self {
        Self { net, servers, access, account: Account::OfRegistry }
    }

    /// With other credentials.
    #[must_use]
    pub fn with_account(self, account: Account) -> Self {
        Self { account, ..self }
    }

    fn send(
        &self,
        begun: Instant,
        gun: &Gun,
        method: Method,
        name: &str,
        content: Option<(String, Bytes)>,
        limit: u64,
    ) -> Result<HttpAnswer, RemoteError> {
        let api = self.servers.of(gun)?;
        let path = format!("{gun}/_trust/tuf/{name}");
        let scope = format!("repository:{gun}:{}", self.access.actions());
        let server = api.host();
        let registry = match self.account {
            Account::OfRegistry => gun.host(),
            Account::OfServer => &server,
        };
        self.net.send(&Ask {
            service: Service::Notary,
            api: &api,
            method,
            path: &path,
            accept: None,
            content,
            limit,
            registry,
            scope: &scope,
            begun,
        })
    }

    /// Asks for each item, many at a time.
    fn each<T: Sync>(
        &self,
        gun: &Gun,
        items: &[T],
        ask: impl Fn(&T) -> Result<Bytes, RemoteError> + Sync,
    ) -> Vec<Result<Bytes, RemoteError>> {
        let unanswered = |_| Err(RemoteError::Unusable(format!("the question to {} was not answered", self.address(gun))));
        in_parallel(items, MAX_WORKERS, ask).into_iter().map(|answer| answer.unwrap_or_else(unanswered)).collect()
    }

    fn fetch(&self, begun: Instant, gun: &Gun, file: &FileRef) -> Result<Bytes, RemoteError> {
        let (name, limit) = match file {
            FileRef::CurrentDelegation(role) => (format!("{role}.json"), MAX_FILE),
            FileRef::CurrentRoot => ("root.json".to_owned(), MAX_ROOT),
            FileRef::RootVersion(version) => (format!("{version}.root.json"), MAX_ROOT),
            FileRef::Timestamp => ("timestamp.json".to_owned(), MAX_TIMESTAMP),
            FileRef::TimestampVersion(version) => (format!("{version}.timestamp.json"), MAX_TIMESTAMP),
            FileRef::TargetsVersion(role, version) => (format!("{version}.{role}.json"), MAX_FILE),
            FileRef::Hashed { role, length, .. } if *length > MAX_FILE => {
                let reason = format!("{role} is listed with {length} bytes, more than the {MAX_FILE} bytes that are allowed");
                return Err(RemoteError::BadAnswer { asked: Asked::server(Service::Notary, self.address(gun)), reason });
            }
            FileRef::Hashed { role, sha256, length } => (format!("{role}.{sha256}.json"), *length),
        };
        let answer = self.send(begun, gun, Method::Get, &name, None, limit)?;
        let asked = answer.asked.clone();
        let body = answer::file(answer)?;
        match file {
            FileRef::Hashed { length, .. } if body.len() as u64 != *length => {
                let reason = format!("the file is {} bytes long, and not {length} as its parent says", body.len());
                Err(RemoteError::BadAnswer { asked, reason })
            }
            _ => Ok(body),
        }
    }
}

impl NotaryRemote for NotaryServers {
    fn address(&self, gun: &Gun) -> String {
        self.servers.of(gun).map_or_else(|_| format!("https://{}", gun.host()), |api| api.to_string())
    }

    fn fetch_all(&self, gun: &Gun, files: &[FileRef]) -> Vec<Result<Bytes, RemoteError>> {
        let begun = Instant::now();
        self.each(gun, files, |file| self.fetch(begun, gun, file))
    }

    fn server_keys(&self, gun: &Gun, roles: &[RoleName]) -> Vec<Result<Bytes, RemoteError>> {
        let begun = Instant::now();
        self.each(gun, roles, |role| {
            answer::server_key(self.send(begun, gun, Method::Get, &format!("{role}.key"), None, MAX_KEY)?)
        })
    }

    fn rotate_server_key(&self, gun: &Gun, role: &RoleName) -> Result<Bytes, RemoteError> {
        answer::server_key(self.send(Instant::now(), gun, Method::Post, &format!("{role}.key"), None, MAX_KEY)?)
    }

    fn publish(&self, gun: &Gun, files: &[(RoleName, Bytes)]) -> Result<(), RemoteError> {
        answer::receipt(self.send(Instant::now(), gun, Method::Post, "", Some(multipart::form(files)), MAX_RECEIPT)?)
    }

    fn delete(&self, gun: &Gun) -> Result<(), RemoteError> {
        // Notary answers 200 for a repository that it lacks (server/handlers/default.go); a 404 is another server's
        answer::receipt(self.send(Instant::now(), gun, Method::Delete, "", None, MAX_RECEIPT)?)
    }
}
