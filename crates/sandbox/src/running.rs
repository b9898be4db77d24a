//! A sandbox from its start to its end: the server, and the folder that programs find it by.

use std::{path::PathBuf, sync::Arc};

use hyper::body::Bytes;
use jiff::Timestamp;

use super::{
    certificates::Authority,
    environment::Variable,
    error::{StartError, at},
    folder::{self, Folder},
    home::{self, Furnishing},
    images,
    notary::TrustEndpoint,
    registry::RegistryEndpoint,
    server::{self, Endpoints, Server},
    shelf::{self, Shelf},
    tokens::Tokens,
};

/// How a sandbox is made.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The folder that keeps everything for the next time. None: a temporary one, and all state in memory.
    pub folder: Option<PathBuf>,
    /// The port on loopback. None: that of the last time, or any that is free.
    pub port: Option<u16>,
    /// What the folder is furnished with.
    pub furnishing: Furnishing,
}

/// A running sandbox; dropped, it ends, and a temporary folder goes.
#[derive(Debug)]
pub struct Sandbox {
    // ends before the folder goes
    _server: Server,
    host: String,
    environment: Vec<Variable>,
    folder: Folder,
}

impl Sandbox {
    /// Starts one.
    pub fn start(options: &Options, now: Timestamp) -> Result<Self, StartError> {
        let folder = match &options.folder {
            Some(named) => folder::keep(named)?,
            None => folder::temporary()?,
        };
        let shelf = match &folder.state {
            Some(state) => Shelf::in_folder(state).map_err(at(state))?,
            None => Shelf::in_memory(),
        };
        let (listener, port) = listen(&shelf, &folder, options.port)?;
        let (host, shelf) = (format!("localhost:{port}"), Arc::new(shelf));
        images::preload(&shelf)?;
        let authority = Authority::new(now)?;
        let endpoints = Endpoints {
            tokens: Tokens::new(&host, Arc::clone(&shelf)),
            trust: TrustEndpoint::new(Arc::clone(&shelf)),
            registry: RegistryEndpoint::new(shelf),
        };
        let environment = home::furnish(&folder.path, &host, &authority, &options.furnishing)?;
        let server = Server::start(listener, &authority.server()?, endpoints).map_err(StartError::Server)?;
        Ok(Self { _server: server, host, environment, folder })
    }

    /// `localhost:PORT`, the beginning of every image's name.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The folder with the authority's certificate, the client bundles and Docker's configuration.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        &self.folder.path
    }

    /// The variables that lead programs to the sandbox.
    #[must_use]
    pub fn environment(&self) -> &[Variable] {
        &self.environment
    }
}

/// The port of the last time, where there was one: the names of trust data have it in them.
fn listen(shelf: &Shelf, folder: &Folder, asked: Option<u16>) -> Result<(std::net::TcpListener, u16), StartError> {
    let record = shelf::name(["port"]);
    let spoiled = || StartError::Spoiled { folder: folder.path.display().to_string() };
    let read = |bytes: Bytes| std::str::from_utf8(&bytes).ok()?.parse::<u16>().ok();
    let kept = shelf.get(&record).map(|bytes| read(bytes).ok_or_else(spoiled)).transpose()?;
    if let (Some(kept), Some(asked)) = (kept, asked)
        && kept != asked
        && asked != 0
    {
        return Err(StartError::OtherPort { folder: folder.path.display().to_string(), kept, asked });
    }
    let wanted = kept.or(asked).unwrap_or(0);
    let (listener, port) = server::listen(wanted).map_err(|error| StartError::Port { port: wanted, error })?;
    shelf.put(vec![(record, Bytes::from(port.to_string()))]).map_err(at(&folder.path))?;
    Ok((listener, port))
}
