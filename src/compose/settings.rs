//! The settings of a command, put together above the verbs: each with where it was said. A flag comes before a variable, that before the files.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use crate::{
    config::settings::DctSettings,
    options::{
        engine::{EngineFlags, TlsFileFlags},
        setting::Setting,
    },
    term::{
        error::{CliError, os_words},
        ui::Ui,
    },
};
use host::docker::engine_address::{DEFAULT_SOCKET, EngineNames};

/// What a command was told by flags, the environment and our own file.
pub(crate) struct Settings {
    /// The folder of Docker's configuration: that of `--config`, else of `DOCKER_CONFIG`, else `~/.docker`.
    pub(crate) docker_folder: Setting<PathBuf>,
    /// The Notary server of all repositories (`DOCKER_CONTENT_TRUST_SERVER`).
    pub(crate) server: Option<Setting<String>>,
    /// The folder of what is remembered of token servers; none where no such folder is known.
    pub(crate) cache_folder: Option<Setting<PathBuf>>,
    /// Where the content of an image is taken from (`DCT_SIGN_FROM`).
    sign_from: Option<Setting<String>>,
    /// What names the Docker Engine.
    engine: EngineSettings,
    /// Our own file.
    pub(crate) file: DctSettings,
}

/// What names the Docker Engine, and the way to it.
struct EngineSettings {
    host: Option<Setting<String>>,
    context: Option<Setting<String>>,
    tls: Option<Setting<String>>,
    cert_path: Option<Setting<PathBuf>>,
    api_version: Option<Setting<String>>,
    tls_files: TlsFileFlags,
}

impl Settings {
    /// Reads the environment and our own file; `docker_folder` and `engine` are what flags say.
    pub(crate) fn read(docker_folder: Option<&Path>, engine: &EngineFlags) -> Result<Self, CliError> {
        let cache = || dirs::cache_dir().map(|folder| Setting::default(folder.join("dct")));
        Ok(Self {
            docker_folder: self::docker_folder(docker_folder)?,
            server: text("DOCKER_CONTENT_TRUST_SERVER"),
            cache_folder: variable("DCT_CACHE_DIR").map(|set| set.map(PathBuf::from)).or_else(cache),
            sign_from: text("DCT_SIGN_FROM"),
            engine: EngineSettings::read(engine),
            file: of_file()?,
        })
    }

    /// Where the content of an image is taken from where no flag says it: `engine` or `registry`.
    pub(crate) fn sign_from(&self) -> Result<Option<&str>, CliError> {
        match &self.sign_from {
            Some(Setting { value, origin }) if !matches!(&**value, "engine" | "registry") => {
                Err(unusable(format!("{origin} is neither engine nor registry: {value}")))
            }
            set => Ok(set.as_ref().map(|set| &*set.value)),
        }
    }

    /// What names the Docker Engine.
    pub(crate) fn engine_names(&self) -> EngineNames {
        let EngineSettings { host, context, tls, cert_path, tls_files, .. } = &self.engine;
        let TlsFileFlags { ca, certificate, key } = tls_files.clone();
        EngineNames {
            config_dir: self.docker_folder.value.clone(),
            host: Setting::value_of(host.as_ref()),
            context: Setting::value_of(context.as_ref()),
            tls: Setting::value_of(tls.as_ref()),
            cert_path: Setting::value_of(cert_path.as_ref()),
            tls_files: [ca, certificate, key],
            socket: PathBuf::from(DEFAULT_SOCKET),
        }
    }

    /// The version of its API that the Engine is to be asked in.
    pub(crate) fn engine_api(&self) -> Option<String> {
        Setting::value_of(self.engine.api_version.as_ref())
    }

    /// What counts, for a person who debugs.
    pub(crate) fn shown(&self) -> Vec<(String, Setting<String>)> {
        let EngineSettings { host, context, tls, cert_path, api_version, tls_files: _ } = &self.engine;
        let settings = [
            ("docker-folder", Some(self.docker_folder.shown())),
            ("server", self.server.clone()),
            ("sign-from", self.sign_from.clone()),
            ("engine", host.clone()),
            ("engine-context", context.clone()),
            ("engine-tls", tls.clone()),
            ("engine-certificates", cert_path.as_ref().map(Setting::shown)),
            ("engine-api", api_version.clone()),
        ];
        let settings = settings.into_iter().filter_map(|(name, set)| Some((name.to_owned(), set?)));
        settings.chain(self.shared_shown()).collect()
    }

    /// The same of what counts under the name `notary` too.
    pub(crate) fn shared_shown(&self) -> Vec<(String, Setting<String>)> {
        let cache = self.cache_folder.iter().map(|set| ("cache-folder".to_owned(), set.shown()));
        cache.chain(self.file.written()).collect()
    }
}

impl EngineSettings {
    fn read(flags: &EngineFlags) -> Self {
        let text = |name| flags.setting(name, variable).map(lossy);
        Self {
            host: text("DOCKER_HOST"),
            context: text("DOCKER_CONTEXT"),
            tls: text("DOCKER_TLS_VERIFY").or_else(|| text("DOCKER_TLS")),
            cert_path: variable("DOCKER_CERT_PATH").map(|set| set.map(PathBuf::from)),
            api_version: self::text("DOCKER_API_VERSION"),
            tls_files: flags.tls_files.clone(),
        }
    }
}

/// A setting that cannot be used.
pub(crate) fn unusable(words: impl Into<String>) -> CliError {
    CliError::new(words).coded("unusable-setting")
}

/// Docker's folder alone, for who needs nothing else.
pub(crate) fn docker_folder(flag: Option<&Path>) -> Result<Setting<PathBuf>, CliError> {
    let flag = flag.map(|folder| Setting::of_flag("--config", folder.to_owned()));
    let named = flag.or_else(|| variable("DOCKER_CONFIG").map(|set| set.map(PathBuf::from)));
    let usual = || dirs::home_dir().map(|home| Setting::default(home.join(".docker")));
    let Setting { value, origin } = named
        .or_else(usual)
        .ok_or_else(|| unusable("no home folder is known").hinted("name Docker's folder in DOCKER_CONFIG or --config"))?;
    let absolute = std::path::absolute(&value);
    let value = absolute.map_err(|error| CliError::new(format!("{}: {}", value.display(), os_words(&error))))?;
    Ok(Setting { value, origin })
}

/// A variable of the environment; one that is set but empty counts as not set, as with Docker.
pub(crate) fn variable(name: &'static str) -> Option<Setting<OsString>> {
    let value = std::env::var_os(name).filter(|value| !value.is_empty())?;
    Some(Setting::of_variable(name, value))
}

/// The same as a text.
pub(crate) fn text(name: &'static str) -> Option<Setting<String>> {
    variable(name).map(lossy)
}

fn lossy(set: Setting<OsString>) -> Setting<String> {
    set.map(|value| value.to_string_lossy().into_owned())
}

fn of_file() -> Result<DctSettings, CliError> {
    let Some(path) = DctSettings::path() else { return Ok(DctSettings::default()) };
    DctSettings::load(&path).map_err(|error| unusable(error.to_string()))
}

/// Tells a person who debugs what counts, a line each: `setting server=https://… (DOCKER_CONTENT_TRUST_SERVER)`. What stands before an `@` may be a
/// password. Of anybody else nothing is put together.
pub(crate) fn tell(ui: &Ui, settings: impl FnOnce() -> Vec<(String, Setting<String>)>) {
    if !ui.is_debugging() {
        return;
    }
    for (name, Setting { value, origin }) in settings() {
        let value = if value.contains('@') { "(not shown: it may hold a password)" } else { &value };
        ui.debug(&format!("setting {name}={value} ({origin})"));
    }
}
