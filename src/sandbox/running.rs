//! A sandbox from its start to its end: the server, and the folder that programs find it by.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use hyper::body::Bytes;
use jiff::Timestamp;

use super::{
    certificates::Authority,
    environment::{self, Variable},
    error::{StartError, at},
    home::{self, Furnishing},
    images,
    registry::RegistryEndpoint,
    server::{self, Endpoints, Server},
    shelf::{self, Shelf},
    tokens::Tokens,
    trust::TrustEndpoint,
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
    folder: PathBuf,
    environment: Vec<Variable>,
    _temporary: Option<tempfile::TempDir>,
}

impl Sandbox {
    /// Starts one.
    pub fn start(options: &Options, now: Timestamp) -> Result<Self, StartError> {
        let (folder, temporary) = folder(options.folder.as_deref())?;
        let shelf = match temporary {
            Some(_) => Shelf::in_memory(),
            None => Shelf::in_folder(&folder.join("state")).map_err(at(&folder.join("state")))?,
        };
        let (listener, port) = listen(&shelf, &folder, options.port)?;
        let (host, shelf) = (format!("localhost:{port}"), Arc::new(shelf));
        images::preload(&shelf)?;
        let authority = Authority::new(now)?;
        let endpoints = Endpoints {
            tokens: Tokens::new(&host),
            trust: TrustEndpoint::new(Arc::clone(&shelf)),
            registry: RegistryEndpoint::new(shelf),
        };
        home::furnish(&folder, &host, &authority, &options.furnishing)?;
        let environment = environment::of(&folder, &host);
        let script = folder.join("env.sh");
        fs::write(&script, environment::script(&environment)).map_err(at(&script))?;
        let server = Server::start(listener, &authority.server()?, endpoints).map_err(StartError::Server)?;
        Ok(Self { _server: server, host, folder, environment, _temporary: temporary })
    }

    /// `localhost:PORT`, the beginning of every image's name.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The folder with the authority's certificate, the client bundles and Docker's configuration.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The variables that lead programs to the sandbox.
    #[must_use]
    pub fn environment(&self) -> &[Variable] {
        &self.environment
    }
}

fn folder(named: Option<&Path>) -> Result<(PathBuf, Option<tempfile::TempDir>), StartError> {
    if let Some(named) = named {
        let folder = std::path::absolute(named).map_err(at(named))?;
        home::private_folder(&folder)?;
        return Ok((folder, None));
    }
    let temporary = tempfile::Builder::new().prefix("dct-sandbox-").tempdir();
    let temporary = temporary.map_err(at(&std::env::temp_dir()))?;
    Ok((temporary.path().to_owned(), Some(temporary)))
}

/// The port of the last time, where there was one: the names of trust data have it in them.
fn listen(shelf: &Shelf, folder: &Path, asked: Option<u16>) -> Result<(std::net::TcpListener, u16), StartError> {
    let record = shelf::name(["port"]);
    let kept: Option<u16> = shelf.get(&record).and_then(|bytes| std::str::from_utf8(&bytes).ok()?.parse().ok());
    if let (Some(kept), Some(asked)) = (kept, asked)
        && kept != asked
        && asked != 0
    {
        return Err(StartError::OtherPort { folder: folder.display().to_string(), kept, asked });
    }
    let wanted = kept.or(asked).unwrap_or(0);
    let (listener, port) = server::listen(wanted).map_err(|error| StartError::Port { port: wanted, error })?;
    shelf.put(vec![(record, Bytes::from(port.to_string()))]).map_err(at(folder))?;
    Ok((listener, port))
}
