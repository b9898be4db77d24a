//! The target that is signed under a name, for the commands that look one up.

use crate::{
    compose::context::Context,
    face::{notary_events::NotaryNarrator, notary_failure, peer_words::of_client::no_trust_data},
    term::error::CliError,
};
use client::image::list_targets::{self, SignedTarget};
use trust::model::gun::Gun;

/// Looks it up. An error where no role signs it.
pub(super) fn signed_target(context: &Context<'_>, gun: &Gun, name: &str) -> Result<SignedTarget, CliError> {
    let _wait = context.ui.wait(&format!("reading trust data of {gun}"));
    let narrator = NotaryNarrator::new(context.ui);
    let found = list_targets::lookup(&context.session(&narrator), gun, &[], name).map_err(|error| notary_failure::told(&error))?;
    found.into_result().ok_or_else(|| CliError::new(no_trust_data(name)))
}
