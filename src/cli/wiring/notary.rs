//! The adapters of the face `notary`.

use std::{path::Path, sync::Arc};

use super::{Access, EngineFlags, Login, Settings, Wiring, config_dir, engine_names, net};
use crate::{
    adapters::{
        keys::key_files::KeyFiles,
        notary::{NotaryServers, servers::Servers},
        registry::Registries,
        store::TrustFolder,
    },
    cli::{
        error::{CliError, os_words},
        notary::flags::GlobalFlags,
        ui::Ui,
    },
    tuf::pinning::TrustPinning,
};

/// The server where none is named.
const SERVER: &str = "https://notary-server:4443";

/// What the face `notary` says of itself.
pub struct NotaryFace<'a> {
    /// The flags of every command.
    pub flags: &'a GlobalFlags,
    /// Where it prints.
    pub ui: &'a Arc<Ui>,
    /// What the command may do on the server.
    pub access: Access,
    /// Who is asked for a login.
    pub login: Login,
}

impl Wiring {
    /// Reads the configuration; nothing else is read or asked before a command needs it.
    pub fn for_notary(face: NotaryFace<'_>) -> Result<Self, CliError> {
        let settings = match Settings::path() {
            Some(path) => Settings::load(&path).map_err(|error| CliError::new(error.to_string()))?,
            None => Settings::default(),
        };
        let trust_dir = match &face.flags.trust_dir {
            Some(folder) => folder.clone(),
            None => dirs::home_dir().map(|home| home.join(".notary")).ok_or_else(|| CliError::new("no home folder is known"))?,
        };
        let trust_dir = absolute(&trust_dir)?;
        let config_dir = config_dir(None)?;
        let net = Arc::new(net(&settings, &config_dir, face.ui, face.login));
        let server = face.flags.server.as_deref().filter(|server| !server.is_empty()).unwrap_or(SERVER);
        let servers = Servers::default().for_all(server).map_err(|error| CliError::new(error.to_string()))?;
        Ok(Self {
            store: TrustFolder::new(trust_dir.clone()),
            remote: NotaryServers::new(Arc::clone(&net), servers, face.access),
            registry: Registries::new(Arc::clone(&net)),
            net,
            keys: KeyFiles::new(&trust_dir),
            pins: TrustPinning::default(),
            engine: engine_names(config_dir, &EngineFlags::default()),
            timeout: settings.network.timeout,
        })
    }
}

fn absolute(path: &Path) -> Result<std::path::PathBuf, CliError> {
    std::path::absolute(path).map_err(|error| CliError::new(format!("{}: {}", path.display(), os_words(&error))))
}
