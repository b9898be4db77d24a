//! Pulls what is signed: by digest, so that nothing else can come, and then tagged.

use serde::Serialize;

use super::resolve_image::ReleasedTag;
use crate::{
    error::OpsError,
    outcome::Outcome,
    ports::{Engine, events::Event},
    session::Session,
};
use trust::model::gun::Gun;

/// What the Engine has now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PulledImages {
    /// The repository.
    pub repository: Gun,
    /// The tags, and the contents that they name in the Engine now.
    pub tags: Vec<ReleasedTag>,
}

/// Has the Engine pull each content by its digest and tag it, for another platform than its own where one is named. The first that
/// fails ends it, untagged.
pub fn pull(
    session: &Session<'_>,
    engine: &dyn Engine,
    gun: &Gun,
    platform: Option<&str>,
    trusted: &[ReleasedTag],
) -> Result<Outcome<PulledImages>, OpsError> {
    Outcome::of(session, |session| {
        pull_each(session, engine, gun, platform, trusted)?;
        Ok(PulledImages { repository: gun.clone(), tags: trusted.to_vec() })
    })
}

fn pull_each(
    session: &Session<'_>,
    engine: &dyn Engine,
    gun: &Gun,
    platform: Option<&str>,
    trusted: &[ReleasedTag],
) -> Result<(), OpsError> {
    for (number, ReleasedTag { tag, digest }) in trusted.iter().enumerate() {
        let digest = *digest;
        session.events.tell(Event::Pulling { number: number + 1, of: trusted.len(), tag, digest });
        engine.pull(gun, digest, platform, &|progress| session.events.tell(Event::EngineProgress(progress)))?;
        session.events.tell(Event::Tagging { digest, tag });
        engine.tag(gun, digest, tag)?;
    }
    Ok(())
}
