//! `notary addhash`

use super::{command::NotaryCommand, new_target::NewTargetArgs};
use crate::{
    compose::{context::Context, wiring::Access},
    face::notary_misuse,
    options::{
        notary::{TEMPLATE, go_int},
        notary_names::repository,
    },
    term::error::CliError,
};
use trust::{
    edit::change::Change,
    json::value::Json,
    model::{digest::Sha256, hashes::FileMeta, role::RoleName, targets::Target},
};

/// Adds a byte size and hashes as a target to the trusted collection, to be published later
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary addhash [ GUN ] <target> <byte size> <hashes> [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// What is added, and to what.
    #[command(flatten)]
    pub new: NewTargetArgs,

    /// Hex encoded sha256 of the target to add
    #[arg(long, allow_hyphen_values = true, value_name = "HEX")]
    pub sha256: Option<String>,

    /// Hex encoded sha512 of the target to add
    #[arg(long, allow_hyphen_values = true, value_name = "HEX")]
    pub sha512: Option<String>,

    /// Its length in bytes
    #[arg(value_name = "SIZE")]
    pub size: Option<String>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}

impl NotaryCommand for Args {
    fn access(&self) -> Access {
        Access::Write
    }

    fn excess(&self) -> &[String] {
        &self.excess
    }

    fn run(&self, context: &Context<'_>) -> Result<(), CliError> {
        let given = |hash: &Option<String>| hash.clone().filter(|hash| !hash.is_empty());
        let (sha256, sha512) = (given(&self.sha256), given(&self.sha512));
        let (Some(gun), Some(name), Some(size)) = (&self.new.gun, &self.new.target, &self.size) else { return Err(misused()) };
        if sha256.is_none() && sha512.is_none() {
            return Err(misused());
        }
        let gun = repository(gun)?;
        let size = go_int(size).map_err(CliError::new)?;
        let length = u64::try_from(size).map_err(|_| CliError::new(format!("no target is {size} bytes long")))?;
        let hashes = [hash("sha256", sha256.as_deref(), 32)?, hash("sha512", sha512.as_deref(), 64)?];
        let names: Vec<&str> = hashes.iter().flatten().map(|(algorithm, _)| *algorithm).collect();
        let custom = self.new.custom()?;
        let names = names.join(", ");
        self.new.stage(
            context,
            &gun,
            |role| addition(role, name, length, &hashes, custom.clone()),
            |ui| {
                ui.line(&format!("Addition of target \"{name}\" by {names} hash to repository \"{gun}\" staged for next publish."));
                if sha256.is_none() {
                    ui.warning("no-sha256", &format!("{name} has no SHA-256: `lookup` shows none, and Docker passes it over"));
                }
            },
        )
    }
}

fn misused() -> CliError {
    notary_misuse::misused("addhash", "Must specify a GUN, target, byte size of target data, and at least one hash")
}

/// An algorithm with the hash that was given for it.
type Hash = (&'static str, Vec<u8>);

fn hash(algorithm: &'static str, hex: Option<&str>, length: usize) -> Result<Option<Hash>, CliError> {
    let Some(hex) = hex else { return Ok(None) };
    match base16ct::mixed::decode_vec(hex) {
        Ok(bytes) if bytes.len() == length => Ok(Some((algorithm, bytes))),
        _ => Err(CliError::new(format!("invalid {algorithm} hex contents provided"))),
    }
}

fn addition(role: RoleName, name: &str, length: u64, hashes: &[Option<Hash>], custom: Option<Json>) -> Change {
    let name = name.to_owned();
    let others = hashes.iter().flatten().filter(|(algorithm, _)| *algorithm != "sha256");
    let others = others.map(|(algorithm, bytes)| ((*algorithm).to_owned(), bytes.clone())).collect();
    let sha256 = hashes.iter().flatten().find(|(algorithm, _)| *algorithm == "sha256");
    match sha256.and_then(|(_, bytes)| Sha256::from_slice(bytes)) {
        Some(sha256) => Change::AddTarget { role, name, target: Target { meta: FileMeta { length, sha256, others }, custom } },
        None => Change::AddEntry { role, name, entry: FileMeta::without_sha256(length, &others, custom) },
    }
}
