//! The flags that Docker's command line has before the name of a plugin; as its plugin this program gets them all, with what follows.

use std::{ffi::OsString, path::PathBuf};

use clap::{Parser, Subcommand, ValueHint};

use crate::{
    options::{
        boolean::go_bool,
        engine::{EngineFlags, TlsFileFlags},
    },
    term::error::CliError,
};

/// Flags before the first word, and all that stands from there on.
#[derive(Debug, Parser)]
#[command(name = "docker", args_override_self = true, disable_help_flag = true, disable_help_subcommand = true)]
pub(crate) struct GlobalFlags {
    /// Folder of Docker's configuration and trust data (default: `DOCKER_CONFIG`, or ~/.docker)
    #[arg(long, allow_hyphen_values = true, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Global Options")]
    pub config: Option<PathBuf>,

    /// Context of Docker that names its Engine
    #[arg(short = 'c', long, value_name = "CONTEXT", help_heading = "Global Options")]
    pub context: Option<String>,

    /// Show each request, and the whole of an error
    #[arg(short = 'D', long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = go_bool, hide_default_value = true, value_name = "BOOL", help_heading = "Global Options")]
    pub debug: bool,

    /// Address of the Docker Engine
    #[arg(short = 'H', long, value_name = "ADDRESS", help_heading = "Global Options")]
    pub host: Vec<String>,

    /// How much is told: debug, info, warn, error or fatal
    #[arg(short = 'l', long, value_name = "LEVEL", help_heading = "Global Options")]
    pub log_level: Option<String>,

    /// Speak TLS to the Docker Engine
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = go_bool, value_name = "BOOL",
          help_heading = "Global Options")]
    pub tls: Option<bool>,

    /// Certificate of the authority that the Engine's certificate is of
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Global Options")]
    pub tlscacert: Option<PathBuf>,

    /// Certificate to show to the Engine
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Global Options")]
    pub tlscert: Option<PathBuf>,

    /// Private key of that certificate
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Global Options")]
    pub tlskey: Option<PathBuf>,

    /// Speak TLS to the Docker Engine; its certificate is always verified
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = go_bool, value_name = "BOOL",
          help_heading = "Global Options")]
    pub tlsverify: Option<bool>,

    /// Print the version
    #[arg(short = 'v', long, help_heading = "Global Options")]
    pub version: bool,

    /// Print help
    #[arg(short = 'h', long, help_heading = "Global Options")]
    pub help: bool,

    /// What follows.
    #[command(subcommand)]
    rest: Option<Rest>,
}

#[derive(Debug, Subcommand)]
enum Rest {
    #[command(external_subcommand)]
    Words(Vec<OsString>),
}

impl GlobalFlags {
    /// Takes out the first word that is no flag, and all behind it.
    pub(crate) fn take_words(&mut self) -> Vec<OsString> {
        match self.rest.take() {
            Some(Rest::Words(words)) => words,
            None => Vec::new(),
        }
    }

    /// What the flags say of the Engine; an error, in Docker's words, where they contradict each other.
    pub(crate) fn engine(&self) -> Result<EngineFlags, CliError> {
        let mut flags = EngineFlags::default();
        match (self.host.as_slice(), self.context.as_ref().filter(|context| !context.is_empty())) {
            ([], None) => {}
            ([], Some(context)) => flags.context(context),
            ([host], None) => flags.host(host),
            ([_], Some(_)) => return Err(CliError::new("conflicting options: cannot specify both --host and --context")),
            _ => return Err(CliError::new("Specify only one -H")),
        }
        // as with Docker, `--tlsverify` means TLS whatever its value is
        if let Some(spoken) = self.tlsverify.map(|_| true).or(self.tls) {
            flags.tls(spoken);
        }
        let (ca, certificate, key) = (self.tlscacert.clone(), self.tlscert.clone(), self.tlskey.clone());
        flags.tls_files = TlsFileFlags { ca, certificate, key };
        Ok(flags)
    }
}
