//! A person's Docker configuration in a temporary folder, and the ends of the ports over it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use client::ports::{
    Bytes, FileRef, NotaryRemote, RemoteError,
    trace::{Exchange, Trace},
};
use host::{
    docker::{
        credentials::DockerCredentials,
        tls::{CaFile, TlsFolders},
    },
    http::{Net, NetSettings},
    notary::{Access, NotaryServers, servers::Servers},
    registry::Registries,
};
use trust::model::gun::Gun;

use crate::https::{Https, Identity};

pub(crate) const LOCAL: &str = "DNS:localhost,IP:127.0.0.1";

/// Keeps what a trace is told.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<Exchange>>>);

impl Trace for Recorder {
    fn exchanged(&self, exchange: &Exchange) {
        self.0.lock().unwrap().push(exchange.clone());
    }
}

impl Recorder {
    pub(crate) fn told(&self) -> Vec<Exchange> {
        self.0.lock().unwrap().clone()
    }
}

/// A configuration folder; each `net()` is a new process as far as the stack can tell.
pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) settings: NetSettings,
    pub(crate) server: Option<String>,
    /// CA files of the settings.
    pub(crate) ca_files: BTreeMap<String, CaFile>,
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings =
            NetSettings { timeout: Duration::from_secs(5), cache_dir: Some(folder.path().join("cache")), ..NetSettings::default() };
        Self { folder, settings, server: None, ca_files: BTreeMap::new() }
    }

    /// One that trusts a CA for hosts.
    pub(crate) fn trusting(ca: &Identity, hosts: &[&str]) -> Self {
        let world = Self::new();
        for host in hosts {
            world.trust(ca, host);
        }
        world
    }

    pub(crate) fn trust(&self, ca: &Identity, host: &str) {
        fs::create_dir_all(self.tls(host)).unwrap();
        fs::write(self.tls(host).join("ca.crt"), &ca.certificate).unwrap();
    }

    pub(crate) fn tls(&self, host: &str) -> PathBuf {
        self.folder.path().join("docker/tls").join(host)
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes Docker's config.json.
    pub(crate) fn config(self, json: &str) -> Self {
        fs::create_dir_all(self.folder.path().join("docker")).unwrap();
        fs::write(self.folder.path().join("docker/config.json"), json).unwrap();
        self
    }

    pub(crate) fn net(&self) -> Arc<Net> {
        let docker = self.folder.path().join("docker");
        let credentials = DockerCredentials::new(docker.clone());
        let tls = TlsFolders { folders: vec![docker.join("tls")], ca_files: self.ca_files.clone() };
        Arc::new(Net::new(self.settings.clone(), Box::new(credentials), Box::new(tls)))
    }

    pub(crate) fn notary(&self, access: Access) -> NotaryServers {
        let servers = match &self.server {
            Some(server) => Servers::default().for_all(server).unwrap(),
            None => Servers::default(),
        };
        NotaryServers::new(self.net(), servers, access)
    }

    pub(crate) fn registries(&self) -> Registries {
        Registries::new(self.net())
    }

    /// Fetches the timestamp of `<host>/prod/nginx`.
    pub(crate) fn timestamp(&self, host: &str) -> Result<Bytes, RemoteError> {
        self.notary(Access::Read).fetch_all(&gun(host), &[FileRef::Timestamp]).pop().unwrap()
    }
}

pub(crate) fn gun(host: &str) -> Gun {
    Gun::parse(&format!("{host}/prod/nginx")).unwrap()
}

/// A world that trusts a server started with `handler` under both its names.
pub(crate) fn with_server(
    handler: impl Fn(&crate::https::Request) -> crate::https::Reply + Send + Sync + 'static,
) -> (World, Https) {
    let identity = Identity::self_signed(LOCAL);
    let server = Https::start(&identity, handler);
    let world = World::trusting(&identity, &[&server.host(), &server.address()]);
    (world, server)
}
