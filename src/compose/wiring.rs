//! Chooses the ends behind the ports, and nobody else does.

mod logins;
pub(crate) mod notary;
mod of_settings;
pub(crate) mod passphrases;
mod pins;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;

use self::{
    logins::{AskedFor, Undisturbed},
    of_settings::{permissions, tls, unreleased},
};
use super::settings::{Settings, docker_folder, text, unusable};
use crate::{
    face::trace_words::TraceWords,
    options::setting::Setting,
    term::{error::CliError, prompter::Prompter, ui::Ui},
};
use client::{
    ports::{Changelist, ConnectFault, Decisions, Engine, EngineError, Events, Keys as _, trace::Trace},
    session::{RefuseUnreleased, Session},
};
use host::{
    docker::{
        credentials::{DockerCredentials, VARIABLE},
        engine_address::DEFAULT_SOCKET,
        tls::TlsFolders,
    },
    engine::EngineApi,
    http::{Net, NetSettings, Proxies, credential::Credentials, endpoint::Endpoint},
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
    trace: Option<Arc<dyn Trace>>,
    settings: Settings,
}

/// Who is asked where Docker's configuration has no login for a server.
pub(crate) enum LoginPolicy {
    /// Nobody: the command goes on as anonymous.
    Never,
    /// The person, where one sits at a terminal.
    Ask(Arc<Prompter>),
}

/// What a command needs of its ends.
pub(crate) struct Needs<'a> {
    /// Whose terminal a credential helper may use.
    pub ui: &'a Arc<Ui>,
    /// What the verb may do on the server.
    pub access: Access,
    /// Who is asked for a login.
    pub login: LoginPolicy,
}

impl Wiring {
    /// Chooses the ends; nothing is read or asked before a verb needs it.
    pub(crate) fn new(settings: Settings, needs: Needs<'_>) -> Result<Self, CliError> {
        let config_dir = &settings.docker_folder.value;
        let servers = servers(&settings)?;
        let tls = tls(&settings.file, &servers, config_dir);
        let net = Arc::new(net(&settings, tls, needs.ui, needs.login));
        let trust = trust_folder(&settings.docker_folder);
        Ok(Self {
            keys: KeyFolder::new(&trust),
            store: TrustFolder::new(trust),
            remote: NotaryServers::new(Arc::clone(&net), servers, needs.access),
            registry: Registries::new(Arc::clone(&net)),
            net,
            pins: pins::pins(&settings.file),
            unreleased: unreleased(&settings.file),
            trace: trace(needs.ui),
            settings,
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

    /// The folder of the trust data.
    #[must_use]
    pub(crate) fn trust_folder(&self) -> PathBuf {
        trust_folder(&self.settings.docker_folder)
    }

    /// The staged changes, for the commands whose business they are: those of notary.
    #[must_use]
    pub(crate) fn changelist(&self) -> &dyn Changelist {
        &self.store
    }

    /// Whether a released content is signed again though the registry does not serve it, as the settings say.
    #[must_use]
    pub(crate) fn signs_unserved(&self, gun: &Gun) -> bool {
        self.settings.file.registries().any(|(host, set)| set.sign_unserved && host == gun.host())
    }

    /// The Docker Engine; none where none is configured and the usual socket is not there.
    pub(crate) fn engine(&self) -> Result<Option<Box<dyn Engine>>, EngineError> {
        let Some(found) = self.settings.engine_names().find()? else { return Ok(None) };
        let endpoint = Endpoint::new(found.address, self.settings.file.network.timeout)
            .map_err(|reason| EngineError::Unusable(format!("{} cannot be used as a Docker Engine: {reason}", found.host)))?;
        let (endpoint, version) = (endpoint.traced(self.trace.clone()), self.settings.engine_api());
        Ok(Some(Box::new(EngineApi::new(endpoint, found.host, Arc::clone(&self.net), version))))
    }

    /// The same for what cannot be done without one.
    pub(crate) fn needed_engine(&self) -> Result<Box<dyn Engine>, EngineError> {
        self.engine()?.ok_or_else(|| {
            let cause = format!("there is no {DEFAULT_SOCKET}, and no other Engine is configured");
            let host = format!("unix://{DEFAULT_SOCKET}");
            EngineError::Unreachable { host, fault: ConnectFault::Other, cause }
        })
    }

    /// What the command was told.
    #[must_use]
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What was noticed about key files on the way.
    #[must_use]
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.keys.warnings().iter().map(ToString::to_string).collect()
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
        let trust = trust_folder(&docker_folder(config_dir_flag).ok()?);
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

fn trust_folder(docker_folder: &Setting<PathBuf>) -> PathBuf {
    docker_folder.value.join("trust")
}

/// The time, once a command.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "this is where the one `now` comes from")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

fn servers(settings: &Settings) -> Result<Servers, CliError> {
    let mut servers = Servers::default();
    for (registry, set) in settings.file.registries() {
        if let Some(server) = &set.server {
            servers = servers.for_registry(registry, server).map_err(|error| unusable(error.to_string()))?;
        }
    }
    if let Some(server) = &settings.server {
        servers = servers.for_all(&server.value).map_err(|error| unusable(error.to_string()))?;
    }
    Ok(servers)
}

fn network(settings: &Settings) -> NetSettings {
    NetSettings {
        timeout: settings.file.network.timeout,
        proxies: Proxies::of_environment(|name| text(name).map(|set| set.value)),
        permissions: permissions(&settings.file),
        cache_dir: Setting::value_of(settings.cache_folder.as_ref()),
        ..NetSettings::default()
    }
}

fn net(settings: &Settings, tls: TlsFolders, ui: &Arc<Ui>, login: LoginPolicy) -> Net {
    let docker = DockerCredentials::new(settings.docker_folder.value.clone()).with_variable(text(VARIABLE).map(|set| set.value));
    let docker = Undisturbed { docker, ui: Arc::clone(ui) };
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
