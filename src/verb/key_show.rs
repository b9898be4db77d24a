//! `dct key show`

use serde::Serialize;

use super::{
    definition::{Done, Verb},
    key_choice,
};
use crate::{
    compose::context::Context,
    render::keys_json::{KeyJson, UseJson},
    term::{error::CliError, table},
};
use client::{
    keys::{
        export_key,
        known_keys::{KeyUse, KnownKeys},
    },
    ports::KeyInfo,
};
use trust::{crypto::verifying_key::VerifyingKey, model::digest::Sha256};

/// Show a key, and what it may sign
///
/// Nobody is asked for its passphrase: what only that could tell is left open.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct key show [OPTIONS] KEY",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub(crate) struct Args {
    /// The key: its ID, at least the first 7 digits of that, or the name that it is kept under
    #[arg(value_name = "KEY")]
    pub key: String,
}

/// What is known of a key.
#[derive(Serialize)]
pub(crate) struct ShownKey {
    #[serde(flatten)]
    key: KeyJson,
    algorithm: Option<String>,
    fingerprint: Option<String>,
    uses: Vec<UseJson>,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  A signer's key, its file, and the repositories on this machine that name it:
    dct key show jeff";

/// What is shown where a key cannot be read without its passphrase.
const UNKNOWN: &str = "not known without the passphrase";

impl Verb for Args {
    const WORDS: &'static str = "key show";
    type Report = ShownKey;

    fn run(&self, context: &Context<'_>) -> Result<Done<ShownKey>, CliError> {
        key_choice::with_key(&self.key, context, |session, info| {
            let known = KnownKeys::read(session);
            let public = export_key::public_half(session, &info, &known);
            let algorithm = public.as_ref().map(VerifyingKey::algorithm);
            let fingerprint = public.as_ref().and_then(fingerprint);
            let uses = known.uses(info.id);
            context.ui.lines(told(&info, algorithm.as_deref(), fingerprint.as_deref()));
            context.ui.lines(used(uses));
            let uses = uses.iter().map(UseJson::of).collect();
            Ok(Done::well(ShownKey { key: KeyJson::of(&info), algorithm, fingerprint, uses }))
        })
    }
}

/// Of the public half in DER, as `openssl pkey -pubin -outform DER | sha256sum` has it.
fn fingerprint(key: &VerifyingKey) -> Option<String> {
    key.to_spki().ok().map(|der| format!("sha256:{}", Sha256::of(&der)))
}

fn told(info: &KeyInfo, algorithm: Option<&str>, fingerprint: Option<&str>) -> Vec<String> {
    let encrypted = if info.encrypted { "yes" } else { "no: whoever can read the file can sign" };
    let rows = [
        ("Key ID:", info.id.to_string()),
        ("Name:", key_choice::name(info).to_owned()),
        ("Repository:", info.gun_text().unwrap_or("of any").to_owned()),
        ("Algorithm:", algorithm.unwrap_or(UNKNOWN).to_owned()),
        ("Fingerprint:", fingerprint.unwrap_or(UNKNOWN).to_owned()),
        ("File:", info.path.display().to_string()),
        ("Encrypted:", encrypted.to_owned()),
    ];
    rows.into_iter().map(|(name, value)| format!("{name:14}{value}")).collect()
}

/// Where a key may sign.
fn used(uses: &[KeyUse]) -> Vec<String> {
    if uses.is_empty() {
        return vec![String::new(), "No repository that is known on this machine names it".to_owned()];
    }
    let rows = uses.iter().map(|it| [it.gun.to_string(), it.role.to_string(), it.named.to_string()]);
    std::iter::once(String::new()).chain(table::lines(["REPOSITORY", "ROLE", "SHOWN THERE AS"], rows)).collect()
}
