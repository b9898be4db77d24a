//! Chooses the adapters behind the ports, and nobody else does.

mod logins;
pub mod notary;
mod of_settings;
mod pins;

use std::{
    collections::BTreeSet,
    ffi::OsString,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use zeroize::Zeroizing;

use self::{
    logins::{AskedFor, Undisturbed},
    of_settings::{permissions, tls, unreleased},
};
use crate::{
    config::settings::Settings,
    options::engine::{EngineFlags, TlsFileFlags},
    passphrases::{
        flags::{NewPassphraseFlags, PassphraseFlags},
        prompt::Prompter,
        source::{Answer, Place, Sources},
    },
    term::{
        error::{CliError, os_words, without_error_numbers},
        ui::Ui,
    },
};
use client::{
    ports::{Changelist, Engine, EngineError, Events, KeyStore as _},
    session::{Session, Unreleased},
};
use host::{
    docker::{
        credentials::DockerCredentials,
        engine_address::{DEFAULT_SOCKET, EngineNames},
        reference,
        tls::TlsFolders,
    },
    engine::EngineApi,
    http::{Net, NetSettings, credential::Credentials, endpoint::Endpoint},
    keyfiles::{
        key_files::KeyFiles,
        key_out,
        key_source::{self, KeySourceError},
        public_key_out,
    },
    notary::{NotaryServers, servers::Servers},
    passphrases,
    registry::Registries,
    store::TrustFolder,
};
use trust::{
    model::{gun::Gun, image::Image, role::RoleName},
    verify::pinning::TrustPinning,
};

pub use host::{
    keyfiles::{key_source::Exposure, public_key_in::read as read_public_key, public_key_out::PublicKeyOut},
    notary::Access,
};

/// What a command works on.
pub struct Wiring {
    store: TrustFolder,
    remote: NotaryServers,
    registry: Registries,
    net: Arc<Net>,
    keys: KeyFiles,
    pins: TrustPinning,
    unreleased: Unreleased,
    engine: EngineNames,
    timeout: Duration,
    /// The registries of which a released content is signed again whatever they serve.
    signs_unserved: BTreeSet<String>,
}

/// Who is asked where Docker's configuration has no login for a server.
pub enum Login {
    /// Nobody: the command goes on as anonymous.
    Never,
    /// The person, where one sits at a terminal.
    Ask(Arc<Prompter>),
}

/// What the face says of itself.
pub struct Face<'a> {
    /// The folder of Docker's configuration that a flag names.
    pub config_dir: Option<&'a Path>,
    /// Whose terminal a credential helper may use.
    pub ui: &'a Arc<Ui>,
    /// What flags say of the Docker Engine.
    pub engine: &'a EngineFlags,
    /// What the verb may do on the server.
    pub access: Access,
    /// Who is asked for a login.
    pub login: Login,
}

impl Wiring {
    /// Reads the settings; nothing else is read or asked before a verb needs it.
    pub fn new(face: Face<'_>) -> Result<Self, CliError> {
        let settings = settings()?;
        let config_dir = config_dir(face.config_dir)?;
        let servers = servers(&settings)?;
        let tls = tls(&settings, &servers, &config_dir);
        let net = Arc::new(net(&settings, &config_dir, tls, face.ui, face.login));
        Ok(Self {
            store: TrustFolder::new(config_dir.join("trust")),
            remote: NotaryServers::new(Arc::clone(&net), servers, face.access),
            registry: Registries::new(Arc::clone(&net)),
            net,
            keys: KeyFiles::new(&config_dir.join("trust")),
            pins: pins::pins(&settings),
            unreleased: unreleased(&settings),
            engine: engine_names(config_dir, face.engine),
            timeout: settings.network.timeout,
            signs_unserved: settings.registries().filter(|(_, set)| set.sign_unserved).map(|(host, _)| host.to_owned()).collect(),
        })
    }

    /// The ports, for one use case.
    #[must_use]
    pub fn session<'a>(&'a self, events: &'a dyn Events, prompter: &'a Prompter, now: Timestamp) -> Session<'a> {
        Session {
            store: &self.store,
            remote: &self.remote,
            registry: &self.registry,
            accounts: &*self.net,
            keys: &self.keys,
            events,
            decisions: prompter,
            pins: &self.pins,
            unreleased: &self.unreleased,
            now,
        }
    }

    /// The staged changes, for the commands whose business they are: those of notary.
    #[must_use]
    pub fn changelist(&self) -> &dyn Changelist {
        &self.store
    }

    /// Reads an argument that names an image, in Docker's grammar.
    pub fn image(&self, typed: &str) -> Result<Image, CliError> {
        reference::image(typed).map_err(|error| CliError::new(error.to_string()))
    }

    /// What `DCT_SIGN_FROM` says: `engine` or `registry`.
    pub fn sign_from(&self) -> Result<Option<String>, CliError> {
        match variable("DCT_SIGN_FROM").map(|value| value.to_string_lossy().into_owned()) {
            Some(value) if !matches!(&*value, "engine" | "registry") => {
                Err(CliError::new(format!("DCT_SIGN_FROM is neither engine nor registry: {value}")))
            }
            value => Ok(value),
        }
    }

    /// Whether a released content is signed again though the registry does not serve it, as the settings say.
    #[must_use]
    pub fn signs_unserved(&self, gun: &Gun) -> bool {
        self.signs_unserved.contains(gun.host())
    }

    /// A repository's name as Docker shows it to people.
    #[must_use]
    pub fn familiar<'a>(&self, gun: &'a Gun) -> &'a str {
        reference::familiar(gun)
    }

    /// The Docker Engine; none where none is configured and the usual socket is not there.
    pub fn engine(&self) -> Result<Option<Box<dyn Engine>>, EngineError> {
        let Some(found) = self.engine.find()? else { return Ok(None) };
        let endpoint = Endpoint::new(found.address, self.timeout)
            .map_err(|reason| EngineError::Unusable(format!("{} cannot be used as a Docker Engine: {reason}", found.host)))?;
        let version = variable("DOCKER_API_VERSION").map(|version| version.to_string_lossy().into_owned());
        Ok(Some(Box::new(EngineApi::new(endpoint, found.host, Arc::clone(&self.net), version))))
    }

    /// The same for what cannot be done without one.
    pub fn needed_engine(&self) -> Result<Box<dyn Engine>, EngineError> {
        self.engine()?.ok_or_else(|| {
            let cause = format!("there is no {}, and no other Engine is configured", self.engine.socket.display());
            let host = format!("unix://{}", self.engine.socket.display());
            EngineError::Unreachable { host, cause }
        })
    }

    /// Reads an argument that names a repository, in Docker's grammar.
    pub fn repository(&self, typed: &str) -> Result<Gun, CliError> {
        reference::repository(typed).map_err(|error| CliError::new(error.to_string()))
    }

    /// Reads a file that a private key is to be loaded from.
    pub fn read_private_key(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>, CliError> {
        key_source::read(path).map_err(|error| {
            let file = path.display();
            let words = CliError::new(format!("refusing to load key from {file}: {error}"));
            match error {
                KeySourceError::OpenToOthers(_) => words.hinted(format!("chmod 600 {file}")),
                _ => words,
            }
        })
    }

    /// Reads a file that private keys are to be imported from, and whether others may read it too.
    pub fn read_private_keys(&self, path: &Path) -> Result<(Zeroizing<Vec<u8>>, Exposure), CliError> {
        key_source::read_whoever_may(path).map_err(|error| CliError::new(error.to_string()))
    }

    /// The same, in place of a file that is there.
    pub fn write_key_over(&self, file: &Path, text: &str) -> Result<(), CliError> {
        key_out::write_over(file, text).map_err(|error| CliError::new(without_error_numbers(&error.to_string())))
    }

    /// Whether something has the name that the file of a public key is to have.
    #[must_use]
    pub fn is_taken(&self, file: &Path) -> bool {
        public_key_out::is_taken(file)
    }

    /// Writes a public key, which stays where it is kept in the end.
    pub fn write_public_key(&self, file: &Path, pem: &str) -> std::io::Result<PublicKeyOut> {
        PublicKeyOut::write(file, pem)
    }

    /// Writes a key that leaves the store into a new file.
    pub fn write_key(&self, file: &Path, text: &str) -> Result<(), CliError> {
        key_out::write_new(file, text).map_err(|error| CliError::new(without_error_numbers(&error.to_string())))
    }

    /// What was noticed about key files on the way.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        self.keys.warnings().iter().map(ToString::to_string).collect()
    }
}

/// What is known on this machine while a command is typed: names alone, unverified, sorted. No server is asked, nothing is written, and what cannot
/// be read is passed over.
pub struct Known {
    store: TrustFolder,
    keys: KeyFiles,
}

impl Known {
    /// What lies in Docker's folder; nothing is read before it is asked for.
    #[must_use]
    pub fn new(config_dir_flag: Option<&Path>) -> Option<Self> {
        let trust = config_dir(config_dir_flag).ok()?.join("trust");
        Some(Self { keys: KeyFiles::new(&trust), store: TrustFolder::new(trust) })
    }

    /// The repositories with trust data.
    #[must_use]
    pub fn repositories(&self) -> Vec<String> {
        self.store.known_repositories().guns.iter().map(ToString::to_string).collect()
    }

    /// The signed tags of a repository, named in Docker's grammar.
    #[must_use]
    pub fn tags(&self, repository: &str) -> Vec<String> {
        let gun = reference::repository(repository).ok();
        gun.map(|gun| self.store.known_names(&gun).tags.into_iter().collect()).unwrap_or_default()
    }

    /// The keys in the key store: their IDs, and the names that they are kept under.
    #[must_use]
    pub fn keys(&self) -> Vec<(String, String)> {
        let keys = self.keys.list().unwrap_or_default();
        keys.into_iter().map(|key| (key.id.to_string(), key.role)).collect()
    }

    /// The names of signers, and of the keys in the key store that are a signer's.
    #[must_use]
    pub fn signers(&self) -> Vec<String> {
        let keys = self.keys.list().unwrap_or_default();
        let own = keys.into_iter().map(|key| key.role).filter(|role| RoleName::parse(role).is_err());
        let guns = self.store.known_repositories().guns;
        let others = guns.iter().flat_map(|gun| self.store.known_names(gun).signers);
        own.chain(others).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// What answers for passphrases: flags and the environment.
pub fn passphrases(flags: &PassphraseFlags, new: Option<&NewPassphraseFlags>) -> Result<Sources, CliError> {
    let read = |number| passphrases::from_descriptor(number).map_err(|error| error.to_string());
    let sources = Sources::new(Box::new(|name| std::env::var_os(name)), Box::new(read_passphrase));
    Ok(sources.with_flags(flags.source(&read)?, new.map(|new| new.source(&read)).transpose()?.flatten()))
}

fn read_passphrase(place: &Place, role: &str, key: &str) -> Result<Answer, String> {
    match place {
        Place::Text(text) => Ok(Answer { text: text.clone(), warning: None }),
        Place::File(path) => passphrases::from_file(path).map(|file| Answer { text: file.text, warning: file.warning }),
        Place::Command(line) => passphrases::from_command(line, role, key).map(|text| Answer { text, warning: None }),
    }
    .map_err(|error| error.to_string())
}

/// The time, once a command.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "this is where the one `now` comes from")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// What flags and the environment say of the Engine, and Docker's folder.
fn engine_names(config_dir: PathBuf, flags: &EngineFlags) -> EngineNames {
    let text = |name| flags.variable(name, variable).map(|value| value.to_string_lossy().into_owned());
    let TlsFileFlags { ca, certificate, key } = flags.tls_files.clone();
    EngineNames {
        config_dir,
        host: text("DOCKER_HOST"),
        context: text("DOCKER_CONTEXT"),
        tls: text("DOCKER_TLS_VERIFY").or_else(|| text("DOCKER_TLS")),
        cert_path: variable("DOCKER_CERT_PATH").map(PathBuf::from),
        tls_files: [ca, certificate, key],
        socket: PathBuf::from(DEFAULT_SOCKET),
    }
}

/// A variable of the environment; one that is set but empty counts as not set, as with Docker.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Docker's folder: the flag's, else that of `DOCKER_CONFIG`, else `~/.docker`.
fn config_dir(flag: Option<&Path>) -> Result<PathBuf, CliError> {
    let named = flag.map(Path::to_owned).or_else(|| variable("DOCKER_CONFIG").map(PathBuf::from));
    let folder = named.or_else(|| dirs::home_dir().map(|home| home.join(".docker")));
    let folder = folder
        .ok_or_else(|| CliError::new("no home folder is known").hinted("name Docker's folder in DOCKER_CONFIG or --config"))?;
    std::path::absolute(&folder).map_err(|error| CliError::new(format!("{}: {}", folder.display(), os_words(&error))))
}

fn servers(settings: &Settings) -> Result<Servers, CliError> {
    let mut servers = Servers::default();
    for (registry, set) in settings.registries() {
        if let Some(server) = &set.server {
            servers = servers.for_registry(registry, server).map_err(|error| CliError::new(error.to_string()))?;
        }
    }
    if let Some(server) = variable("DOCKER_CONTENT_TRUST_SERVER") {
        servers = servers.for_all(&server.to_string_lossy()).map_err(|error| CliError::new(error.to_string()))?;
    }
    Ok(servers)
}

fn settings() -> Result<Settings, CliError> {
    match Settings::path() {
        Some(path) => Settings::load(&path).map_err(|error| CliError::new(error.to_string())),
        None => Ok(Settings::default()),
    }
}

fn network(settings: &Settings) -> NetSettings {
    NetSettings {
        timeout: settings.network.timeout,
        permissions: permissions(settings),
        cache_dir: variable("DCT_CACHE_DIR").map(PathBuf::from).or_else(|| dirs::cache_dir().map(|folder| folder.join("dct"))),
        ..NetSettings::default()
    }
}

fn net(settings: &Settings, config_dir: &Path, tls: TlsFolders, ui: &Arc<Ui>, login: Login) -> Net {
    let docker = Undisturbed { docker: DockerCredentials::new(config_dir.to_owned()), ui: Arc::clone(ui) };
    let credentials: Box<dyn Credentials> = match login {
        Login::Never => Box::new(docker),
        Login::Ask(prompter) => Box::new(AskedFor { docker, prompter }),
    };
    Net::new(network(settings), credentials, Box::new(tls))
}
