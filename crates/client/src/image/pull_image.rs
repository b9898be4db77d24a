//! Pulls what is signed: by digest, so that nothing else can come, and then tagged.

use crate::{
    error::OpsError,
    ports::{Engine, events::Event},
    session::Session,
};
use trust::model::{digest::Sha256, gun::Gun, tag::Tag};

/// Has the Engine pull each content by its digest and tag it, for another platform than its own where one is named. The first that
/// fails ends it, untagged.
pub fn pull(
    session: &Session<'_>,
    engine: &dyn Engine,
    gun: &Gun,
    platform: Option<&str>,
    trusted: &[(Tag, Sha256)],
) -> Result<(), OpsError> {
    for (number, (tag, digest)) in trusted.iter().enumerate() {
        let digest = *digest;
        session.events.tell(Event::Pulling { number: number + 1, of: trusted.len(), tag, digest });
        engine.pull(gun, digest, platform, &|progress| session.events.tell(Event::EngineProgress(progress)))?;
        session.events.tell(Event::Tagging { digest, tag });
        engine.tag(gun, digest, tag)?;
    }
    Ok(())
}
