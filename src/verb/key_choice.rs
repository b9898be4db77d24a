//! The key that an argument of the key verbs names.

use crate::{
    compose::context::Context,
    face::{
        docker_events::{DockerNarrator, NarratedVerb},
        failure,
    },
    term::error::CliError,
};
use client::{
    error::OpsError,
    keys::find_key::{FindKeyError, find_key},
    ports::KeyInfo,
    session::Session,
};
use trust::model::key_name::KeyName;

/// Finds the one key that is meant; where there are several, they are all named.
pub(super) fn choose(session: &Session<'_>, typed: &str) -> Result<KeyInfo, CliError> {
    find_key(session, typed).map_err(|error| match error {
        FindKeyError::Several { ref keys, .. } => {
            let lines = keys.iter().map(told);
            lines
                .fold(CliError::new(format!("{error}:")).coded("several-keys"), |words, line| words.and(format!("  {line}")))
                .hinted("name one by its ID")
        }
        FindKeyError::Keys(error) => failure::plain(&OpsError::KeyStore(error)),
        error @ FindKeyError::None(_) => {
            CliError::new(error.to_string()).coded("no-such-key").hinted("`dct key list` shows the keys on this machine")
        }
    })
}

/// A key in one line: its ID, what it is kept under, and the repository that it belongs to.
pub(super) fn told(info: &KeyInfo) -> String {
    format!("{} ({})", info.id, kept_as(info))
}

/// What a key is kept under, with the repository that it belongs to.
pub(super) fn kept_as(info: &KeyInfo) -> String {
    let repository = info.gun.as_ref().map(|gun| format!(" of {gun}")).unwrap_or_default();
    format!("{}{repository}", name(info))
}

/// What a key is kept under, for a person.
pub(super) fn name(info: &KeyInfo) -> &str {
    if info.name == KeyName::Nameless { "no name" } else { info.name.as_str() }
}

/// Runs a verb on the key that is meant.
pub(super) fn with_key<T>(
    typed: &str,
    context: &Context<'_>,
    run: impl FnOnce(&Session<'_>, KeyInfo) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let narrator = DockerNarrator::new(context.ui, NarratedVerb::Other, typed);
    let session = context.session(&narrator);
    let info = choose(&session, typed)?;
    run(&session, info)
}
