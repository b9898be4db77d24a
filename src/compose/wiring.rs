//! Chooses the ends behind the ports, and nobody else does.

mod logins;
pub(crate) mod notary;
mod of_settings;
pub(crate) mod passphrases;
mod pins;

use std::{
    collections::BTreeSet,
    ffi::OsString,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;

use self::{
    logins::{AskedFor, Undisturbed},
    of_settings::{permissions, tls, unreleased},
};
use crate::{
    config::settings::DctSettings,
    face::trace_words::TraceWords,
    options::engine::{EngineFlags, TlsFileFlags},
    term::{
        error::{CliError, os_words},
        prompter::Prompter,
        ui::Ui,
    },
};
use client::{
    ports::{Changelist, Decisions, Engine, EngineError, Events, Keys as _, trace::Trace},
    session::{RefuseUnreleased, Session},
};
use host::{
    docker::{
        credentials::DockerCredentials,
        engine_address::{DEFAULT_SOCKET, EngineNames},
        tls::TlsFolders,
    },
    engine::EngineApi,
    http::{Net, NetSettings, credential::Credentials, endpoint::Endpoint},
    keyfiles::key_folder::KeyFolder,
    notary::{NotaryServers, servers::Servers},
    registry::Registries,
    store::TrustFolder,
};
use trust::{
    model::{gun::Gun, image_name, key_name::KeyName},
    verify::pinning::TrustPinning,
};

pub(crate) use host::notary::Access;

/// What a command works on.
pub(crate) struct Wiring {
    store: TrustFolder,
    remote: NotaryServers,
    registry: Registries,
    net: Arc<Net>,
    keys: KeyFolder,
    pins: TrustPinning,
    unreleased: RefuseUnreleased,
    engine: EngineNames,
    timeout: Duration,
    trace: Option<Arc<dyn Trace>>,
    /// The registries of which a released content is signed again whatever they serve.
    signs_unserved: BTreeSet<String>,
}

/// Who is asked where Docker's configuration has no login for a server.
pub(crate) enum LoginPolicy {
    /// Nobody: the command goes on as anonymous.
    Never,
    /// The person, where one sits at a terminal.
    Ask(Arc<Prompter>),
}

/// What the face says of itself.
pub(crate) struct Face<'a> {
    /// The folder of Docker's configuration that a flag names.
    pub config_dir: Option<&'a Path>,
    /// Whose terminal a credential helper may use.
    pub ui: &'a Arc<Ui>,
    /// What flags say of the Docker Engine.
    pub engine: &'a EngineFlags,
    /// What the verb may do on the server.
    pub access: Access,
    /// Who is asked for a login.
    pub login: LoginPolicy,
}

impl Wiring {
    /// Reads the settings; nothing else is read or asked before a verb needs it.
    pub(crate) fn new(face: Face<'_>) -> Result<Self, CliError> {
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
            keys: KeyFolder::new(&config_dir.join("trust")),
            pins: pins::pins(&settings),
            unreleased: unreleased(&settings),
            engine: engine_names(config_dir, face.engine),
            timeout: settings.network.timeout,
            trace: trace(face.ui),
            signs_unserved: settings.registries().filter(|(_, set)| set.sign_unserved).map(|(host, _)| host.to_owned()).collect(),
        })
    }

    /// The ports, for one use case.
    #[must_use]
    pub(crate) fn session<'a>(&'a self, events: &'a dyn Events, decisions: &'a dyn Decisions, now: Timestamp) -> Session<'a> {
        Session {
            store: &self.store,
            remote: &self.remote,
            registry: &self.registry,
            accounts: &*self.net,
            keys: &self.keys,
            key_files: &self.keys,
            events,
            decisions,
            pins: &self.pins,
            unreleased: &self.unreleased,
            now,
        }
    }

    /// The staged changes, for the commands whose business they are: those of notary.
    #[must_use]
    pub(crate) fn changelist(&self) -> &dyn Changelist {
        &self.store
    }

    /// Whether a released content is signed again though the registry does not serve it, as the settings say.
    #[must_use]
    pub(crate) fn signs_unserved(&self, gun: &Gun) -> bool {
        self.signs_unserved.contains(gun.host())
    }

    /// The Docker Engine; none where none is configured and the usual socket is not there.
    pub(crate) fn engine(&self) -> Result<Option<Box<dyn Engine>>, EngineError> {
        let Some(found) = self.engine.find()? else { return Ok(None) };
        let endpoint = Endpoint::new(found.address, self.timeout)
            .map_err(|reason| EngineError::Unusable(format!("{} cannot be used as a Docker Engine: {reason}", found.host)))?;
        let version = variable("DOCKER_API_VERSION").map(|version| version.to_string_lossy().into_owned());
        Ok(Some(Box::new(EngineApi::new(endpoint.traced(self.trace.clone()), found.host, Arc::clone(&self.net), version))))
    }

    /// The same for what cannot be done without one.
    pub(crate) fn needed_engine(&self) -> Result<Box<dyn Engine>, EngineError> {
        self.engine()?.ok_or_else(|| {
            let cause = format!("there is no {}, and no other Engine is configured", self.engine.socket.display());
            let host = format!("unix://{}", self.engine.socket.display());
            EngineError::Unreachable { host, cause }
        })
    }

    /// What was noticed about key files on the way.
    #[must_use]
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.keys.warnings().iter().map(ToString::to_string).collect()
    }
}

/// What `DCT_SIGN_FROM` says: `engine` or `registry`.
pub(crate) fn sign_from() -> Result<Option<String>, CliError> {
    match variable("DCT_SIGN_FROM").map(|value| value.to_string_lossy().into_owned()) {
        Some(value) if !matches!(&*value, "engine" | "registry") => {
            Err(CliError::new(format!("DCT_SIGN_FROM is neither engine nor registry: {value}")).coded("unusable-setting"))
        }
        value => Ok(value),
    }
}

/// What is known on this machine while a command is typed: names alone, unverified, sorted. No server is asked, nothing is written, and what cannot
/// be read is passed over.
pub(crate) struct CompletionNames {
    store: TrustFolder,
    keys: KeyFolder,
}

impl CompletionNames {
    /// What lies in Docker's folder; nothing is read before it is asked for.
    #[must_use]
    pub(crate) fn new(config_dir_flag: Option<&Path>) -> Option<Self> {
        let trust = config_dir(config_dir_flag).ok()?.join("trust");
        Some(Self { keys: KeyFolder::new(&trust), store: TrustFolder::new(trust) })
    }

    /// The repositories with trust data.
    #[must_use]
    pub(crate) fn repositories(&self) -> Vec<String> {
        self.store.known_repositories().guns.iter().map(ToString::to_string).collect()
    }

    /// The signed tags of a repository, named in Docker's grammar.
    #[must_use]
    pub(crate) fn tags(&self, repository: &str) -> Vec<String> {
        let gun = image_name::repository(repository).ok();
        gun.map(|gun| self.store.known_names(&gun).tags.into_iter().collect()).unwrap_or_default()
    }

    /// The keys in the key store: their IDs, and the names that they are kept under.
    #[must_use]
    pub(crate) fn keys(&self) -> Vec<(String, String)> {
        let keys = self.keys.list().unwrap_or_default();
        keys.into_iter().map(|key| (key.id.to_string(), key.name.to_string())).collect()
    }

    /// The names of signers, and of the keys in the key store that are a signer's.
    #[must_use]
    pub(crate) fn signers(&self) -> Vec<String> {
        let keys = self.keys.list().unwrap_or_default();
        let own =
            keys.into_iter().map(|key| key.name).filter(|name| !matches!(name, KeyName::Role(_))).map(|name| name.to_string());
        let guns = self.store.known_repositories().guns;
        let others = guns.iter().flat_map(|gun| self.store.known_names(gun).signers);
        own.chain(others).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// The time, once a command.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "this is where the one `now` comes from")]
pub(crate) fn now() -> Timestamp {
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
    let folder = folder.ok_or_else(|| {
        CliError::new("no home folder is known")
            .coded("unusable-setting")
            .hinted("name Docker's folder in DOCKER_CONFIG or --config")
    })?;
    std::path::absolute(&folder).map_err(|error| CliError::new(format!("{}: {}", folder.display(), os_words(&error))))
}

fn servers(settings: &DctSettings) -> Result<Servers, CliError> {
    let mut servers = Servers::default();
    for (registry, set) in settings.registries() {
        if let Some(server) = &set.server {
            servers = servers
                .for_registry(registry, server)
                .map_err(|error| CliError::new(error.to_string()).coded("unusable-setting"))?;
        }
    }
    if let Some(server) = variable("DOCKER_CONTENT_TRUST_SERVER") {
        servers = servers
            .for_all(&server.to_string_lossy())
            .map_err(|error| CliError::new(error.to_string()).coded("unusable-setting"))?;
    }
    Ok(servers)
}

fn settings() -> Result<DctSettings, CliError> {
    match DctSettings::path() {
        Some(path) => DctSettings::load(&path).map_err(|error| CliError::new(error.to_string()).coded("unusable-setting")),
        None => Ok(DctSettings::default()),
    }
}

fn network(settings: &DctSettings) -> NetSettings {
    NetSettings {
        timeout: settings.network.timeout,
        permissions: permissions(settings),
        cache_dir: variable("DCT_CACHE_DIR").map(PathBuf::from).or_else(|| dirs::cache_dir().map(|folder| folder.join("dct"))),
        ..NetSettings::default()
    }
}

fn net(settings: &DctSettings, config_dir: &Path, tls: TlsFolders, ui: &Arc<Ui>, login: LoginPolicy) -> Net {
    let docker = Undisturbed { docker: DockerCredentials::new(config_dir.to_owned()), ui: Arc::clone(ui) };
    let credentials: Box<dyn Credentials> = match login {
        LoginPolicy::Never => Box::new(docker),
        LoginPolicy::Ask(prompter) => Box::new(AskedFor { docker, prompter }),
    };
    Net::new(network(settings), credentials, Box::new(tls)).traced(trace(ui))
}

/// Who is told of each request, where a person wants to know.
fn trace(ui: &Arc<Ui>) -> Option<Arc<dyn Trace>> {
    ui.is_debugging().then(|| Arc::new(TraceWords { ui: Arc::clone(ui) }) as Arc<dyn Trace>)
}
